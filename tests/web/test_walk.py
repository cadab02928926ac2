"""The walk over declared fields: every kind of wrong value, at every depth (spec 3, 5, 6.1)."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from fleetprompt import fields
from fleetprompt.constraints import NOTHING
from fleetprompt.enums import AssetKind, InstallTargetSystem
from fleetprompt.fields import Command
from fleetprompt.web.decoding import decode, plan_of
from fleetprompt.web.walk import PROBLEMS_MAX, json_schema
from tests.web.sample_commands import (
    INTENT,
    LISTING,
    MINIMAL,
    RELEASE,
    SLUGS,
    VISIBLE,
    Compat,
    CreateListing,
    Flagging,
    MintToken,
    OpenIntent,
    PublishRelease,
    ReviseListing,
    Search,
    outcome,
    problems,
    read,
    refusal,
    write,
)

WRONG: list[object] = [None, True, 0, 1.0, "", "x", [[]], [None], [{}], {"a": 1}]
NAMES = st.sampled_from(["assetKind", "name", "description", "format", "markdown", "tags", "images", "url", "links"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("whs_agent")
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(), inner, max_size=4)
)


def test_missing_fields_are_named_at_every_depth() -> None:
    assert problems(CreateListing, write({"images": [{"alt": "a"}], "description": {}})) == {
        "assetKind": "is required",
        "name": "is required",
        "description.format": "is required",
        "description.markdown": "is required",
        "images[0].url": "is required",
    }


@pytest.mark.parametrize("value", WRONG)
@pytest.mark.parametrize("name", ["assetKind", "description", "tags", "categories", "images", "links"])
def test_a_wrong_type_is_refused_by_name(name: str, value: object) -> None:
    found = problems(CreateListing, write({**MINIMAL, name: value}))
    assert {field.partition("[")[0].partition(".")[0] for field in found} == {name}


@pytest.mark.parametrize("value", ["1", 1.5, 1.0, 60_000.0, True, 59_999, 3_600_001, 10**400, -1, "60000", None])
def test_a_number_is_neither_text_nor_float_nor_flag_nor_out_of_bounds(value: object) -> None:
    incoming = write({"ttlMs": value}, path={"intentId": INTENT})
    message = "must not be null" if value is None else "must be a whole number from 60000 to 3600000"
    assert problems(MintToken, incoming) == {"ttlMs": message}


@pytest.mark.parametrize("number", ["1e400", "-0.0", "6e4", "60000.0", "9" * 250_000, "-" + "9" * 250_000])
def test_huge_and_fractional_numbers_are_refused_cheaply(number: str) -> None:
    incoming = write(raw=f'{{"ttlMs": {number}}}'.encode(), path={"intentId": INTENT})
    assert list(problems(MintToken, incoming)) == ["ttlMs"]


def test_null_is_refused_unless_the_field_declares_it() -> None:
    path = {"listingId": LISTING}
    cleared = decode(ReviseListing, write({"summary": None, "description": None}, path=path)).command
    assert (cleared.summary, cleared.description, cleared.name) == (None, None, UNSET)
    assert problems(ReviseListing, write({"name": None, "tags": None}, path=path)) == {
        "name": "must not be null",
        "tags": "must be a list",
    }


def test_u_val_03_the_format_is_markdown_and_nothing_else() -> None:
    for format_ in ("markdown", "Markdown", "html", "", None, 1):
        incoming = write({**MINIMAL, "description": {"format": format_, "markdown": ""}})
        if format_ == "markdown":
            assert decode(CreateListing, incoming)
        else:
            assert list(problems(CreateListing, incoming)) == ["description.format"]


@pytest.mark.parametrize(("name", "most"), [("tags", 20), ("categories", 10)])
def test_u_val_04_lists_of_slugs_are_bounded(name: str, most: int) -> None:
    slugs = [f"slug-{number}" for number in range(most + 1)]
    assert len(getattr(decode(CreateListing, write({**MINIMAL, name: slugs[:most]})).command, name)) == most
    for too_many in (slugs, [*slugs[:most], "Past the bound"]):
        assert problems(CreateListing, write({**MINIMAL, name: too_many})) == {name: f"must hold at most {most} values"}


def test_u_val_07_refs_are_opaque_strings_and_only_the_known_ones() -> None:
    body = {"version": "1.0.0", "refs": {"whsAgentId": "a" * 201, "whsDeploymentId": "", "url": "x"}}
    assert problems(PublishRelease, write(body, path={"listingId": LISTING})) == {
        "refs.whsAgentId": "must be 1 to 200 characters",
        "refs.whsDeploymentId": "must be 1 to 200 characters",
        "refs.url": "is not a field here; take it out",
    }
    assert problems(PublishRelease, write({"version": "1.0.0"}, path={"listingId": LISTING})) == {"refs": "is required"}


def test_artifacts_are_named_by_their_place() -> None:
    artifact = {"kind": "manifest", "sha256": "a" * 64, "sizeBytes": 1, "download": {"mode": "none"}}
    body = {"version": "1.0.0", "refs": {}, "compat": {"minWHSVersion": "2.1"}, "artifacts": [artifact] * 20}
    command = decode(PublishRelease, write(body, path={"listingId": LISTING})).command
    assert (len(command.artifacts), command.compat) == (20, Compat(min_whs_version="2.1"))
    body["artifacts"] = [artifact, {**artifact, "sizeBytes": -1, "download": {"mode": "ftp"}}]
    assert problems(PublishRelease, write(body, path={"listingId": LISTING})) == {
        "artifacts[1].sizeBytes": "must be a whole number from 0 to 9007199254740991",
        "artifacts[1].download.mode": "must be one of: none, fleetprompt_signed_url, specprompt_fulfillment",
    }


def test_a_malformed_id_names_nothing_in_path_body_and_filter() -> None:
    assert decode(MintToken, write({}, path={"intentId": "int_nope"})).command.intent_id == NOTHING
    body = {"listingId": RELEASE, "releaseId": "\ud800" * 30, "targetSystem": "whs"}
    decoded = decode(OpenIntent, write(body))
    assert decoded.command == OpenIntent(listing_id=NOTHING, release_id=NOTHING, target_system=InstallTargetSystem.WHS)
    assert json.loads(decoded.canonical) == body
    assert decode(Search, read("publisherId=x")).command.publisher_id == NOTHING


@pytest.mark.parametrize("value", [None, 7, True, [], {}, 1.5])
def test_an_id_that_is_no_string_is_refused(value: object) -> None:
    body = {"listingId": value, "releaseId": RELEASE, "targetSystem": "whs"}
    assert list(problems(OpenIntent, write(body))) == ["listingId"]


def test_opaque_strings_arrive_as_sent() -> None:
    state = "e\u0301\u1100\u1161"
    body = {"listingId": LISTING, "releaseId": RELEASE, "targetSystem": "whs", "state": state}
    assert decode(OpenIntent, write(body)).command.state == state


def test_doubled_keys_are_refused_at_every_depth() -> None:
    raw = b'{"assetKind":"whs_agent","name":"a","name":"b","links":{"docsUrl":1,"docsUrl":"https://a.org"},"x":1,"x":2}'
    assert problems(CreateListing, write(raw=raw)) == {
        "name": "must be given once",
        "x": "is not a field here; take it out",
        "links.docsUrl": "must be given once",
    }
    raw = b'{"assetKind":"whs_agent","name":"a","images":[{"url":"https://a.org","\\u0075rl":"https://a.org"}]}'
    assert problems(CreateListing, write(raw=raw)) == {"images[0].url": "must be given once"}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("", '""'),
        ("a" * 41, "a" * 40 + "…"),
        ("\u202ea\x00\n", "\\u{202e}a\\u{0}\\u{a}"),
        ("\ud800", "\\u{d800}"),
        ("größe 😀", "größe 😀"),
    ],
)
def test_an_unknown_name_is_repeated_short_and_visible(name: str, shown: str) -> None:
    assert list(problems(Flagging, write({"flagged": True, name: 1}))) == [shown]


def test_no_answer_repeats_what_was_sent() -> None:
    secret = "hunter2-hunter2\x00"
    refused = refusal(Flagging, write({"flagged": secret, "secret": secret}))
    assert "hunter2" not in str(refused.fields)
    assert len(refused.fields) == 2


def test_a_flood_of_problems_is_cut() -> None:
    body = {f"unknown{number}": 1 for number in range(10_000)} | {"tags": [0] * 10_000}
    assert len(refusal(CreateListing, write(body)).fields) == PROBLEMS_MAX
    query = "&".join(f"unknown{number}=%zz" for number in range(10_000))
    assert len(refusal(Search, read(query)).fields) == PROBLEMS_MAX


@given(st.dictionaries(NAMES, ANYTHING, max_size=9))
def test_any_json_is_decoded_or_refused(body: dict[str, Any]) -> None:
    command = outcome(CreateListing, write({**MINIMAL, **body}))
    assert command is None or 1 <= len(command.name) <= 80


@given(VISIBLE, VISIBLE, st.lists(SLUGS, max_size=20, unique=True), st.sampled_from(AssetKind))
def test_a_command_that_was_decoded_decodes_to_itself(
    name: str, summary: str, tags: list[str], kind: AssetKind
) -> None:
    body = {"assetKind": kind, "name": name, "summary": summary, "tags": tags}
    command = decode(CreateListing, write(body)).command
    assert decode(CreateListing, write(msgspec.to_builtins(command))).command == command
    assert list(command.tags) == tags


def test_a_field_without_bounds_is_a_defect_of_its_declaration() -> None:
    class Unbounded(Command):
        name: str

    class UnboundedList(Command):
        tags: tuple[fields.Slug, ...]

    class Ambiguous(Command):
        value: fields.Limit | fields.Name

    for command in (Unbounded, UnboundedList, Ambiguous):
        with pytest.raises(TypeError):
            plan_of(command, frozenset(), False)
    with pytest.raises(TypeError, match="publisherId"):
        plan_of(MintToken, frozenset({"intentId", "publisherId"}), False)


def test_a_plan_says_where_each_field_comes_from_and_what_it_takes() -> None:
    plan = plan_of(ReviseListing, frozenset({"listingId"}), False)
    assert [member.wire for member in plan.path.all] == ["listingId"]
    assert [member.wire for member in plan.headers] == ["If-Match"]
    assert plan.query.all == ()
    schema = plan.body.schema()
    assert schema["required"] == []
    assert schema["additionalProperties"] is False
    assert schema["properties"]["summary"] == {"anyOf": [json_schema(fields.Summary), {"type": "null"}]}
    limit = next(member for member in plan_of(Search, frozenset(), True).query.all if member.wire == "limit")
    assert limit.schema() == {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}
    assert plan_of(CreateListing, frozenset(), False).body.schema()["required"] == ["assetKind", "name"]
