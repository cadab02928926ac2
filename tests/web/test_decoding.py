"""The one decoder over path, query, headers and body (spec 5, 6, 6.1, 6.3, 6.5 Requests)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetprompt import fields
from fleetprompt.enums import AssetKind
from fleetprompt.errors import Code
from fleetprompt.runtime.operations import Ledger
from fleetprompt.web.decoding import Decoded, decode
from tests.web.sample_commands import (
    INTENT,
    JSON,
    KEY,
    LISTING,
    MINIMAL,
    SLUGS,
    VISIBLE,
    CreateListing,
    Flagging,
    Image,
    MintToken,
    ReviseListing,
    Search,
    outcome,
    problems,
    read,
    refusal,
    write,
)


def test_a_sound_request_becomes_its_command() -> None:
    body = {**MINIMAL, "name": "Cafe\u0301", "tags": ["ops"], "images": [{"url": "https://example.org/a.png"}]}
    assert decode(CreateListing, write(body)) == Decoded(
        CreateListing(
            asset_kind=AssetKind.WHS_AGENT,
            name="Café",
            tags=("ops",),
            images=(Image(url="https://example.org/a.png"),),
        ),
        json.dumps(body, sort_keys=True, separators=(",", ":")).encode(),
    )


def test_every_problem_of_path_query_headers_and_body_is_told_at_once() -> None:
    incoming = write(
        {
            "name": "",
            "summary": 7,
            "description": {"format": "html", "markdown": "x" * 20_001, "html": "<b>"},
            "tags": ["ops", "Bad Tag", "ops", 3],
            "admin": True,
        },
        path={"listingId": LISTING},
        query=b"dryRun=true",
        headers={**JSON, "idempotency-key": "two words", "if-match": "3"},
    )
    assert problems(ReviseListing, incoming) == {
        "dryRun": "is not a parameter here; take it out",
        "Idempotency-Key": "must be printable ASCII characters without spaces",
        "If-Match": 'must be an etag as it came, its quotes included, such as "3"',
        "name": "must be 1 to 80 characters",
        "summary": "must be a string",
        "description.format": "must be one of: markdown",
        "description.markdown": "must be at most 20000 characters",
        "description.html": "is not a field here; take it out",
        "tags[1]": "must be lower-case a to z and digits, with single hyphens between",
        "tags[2]": "repeats tags[0]; take one out",
        "tags[3]": "must be a string",
        "admin": "is not a field here; take it out",
    }


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"{", "must be well-formed JSON; see line 1, column 2"),
        (b'{"name": "x"', "must be well-formed JSON; see line 1, column 13"),
        (b"\n\n{]", "must be well-formed JSON; see line 3, column 2"),
        (b" ", "must be well-formed JSON; see line 1, column 2"),
        (b"{} {}", "must be well-formed JSON; see line 1, column 4"),
        (b"{'a': 1}", "must be well-formed JSON; see line 1, column 2"),
        (b'{"a": 01}', "must be well-formed JSON; see line 1, column 8"),
        (b'{"a": "\x01"}', "must be well-formed JSON; see line 1, column 8"),
        (b'{"a": 1,}', "must be well-formed JSON; see line 1, column 9"),
        (b"\xef\xbb\xbf{}", "must be well-formed JSON; see line 1, column 1"),
        ('{"a": 1}'.encode("utf-16"), "must be UTF-8; the byte at offset 0 is not"),
        (b'{"a": "\xed\xa0\x80"}', "must be UTF-8; the byte at offset 7 is not"),
        (b'{"a": "\xc0\xaf"}', "must be UTF-8; the byte at offset 7 is not"),
        (b'{"a": NaN}', "must not hold NaN: JSON has no such number"),
        (b"[-Infinity]", "must not hold -Infinity: JSON has no such number"),
        (b"[]", "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b'"{}"', "must be a JSON object"),
        (b"[" * 200_000, "must be nested less deeply"),
        (b'{"a":' * 50_000, "must be nested less deeply"),
    ],
)
def test_a_body_that_is_no_json_object_is_refused_as_body(raw: bytes, message: str) -> None:
    assert problems(Flagging, write(raw=raw, headers={**JSON, "idempotency-key": ""})) == {
        "Idempotency-Key": "must be 1 to 128 characters",
        "body": message,
    }


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON", "application/json; charset=utf-8", 'application/json;charset="UTF-8"'],
)
def test_a_json_media_type_is_taken(content_type: str) -> None:
    headers = {**KEY, "content-type": content_type, "content-encoding": "Identity"}
    assert decode(Flagging, write({"flagged": True}, headers=headers)).command.flagged


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": ""},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/jsonp"},
        {"content-type": "application/json; charset=latin-1"},
        {"content-type": "application/json, application/json"},
        {"content-type": "application/json", "content-encoding": "gzip"},
        {"content-type": "application/json", "content-encoding": ""},
    ],
)
def test_any_other_body_is_unsupported(headers: Mapping[str, str]) -> None:
    refused = refusal(Flagging, write({"flagged": True}, headers={**KEY, **headers}))
    assert (refused.code, refused.status) == (Code.UNSUPPORTED, 415)
    assert refused.headers in {(("Accept", "application/json"),), (("Accept-Encoding", "identity"),)}


def test_an_empty_body_is_an_empty_object() -> None:
    decoded = decode(MintToken, write(path={"intentId": INTENT}, headers=KEY))
    assert (decoded.command.ttl_ms, decoded.canonical) == (900_000, b"{}")
    assert problems(Flagging, write(headers=KEY)) == {"flagged": "is required"}


def test_u_idemp_03_a_required_key_is_asked_for_and_an_accepted_one_is_checked() -> None:
    body = {"flagged": False}
    assert list(problems(Flagging, write(body, headers=JSON))) == ["Idempotency-Key"]
    assert decode(Flagging, write(body, headers=JSON, ledger=Ledger.ACCEPTED)).canonical == b'{"flagged":false}'
    for ledger in (Ledger.REQUIRED, Ledger.ACCEPTED):
        for key in ("", "a, a", "\xe9", "k" * 129):
            found = problems(Flagging, write(body, headers={**JSON, "idempotency-key": key}, ledger=ledger))
            assert list(found) == ["Idempotency-Key"]
    outside = decode(Flagging, write(body, headers={**JSON, "idempotency-key": "a b"}, ledger=Ledger.NONE))
    assert outside.canonical == b""


def test_the_canonical_body_depends_on_what_is_said_and_not_on_how() -> None:
    one = write(raw=b'{"secret":"\\u0061bcdefghijkl", "flagged" : true}')
    other = write(raw=b'{"flagged":true,\n"secret":"abcdefghijkl"}')
    assert decode(Flagging, one).canonical == decode(Flagging, other).canonical
    assert decode(Flagging, one).canonical != decode(Flagging, write({"flagged": True})).canonical


def test_a_precondition_comes_from_its_header() -> None:
    path = {"listingId": LISTING}
    command = decode(ReviseListing, write({}, path=path, headers={**KEY, **JSON, "if-match": '"7"'})).command
    assert isinstance(command.if_match, fields.Precondition)
    assert command.if_match.admits('"7"')
    assert problems(ReviseListing, write({"ifMatch": '"7"'}, path=path)) == {
        "ifMatch": "is not a field here; take it out"
    }


def test_a_query_is_read_by_declared_parameters() -> None:
    query = "q=caf%C3%A9+au%20lait&tags=a&tags=b&assetKind=spec_asset&includeRevoked=true&limit=200&&"
    assert decode(Search, read(query)).command == Search(
        q="café au lait", tags=("a", "b"), asset_kind=AssetKind.SPEC_ASSET, include_revoked=True, limit=200
    )
    assert decode(Search, read()) == Decoded(Search(), b"")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (b"limit=0", {"limit": "must be a whole number from 1 to 200"}),
        (b"limit=201", {"limit": "must be a whole number from 1 to 200"}),
        (b"limit=", {"limit": "must be a whole number from 1 to 200"}),
        (b"limit", {"limit": "must be a whole number from 1 to 200"}),
        (b"limit=+5", {"limit": "must be a whole number from 1 to 200"}),
        (b"limit=5&limit=5", {"limit": "must be given once"}),
        (b"limit=5&l%69mit=6", {"limit": "must be given once"}),
        (b"q=%00", {"q": "must not hold the control character U+0000 (character 1)"}),
        (b"q=" + b"x" * 201, {"q": "must be at most 200 characters"}),
        (b"q=%F0%28", {"q": "must be percent-encoded as UTF-8, with a percent sign as %25"}),
        (b"q=\xff", {"q": "must be percent-encoded as UTF-8, with a percent sign as %25"}),
        (b"q=%ED%A0%80", {"q": "must be percent-encoded as UTF-8, with a percent sign as %25"}),
        (b"q=100%", {"q": "must be percent-encoded as UTF-8, with a percent sign as %25"}),
        (b"q=%u0041", {"q": "must be percent-encoded as UTF-8, with a percent sign as %25"}),
        (b"%zz=1", {"query": "must name every parameter, percent-encoded as UTF-8"}),
        (b"=1", {"query": "must name every parameter, percent-encoded as UTF-8"}),
        (b"Q=x", {"Q": "is not a parameter here; take it out"}),
        (b"tags=a;tags=b", {"tags[0]": "must be lower-case a to z and digits, with single hyphens between"}),
        (b"tags[]=a", {"tags[]": "is not a parameter here; take it out"}),
        (b"tags=a&tags=", {"tags[1]": "must be 1 to 32 characters"}),
        (b"&".join([b"tags=a"] * 21), {"tags": "must hold at most 20 values"}),
        (b"assetKind=agent", {"assetKind": "must be one of: whs_agent, agentromatic_workflow, spec_asset"}),
        (b"includeRevoked=1", {"includeRevoked": "must be true or false"}),
        (b"cursor=", {"cursor": "must be 1 to 2048 characters"}),
        (b"cursor=x", {"cursor": "must come with q"}),
        (
            b"limit=0&sort=up&q=%",
            {
                "q": "must be percent-encoded as UTF-8, with a percent sign as %25",
                "limit": "must be a whole number from 1 to 200",
                "sort": "is not a parameter here; take it out",
            },
        ),
    ],
)
def test_a_query_that_must_be_guessed_at_is_refused_by_name(query: bytes, found: dict[str, str]) -> None:
    assert problems(Search, read(query)) == found


def test_twenty_repeats_of_a_parameter_are_taken() -> None:
    assert len(decode(Search, read("&".join(["tags=a"] * 20))).command.tags) == 20


def test_a_get_carries_no_body() -> None:
    assert problems(Search, read(b"limit=x", body=b"{}")) == {
        "limit": "must be a whole number from 1 to 200",
        "body": "must be empty in a GET",
    }


@given(st.binary())
def test_any_bytes_as_a_body_are_decoded_or_refused(raw: bytes) -> None:
    for body in (raw, b'{"flagged":true,"' + raw, b'{"flagged":true,"secret":"' + raw + b'"}'):
        command = outcome(Flagging, write(raw=body))
        assert command is None or isinstance(command.flagged, bool)


@given(
    st.binary() | st.lists(st.tuples(st.sampled_from([*Search.__struct_encode_fields__]), st.binary())).map(urlencode)
)
def test_any_query_is_decoded_or_refused(query: bytes | str) -> None:
    command = outcome(Search, read(query))
    assert command is None or (1 <= command.limit <= 200 and len(command.tags) <= 20)


@given(VISIBLE, st.lists(SLUGS, max_size=20), st.integers(1, 200))
def test_a_query_that_was_encoded_is_decoded(q: str, tags: list[str], limit: int) -> None:
    query = urlencode({"q": q, "tags": tags, "limit": limit}, doseq=True)
    command = decode(Search, read(query)).command
    assert (command.tags, command.limit) == (tuple(tags), limit)
