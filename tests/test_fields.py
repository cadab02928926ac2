"""The declared vocabulary of input: every bound and one past it (spec 3, 5; U-VAL-01 to 06, U-IDEMP-03)."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetprompt import fields, ids
from fleetprompt.constraints import Unfit
from fleetprompt.fields import Command, Items
from fleetprompt.web.walk import json_schema
from tests.declared_rules import complaint, rule_of

LETTERS = "eé한𝒳"


LENGTHS = [
    pytest.param(fields.Name, 1, 80, id="U-VAL-01 name"),
    pytest.param(fields.DisplayName, 1, 80, id="displayName"),
    pytest.param(fields.Label, 1, 80, id="label"),
    pytest.param(fields.Summary, 0, 240, id="U-VAL-02 summary"),
    pytest.param(fields.DescriptionMarkdown, 0, 20_000, id="U-VAL-03 description"),
    pytest.param(fields.NotesMarkdown, 0, 10_000, id="U-VAL-03 notes"),
    pytest.param(fields.BioMarkdown, 0, 2_000, id="bio"),
    pytest.param(fields.ReportSummary, 1, 1_000, id="report summary"),
    pytest.param(fields.ReasonText, 1, 1_000, id="reason"),
    pytest.param(fields.ImageAlt, 0, 200, id="alt"),
    pytest.param(fields.CompatVersion, 1, 64, id="compat"),
    pytest.param(fields.OpaqueRef, 1, 200, id="ref"),
    pytest.param(fields.State, 1, 200, id="state"),
    pytest.param(fields.InstallToken, 1, 200, id="installToken"),
    pytest.param(fields.SearchText, 0, 200, id="q"),
    pytest.param(fields.Password, 12, 256, id="password"),
]
OPAQUE = [fields.OpaqueRef, fields.State, fields.InstallToken, fields.Password, fields.PasswordAttempt]
ONE_LINE = [fields.Name, fields.Summary, fields.ReportSummary, fields.ImageAlt, fields.CompatVersion, fields.Email]
ANY_TEXT = [*(parameters.values[0] for parameters in LENGTHS), fields.Email, fields.HttpsLink, fields.Slug]
NAMES = [fields.Name, fields.DisplayName, fields.Label]


@pytest.mark.parametrize(("declared", "least", "most"), LENGTHS)
@pytest.mark.parametrize("letter", LETTERS)
def test_u_val_01_02_03_lengths_count_code_points(declared: Any, least: int, most: int, letter: str) -> None:
    for length in (max(least, 1), most):
        assert rule_of(declared).accept(letter * length) == letter * length
    bounds = f"must be {f'{least} to' if least else 'at most'} {most} characters"
    assert complaint(declared, letter * (most + 1)) == bounds
    if least:
        assert complaint(declared, letter * (least - 1)) == bounds
    else:
        assert rule_of(declared).accept("") == ""


@pytest.mark.parametrize(("declared", "least", "most"), LENGTHS)
def test_u_val_01_02_03_lengths_count_after_normalization(declared: Any, least: int, most: int) -> None:
    decomposed = "e\u0301" * most
    accepted = rule_of(declared).accept(decomposed)
    assert accepted == (decomposed if declared in OPAQUE else "é" * most)
    growing = "\u0958" * (most // 2 + 1)
    assert len(growing) <= most < len(unicodedata.normalize("NFC", growing))
    assert "characters" in complaint(declared, growing)


@pytest.mark.parametrize("declared", OPAQUE)
@given(text=st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Cn")), min_size=12, max_size=60))
def test_opaque_strings_are_handed_on_as_sent(declared: Any, text: str) -> None:
    assert rule_of(declared).accept(text) == text


@pytest.mark.parametrize("declared", NAMES)
@given(text=st.text(max_size=100))
def test_u_val_01_a_name_that_is_taken_is_normal_bounded_and_visible(declared: Any, text: str) -> None:
    try:
        name = str(rule_of(declared).accept(text))
    except Unfit:
        return
    assert name == unicodedata.normalize("NFC", text)
    assert 1 <= len(name) <= 80
    assert not {unicodedata.category(each) for each in name if each not in "\u200c\u200d"} & {"Cc", "Cf", "Cs"}


@pytest.mark.parametrize("declared", ANY_TEXT)
@pytest.mark.parametrize("refused", ["\x00", "\ud800", "\u202a", "\u202e", "\u2066", "\u2069", "\U000e0041"])
def test_u_val_01_02_no_string_holds_nul_lone_surrogates_bidi_overrides_or_tags(declared: Any, refused: str) -> None:
    message = complaint(declared, f"https://example.org/{refused}")
    assert f"U+{ord(refused):04X} (character 21)" in message


@pytest.mark.parametrize("declared", [*ONE_LINE, fields.HttpsLink, fields.ImageUrl, fields.Slug])
@pytest.mark.parametrize("refused", ["\x01", "\t", "\n", "\r", "\x1b", "\x7f", "\x85", "\u2028", "\u200f"])
def test_u_val_01_02_05_names_tags_urls_and_summaries_refuse_controls(declared: Any, refused: str) -> None:
    assert f"U+{ord(refused):04X}" in complaint(declared, f"https://example.org/{refused}")


@pytest.mark.parametrize("text", ["two\nlines", "a\r\nb", "a\tb"])
def test_a_reason_may_have_lines(text: str) -> None:
    assert rule_of(fields.ReasonText).accept(text) == text
    assert "U+001B" in complaint(fields.ReasonText, "a\x1bb")


@pytest.mark.parametrize("declared", NAMES)
def test_u_val_01_names_take_joiners_and_no_other_format_characters(declared: Any) -> None:
    for name in ("👩\u200d🚀 crew", "نمی\u200cخواهم"):
        assert rule_of(declared).accept(name) == name
    for refused in ("\u00ad", "\u200b", "\u2060", "\ufeff", "\U0001d173"):
        assert f"U+{ord(refused):04X}" in complaint(declared, f"a{refused}b")
    assert complaint(declared, " \u00a0") == "must hold a visible character"


@pytest.mark.parametrize("slug", ["a", "7", "incident-triage", "a-1-b", "x" * 32])
def test_u_val_04_slugs_are_taken(slug: str) -> None:
    assert rule_of(fields.Slug).accept(slug) == slug


@pytest.mark.parametrize(
    "slug", ["", "A", "ops team", "-a", "a-", "a--b", "a_b", "ü", "a.b", "<b>", "x" * 33, "٣", "a\u200db"]
)
def test_u_val_04_anything_but_a_lower_case_slug_is_refused(slug: str) -> None:
    assert complaint(fields.Slug, slug).startswith("must be")


@pytest.mark.parametrize("handle", ["ab", "a-b", "a--b", "0x", "a" * 39])
def test_handles_are_taken(handle: str) -> None:
    assert rule_of(fields.Handle).accept(handle) == handle


@pytest.mark.parametrize("handle", ["a", "-ab", "ab-", "Ab", "a_b", "a b", "é" * 3, "a" * 40])
def test_other_handles_are_refused(handle: str) -> None:
    assert complaint(fields.Handle, handle).startswith("must be")


@pytest.mark.parametrize("url", ["https://example.org", "https://example.org/" + "a" * 2028])
@pytest.mark.parametrize("declared", [fields.HttpsLink, fields.ImageUrl])
def test_u_val_05_https_urls_are_taken(declared: Any, url: str) -> None:
    assert rule_of(declared).accept(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://example.org",
        "javascript:alert(1)",
        "java\tscript:alert(1)",
        "&#104;ttps://example.org",
        "//example.org",
        "https%3A//example.org",
        "https://user:pw@example.org/",
        "https://example.org/a b",
        "https://10.0.0.1/",
        "https://localhost/",
        "https://example.org/" + "a" * 2029,
    ],
)
@pytest.mark.parametrize("declared", [fields.HttpsLink, fields.ImageUrl])
def test_u_val_05_other_urls_are_refused(declared: Any, url: str) -> None:
    assert complaint(declared, url)


def test_u_val_05_an_image_is_never_svg() -> None:
    assert rule_of(fields.ImageUrl).accept("https://example.org/a.png") == "https://example.org/a.png"
    assert rule_of(fields.HttpsLink).accept("https://example.org/a.svg") == "https://example.org/a.svg"
    assert complaint(fields.ImageUrl, "https://example.org/a.SVG")


@pytest.mark.parametrize("version", ["v1.0.0", "1.0", "01.0.0", " 1.0.0", "1.0.0\n", "1.0.0-" + "a" * 59])
def test_u_val_06_a_version_is_semver(version: str) -> None:
    assert rule_of(fields.Version).accept("1.0.0-rc.1+b5") == "1.0.0-rc.1+b5"
    assert (
        complaint(fields.Version, version) == "must be a SemVer 2.0.0 version of at most 64 characters, such as 1.4.0"
    )


@pytest.mark.parametrize(
    "email", ["ada@example.org", "a.b+c@sub.example.org", "søren@exämple.org", "a@" + "b" * 63 + ".org"]
)
def test_e_mail_addresses_are_taken(email: str) -> None:
    assert rule_of(fields.Email).accept(email) == email


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "a b@example.org",
        "a@b@c.org",
        ".a@example.org",
        "a..b@example.org",
        "a@-b.org",
        "a@b-.org",
        "a@b..org",
        "a@" + "b" * 64 + ".org",
        "a\u200b@example.org",
        "a" * 243 + "@example.org",
    ],
)
def test_other_e_mail_addresses_are_refused(email: str) -> None:
    assert complaint(fields.Email, email)


def test_an_e_mail_address_of_254_characters_is_taken() -> None:
    email = "a" * 242 + "@example.org"
    assert len(email) == 254
    assert rule_of(fields.Email).accept(email) == email


@given(st.text(max_size=20))
def test_comparable_e_mails_are_lower_case_and_normal(text: str) -> None:
    comparable = fields.comparable_email(text)
    assert comparable == unicodedata.normalize("NFC", comparable)
    assert fields.comparable_email(unicodedata.normalize("NFD", text)) == comparable


@pytest.mark.parametrize("key", ["!", "~" * 128, "0190-abc_DEF"])
def test_u_idemp_03_printable_ascii_without_spaces_is_a_key(key: str) -> None:
    assert rule_of(fields.IdempotencyKey).read(key) == key


@pytest.mark.parametrize("key", ["", "a b", "\t", "é", "~" * 129, "a\x7f", "a\x80"])
def test_u_idemp_03_anything_else_is_no_key(key: str) -> None:
    assert complaint(fields.IdempotencyKey, key)


@pytest.mark.parametrize(
    ("declared", "good", "bad"),
    [
        (fields.Sha256, "0af" + "9" * 61, ["0AF" + "9" * 61, "9" * 63, "9" * 65, "g" + "9" * 63, ""]),
        (
            fields.AssetDigest,
            "sha256:" + "a1" * 32,
            ["a1" * 32, "sha512:" + "a1" * 32, "sha256:" + "A1" * 32, "sha256:"],
        ),
    ],
)
def test_digests_are_64_lower_case_hexadecimal_digits(declared: Any, good: str, bad: list[str]) -> None:
    assert rule_of(declared).accept(good) == good
    for each in bad:
        assert complaint(declared, each)


def test_every_prefix_has_its_field() -> None:
    declared = {
        rule.prefix: name
        for name, value in vars(fields).items()
        for rule in get_args(value)
        if isinstance(rule, fields.IdOf)
    }
    assert declared.keys() == ids.PREFIXES
    assert all(name.endswith("Id") for name in declared.values())


@pytest.mark.parametrize("value", [None, True, 7, 1.5, [], {}])
@pytest.mark.parametrize("declared", [*ANY_TEXT, fields.Version, fields.Sha256])
def test_a_value_that_is_no_string_is_not_taken_for_one(declared: Any, value: object) -> None:
    assert complaint(declared, value) == "must be a string"


@pytest.mark.parametrize("declared", [fields.Slug, fields.Handle, fields.Sha256, fields.AssetDigest, fields.Cursor])
@given(data=st.data())
def test_what_matches_the_published_schema_is_taken(declared: Any, data: st.DataObject) -> None:
    schema = json_schema(declared)
    text = data.draw(st.from_regex(re.compile(schema["pattern"], re.ASCII), fullmatch=True))
    if schema["minLength"] <= len(text) <= schema["maxLength"]:
        assert rule_of(declared).accept(text) == text


def test_the_schema_of_a_field_says_its_bounds() -> None:
    assert json_schema(fields.Name) == {"type": "string", "minLength": 1, "maxLength": 80}
    assert json_schema(fields.Limit) == {"type": "integer", "minimum": 1, "maximum": 200}
    assert json_schema(fields.MarkdownFormat) == {"type": "string", "enum": ["markdown"]}
    assert json_schema(fields.Email)["format"] == "email"
    assert json_schema(fields.HttpsLink) == {
        "type": "string",
        "minLength": 1,
        "maxLength": 2048,
        "format": "uri",
        "pattern": "^https://",
    }
    assert json_schema(fields.Tags) == {
        "type": "array",
        "items": json_schema(fields.Slug),
        "maxItems": 20,
        "uniqueItems": True,
    }
    assert re.fullmatch(json_schema(fields.UserId)["pattern"], ids.encode("usr", ids.new_uuid()))


class Paged(Command):
    limit: fields.Limit = 50


class ReleasesOfAListing(Paged):
    listing_id: fields.ListingId
    others: Annotated[tuple[fields.ReleaseId, ...], Items(max=3)] = ()


def test_a_command_s_fields_are_given_by_name_so_that_required_ones_may_follow_optional_ones() -> None:
    value = ids.new_uuid()
    command = ReleasesOfAListing(listing_id=value)
    assert (command.limit, command.listing_id) == (50, value)
    for name in command.__struct_fields__:
        with pytest.raises(AttributeError):
            setattr(command, name, getattr(command, name))


def test_the_rules_of_a_command_s_fields_are_known_by_name() -> None:
    rules = fields.rules_by_field(ReleasesOfAListing)
    assert rules == {
        "limit": (fields.Range(1, 200),),
        "listing_id": (fields.IdOf("lst"),),
        "others": (fields.IdOf("rel"),),
    }
