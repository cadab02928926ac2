"""The strict signature check of the internal routes: spec 3 "Server to server" and 6.6."""

from __future__ import annotations

import base64
from dataclasses import replace
from functools import partial
from string import ascii_letters, ascii_lowercase, digits

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fleetprompt.web import signatures
from fleetprompt.web.signatures import (
    AFTER_MAC,
    SignatureReason,
    SignatureRefused,
    SignedRequest,
    browser_header,
    parse,
    verify,
)
from tests.reference_signer import FIVE, FOUR, Sent, sign

NOW_S = 1_795_000_000
SECRET = bytes(range(32))
AUTHORITIES = ("fleetprompt.example", "10.0.0.7:8443")
SIGNED_HEADERS = ("Content-Digest", "Idempotency-Key", "Signature-Input", "Signature")
BASE64 = ascii_letters + digits + "+/="
TOKEN_CHARACTERS = "!#$%&'*+-.^_`|~" + ascii_letters + digits

signed = partial(
    sign,
    origin="https://fleetprompt.example",
    path="/v1/internal/install/redeem",
    body=b'{"installToken":"fpt_x","targetSystem":"whs"}',
    idempotency_key="redeem-1",
    key_id="prt_01kaj3x5rhf4zvd0xk6qtbn8my",
    secret=SECRET,
    created_s=NOW_S,
    nonce="0123456789abcdef",
    covered=FIVE,
)


def checked(sent: Sent, secrets: tuple[bytes, ...] = (SECRET,), now_s: int = NOW_S) -> SignedRequest:
    """Both halves of the check, as a route runs them."""
    request = parse(sent.method, sent.path.encode(), sent.query.encode(), sent.raw_headers(), AUTHORITIES)
    verify(request, secrets, sent.body, now_s)
    return request


def refusal_of(sent: Sent, secrets: tuple[bytes, ...] = (SECRET,), now_s: int = NOW_S) -> SignatureRefused:
    with pytest.raises(SignatureRefused) as refused:
        checked(sent, secrets, now_s)
    return refused.value


# What another implementation signs is accepted, in every form that is allowed.


@settings(deadline=None)
@given(
    covered=st.sampled_from([FOUR, FIVE]).flatmap(st.permutations),
    label=st.from_regex(r"[a-z*][a-z0-9_.*-]{0,20}", fullmatch=True),
    nonce=st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=16, max_size=64),
    idempotency_key=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=128),
    body=st.binary(max_size=200),
    secret=st.binary(min_size=32, max_size=32),
    skew_s=st.integers(-300, 300),
    lifetime_s=st.none() | st.integers(1, 3600),
    include_alg=st.booleans(),
    origin=st.sampled_from(["https://FleetPrompt.example:443", "http://10.0.0.7:8443"]),
)
def test_i_int_02_what_another_implementation_signs_is_accepted(
    covered: list[str],
    label: str,
    nonce: str,
    idempotency_key: str,
    body: bytes,
    secret: bytes,
    skew_s: int,
    lifetime_s: int | None,
    include_alg: bool,
    origin: str,
) -> None:
    sent = signed(
        covered=covered,
        label=label,
        nonce=nonce,
        idempotency_key=idempotency_key,
        body=body,
        secret=secret,
        created_s=NOW_S + skew_s,
        expires_s=None if lifetime_s is None else NOW_S + lifetime_s,
        include_alg=include_alg,
        origin=origin,
    )
    request = checked(sent, secrets=(bytes(32), secret))
    assert (request.nonce, request.idempotency_key) == (nonce, idempotency_key)
    assert request.created_s == NOW_S + skew_s


# A sound request with any one thing changed is refused.

single_change = st.sampled_from(["replace", "insert", "delete"])


@st.composite
def changed_text(draw: st.DrawFn, text: str, alphabet: str) -> str:
    """`text` with one character replaced, inserted or deleted, and different from it."""
    at = draw(st.integers(0, len(text) - 1))
    character = draw(st.sampled_from(alphabet))
    match draw(single_change):
        case "replace":
            changed = text[:at] + character + text[at + 1 :]
        case "insert":
            changed = text[:at] + character + text[at:]
        case _:
            changed = text[:at] + text[at + 1 :]
    assume(changed.strip(" \t") != text)
    return changed


@st.composite
def changed_requests(draw: st.DrawFn) -> tuple[Sent, bytes, int]:
    """One change to a sound request, to the secret that it is checked with, or to the time."""
    sent, secret, now_s = signed(covered=draw(st.sampled_from([FOUR, FIVE]))), SECRET, NOW_S
    name = draw(st.sampled_from(SIGNED_HEADERS))
    printable = "".join(map(chr, range(32, 127))) + "\t\n\r\0\x7f\x80\xff"
    match draw(st.sampled_from(["method", "path", "query", "body", "secret", "time", "value", "drop", "repeat"])):
        case "method":
            sent = replace(sent, method=draw(changed_text(sent.method, TOKEN_CHARACTERS)))
        case "path":
            sent = replace(sent, path=draw(changed_text(sent.path, printable[1:])))
        case "query":
            sent = replace(sent, query=draw(st.text(ascii_lowercase + "=&", min_size=1)))
        case "body":
            sent = replace(sent, body=draw(st.binary().filter(lambda body: body != sent.body)))
        case "secret":
            secret = draw(st.binary(min_size=32, max_size=32).filter(lambda other: other != SECRET))
        case "time":
            now_s += draw(st.integers(301) | st.integers(max_value=-301))
        case "value":
            alphabet = BASE64 if name == "Signature" else printable
            sent = sent.having(name, draw(changed_text(sent.value(name), alphabet)))
        case "drop":
            sent = sent.without(name)
        case _:
            sent = sent.adding(name, sent.value(name))
    return sent, secret, now_s


@settings(deadline=None)
@given(changed_requests())
def test_i_int_02_a_sound_request_with_one_change_is_refused(case: tuple[Sent, bytes, int]) -> None:
    sent, secret, now_s = case
    assert refusal_of(sent, secrets=(secret,), now_s=now_s).reason in SignatureReason


@settings(deadline=None)
@given(st.data())
def test_i_int_02_every_covered_value_is_what_was_signed(data: st.DataObject) -> None:
    """Header by header and character by character, so that no header is left to chance."""
    sent = signed()
    for name in SIGNED_HEADERS:
        refusal = refusal_of(sent.having(name, data.draw(changed_text(sent.value(name), BASE64))))
        assert refusal.reason in SignatureReason


@pytest.mark.parametrize("covered", [FOUR, FIVE])
def test_i_int_02_the_inner_list_is_taken_as_received(covered: tuple[str, ...]) -> None:
    sent = signed(covered=covered)
    reordered = sent.value("Signature-Input").replace('"@method" ', "").replace('")', '" "@method")')
    assert refusal_of(sent.having("Signature-Input", reordered)).reason is SignatureReason.MAC


# No bytes make the check fail in any other way.

hostile = st.binary(max_size=60) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass"))
fragments = st.sampled_from(
    [
        *(b'sig1=("@method" "@path" "content-digest" "idempotency-key")', b"sig1=:AAAA:", b"sig1", b"sha-256=:AAAA:"),
        *(b';created=1795000000;nonce="0123456789abcdef";keyid="k"', b";created=1.5", b";alg=token", b";created=?1"),
        *(b"(", b")", b'"', b":", b";", b"=", b",", b" ", b"\t", b"\\", b"\n", b"\0", b"\xff", b"a", b"sha-256=", b"-"),
        *(b"@99999999999999", b"@-1", b'%"%ff"', b"999999999999999", b"1.234", b"?1", b"*", b'("a" "a")', b"=()"),
    ]
)
field_value = hostile | st.lists(fragments, max_size=8).map(b"".join)
names = [b"Signature-Input", b"signature", b"CONTENT-DIGEST", b"idempotency-key", b"host", b"origin", b"\xff"]


@settings(deadline=None)
@given(
    headers=st.lists(st.tuples(st.sampled_from(names), field_value), max_size=8),
    method=st.sampled_from(["POST", "PÖST", "", "a b", "\n"]),
    path=st.binary(max_size=20) | st.just(b"/v1/internal/ping"),
    body=st.binary(max_size=20),
)
def test_i_int_02_hostile_headers_are_refused_and_nothing_else(
    headers: list[tuple[bytes, bytes]], method: str, path: bytes, body: bytes
) -> None:
    with pytest.raises(SignatureRefused):
        verify(parse(method, path, b"", headers, AUTHORITIES), [SECRET], body, NOW_S)


@settings(deadline=None)
@given(name=st.sampled_from([name.lower().encode() for name in SIGNED_HEADERS]), value=field_value)
def test_i_int_02_one_hostile_value_among_sound_ones_is_refused_and_nothing_else(name: bytes, value: bytes) -> None:
    sent = signed(covered=FOUR)
    sound = dict(sent.raw_headers())
    assume(value.strip(b" \t") != sound[name])
    headers = [*{**sound, name: value}.items()]
    with pytest.raises(SignatureRefused):
        verify(parse("POST", sent.path.encode(), b"", headers, AUTHORITIES), [SECRET], sent.body, NOW_S)


@settings(deadline=None)
@given(value=field_value)
def test_i_int_02_a_digest_header_that_was_signed_is_still_read_strictly(value: bytes) -> None:
    """The MAC is right here, so that what is read after it meets every value too."""
    request = checked(signed(body=b""))
    with pytest.raises(SignatureRefused) as refused:
        verify(replace(request, content_digest=value), [SECRET], b"{}", NOW_S)
    assert refused.value.reason in {SignatureReason.DIGEST, SignatureReason.DIGEST_MISSING}


def test_a_line_break_in_a_covered_header_cannot_forge_a_line_of_the_base() -> None:
    sent = signed(covered=FOUR)
    forged = sent.having("Content-Digest", sent.value("Content-Digest") + '\n"idempotency-key": other')
    assert refusal_of(forged).reason is SignatureReason.MALFORMED


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST\n", "/a"), ("P\udc80ST", "/a"), ("", "/a"), ("POST", ""), ("POST", "a"), ("POST", "/a\nb"), ("POST", "/é")],
)
def test_a_method_or_path_that_http_does_not_know_is_refused(method: str, path: str) -> None:
    with pytest.raises(SignatureRefused) as refused:
        parse(method, path.encode(), b"", signed().raw_headers(), AUTHORITIES)
    assert refused.value.reason is SignatureReason.MALFORMED


# Browsers, keys, authorities and hints.


@pytest.mark.parametrize("name", ["Origin", "COOKIE", "sec-fetch-site", "Sec-Fetch-Dest"])
def test_i_int_01_a_browser_header_is_refused_before_the_signature_is_looked_at(name: str) -> None:
    sent = signed().having("Signature", "broken").adding(name, "")
    assert browser_header(sent.raw_headers()) == name.lower()
    assert refusal_of(sent).reason is SignatureReason.BROWSER_HEADER


def test_i_int_01_sec_fetch_mode_alone_is_no_browser() -> None:
    sent = signed().adding("Sec-Fetch-Mode", "cors")
    assert browser_header(sent.raw_headers()) is None
    checked(sent)


@pytest.mark.parametrize("credential", [("Cookie", "fp_session=s"), ("Authorization", "Bearer fpk_x")])
def test_s_cd_01_a_session_or_an_api_key_is_no_signature(credential: tuple[str, str]) -> None:
    unsigned = signed().without("Signature").without("Signature-Input").adding(*credential)
    assert refusal_of(unsigned).reason in {SignatureReason.BROWSER_HEADER, SignatureReason.MISSING_HEADER}


def test_an_api_key_beside_a_sound_signature_changes_nothing() -> None:
    assert checked(signed().adding("Authorization", "Bearer fpk_x")).idempotency_key == "redeem-1"


def test_an_unknown_key_costs_one_mac_and_cannot_be_guessed() -> None:
    assert refusal_of(signed(), secrets=()).reason is SignatureReason.UNKNOWN_KEY
    stand_in = signatures._STAND_IN_SECRET
    assert refusal_of(signed(secret=stand_in), secrets=()).reason is SignatureReason.UNKNOWN_KEY


def test_each_secret_of_a_key_is_tried() -> None:
    checked(signed(), secrets=(bytes(32), SECRET))
    assert refusal_of(signed(), secrets=(bytes(32), bytes(31) + b"\1")).reason is SignatureReason.MAC


def test_host_alone_never_makes_an_authority_ours() -> None:
    sent = signed(origin="https://elsewhere.example")
    assert refusal_of(sent).reason is SignatureReason.AUTHORITY
    assert refusal_of(sent.having("Host", "ELSEWHERE.example")).reason is SignatureReason.AUTHORITY
    assert refusal_of(sent.having("Host", "fleetprompt.example")).reason is SignatureReason.MAC


def test_the_authority_survives_a_proxy_that_rewrites_host() -> None:
    for sent in (signed().having("Host", "127.0.0.1:8000"), signed().without("Host")):
        assert checked(sent).nonce == "0123456789abcdef"


def test_a_later_failed_check_is_hinted_only_once_the_mac_verified() -> None:
    stale = signed(created_s=NOW_S - 301)
    assert refusal_of(stale).hint == "created"
    assert refusal_of(stale, secrets=(bytes(32),)).hint is None
    assert refusal_of(stale, secrets=()).hint is None
    for reason in SignatureReason:
        assert SignatureRefused(reason).hint == (reason.value if reason in AFTER_MAC else None)


@pytest.mark.parametrize(("offset_s", "sound"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_i_int_02_created_may_differ_by_300_seconds(offset_s: int, sound: bool) -> None:
    sent = signed(created_s=NOW_S + offset_s)
    if sound:
        checked(sent)
    else:
        assert refusal_of(sent).reason is SignatureReason.CREATED


def test_i_int_02_expires_ends_a_signature_that_second() -> None:
    sent = signed(expires_s=NOW_S + 10)
    checked(sent, now_s=NOW_S + 9)
    assert refusal_of(sent, now_s=NOW_S + 10).reason is SignatureReason.EXPIRES


def test_neither_the_mac_nor_what_it_covers_is_in_the_repr() -> None:
    request = checked(signed())
    shown = repr(request)
    assert base64.b64encode(request.mac).decode() not in shown
    assert repr(request.mac) not in shown
    assert "@signature-params" not in shown
