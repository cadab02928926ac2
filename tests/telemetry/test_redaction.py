"""Secrets are found by the name of their key and by their shape, wherever they hide."""

from __future__ import annotations

import base64
import dataclasses
import json
import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fleetprompt.telemetry.lines import LINE_BYTES_MAX, render
from fleetprompt.telemetry.redaction import READ_CHARS_MAX, REDACTED, is_sensitive, redact, scrub
from fleetprompt.telemetry.tracebacks import describe

BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"
BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

mac = st.text(BASE64URL, min_size=43, max_size=43)
public_part = st.text(BASE32, min_size=26, max_size=26)
install_token = st.builds("fpt_{}_{}".format, public_part, mac)
api_key = st.builds("fpk_{}_{}{}".format, public_part, mac, st.text(BASE64URL, min_size=6, max_size=6))
partner_secret = st.binary(min_size=32, max_size=32).map(lambda raw: base64.b64encode(raw).decode())
opaque = st.text(BASE64URL + ".", min_size=12, max_size=60)


def line(**fields: object) -> str:
    return render("2026-01-01T00:00:00.000+00:00", "info", fields).decode("ascii")


class Command(msgspec.Struct):
    """A request with a secret field, as an operation decodes it."""

    install_token: str
    note: str


@dataclasses.dataclass
class Credentials:
    """A dataclass with a secret field."""

    user: str
    password: str


class Hostile:
    """An object that cannot be printed."""

    def __str__(self) -> str:
        raise RuntimeError("no")


class Talkative:
    """An object that shows its secret when printed."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def __repr__(self) -> str:
        return f"Talkative({self._secret!r})"


@pytest.mark.parametrize(
    "name",
    [
        "authorization",
        "Authorization",
        "proxy-authorization",
        "Set-Cookie",
        "cookie",
        "installToken",
        "install_token",
        "X-CSRF-Token",
        "api_key",
        "API-KEY",
        "apiKeySecret",
        "clientSecret",
        "PASSWORD",
        "pass_word",
        "new-password",
        "Signature-Input",
        "fp_session",
        "__Host-fp_session",
    ],
)
def test_s_sec_02_a_key_is_sensitive_however_it_is_cased_or_hyphenated(name: str) -> None:
    assert is_sensitive(name)
    assert redact({name: "anything"}) == {name: REDACTED}
    assert redact([(name.encode(), b"anything")]) == [[name, REDACTED]]


@pytest.mark.parametrize("name", ["operation", "caller_id", "request_id", "author", "passed", "keyid", "code"])
def test_ordinary_keys_are_shown(name: str) -> None:
    assert redact({name: "anything"}) == {name: "anything"}


def nest_in_mappings(secret: str) -> object:
    return {"a": [{"b": ({"c": secret},)}]}


WRAPPERS: list[Callable[[str], object]] = [
    lambda secret: secret,
    lambda secret: secret.encode(),
    lambda secret: bytearray(secret.encode()),
    lambda secret: f"before {secret} after",
    lambda secret: f"GET /installs?code={secret}&x=1 HTTP/1.1",
    lambda secret: json.dumps({"body": {"installToken": secret}}),
    lambda secret: json.dumps(json.dumps({"value": secret})),
    lambda secret: repr({"x": secret}),
    nest_in_mappings,
    lambda secret: {secret: 1},
    lambda secret: {"xs": frozenset({secret})},
    lambda secret: Talkative(secret),
    lambda secret: Command(install_token="x", note=secret),
    lambda secret: describe(ValueError(f"cannot take {secret}")),
    lambda secret: ValueError(secret),
]


@pytest.mark.parametrize("wrap", WRAPPERS)
@settings(max_examples=30)
@given(secret=st.one_of(install_token, api_key, partner_secret))
def test_u_tok_02_a_credential_is_recognized_by_its_shape_wherever_it_stands(
    wrap: Callable[[str], object], secret: str
) -> None:
    shown = line(event="x", value=wrap(secret))
    assert secret not in shown
    assert secret[-30:-2] not in shown


@given(secret=opaque)
def test_s_sec_02_headers_and_cookies_in_text_are_redacted(secret: str) -> None:
    texts = [
        f"Authorization: Bearer {secret}",
        f"sent Bearer {secret}",
        f"bearer  {secret}",
        f"Cookie: theme=dark; fp_session={secret}; x=y",
        f"__Host-fp_session={secret}",
        f"Set-Cookie: fp_session={secret}; HttpOnly",
        f"{{'fp_session': '{secret}'}}",
        f"[(b'host', b'x'), (b'cookie', b'a={secret}')]",
        f"Signature: {secret}",
    ]
    for text in texts:
        assert secret not in scrub(text), text


@given(signature=st.binary(min_size=16, max_size=64))
def test_s_sec_02_the_bytes_of_a_signature_are_redacted(signature: bytes) -> None:
    encoded = base64.b64encode(signature).decode()
    for text in (f"sig1=:{encoded}:", f"Signature: sig1=:{encoded}:", f"got sig1=:{encoded}: and more"):
        assert encoded not in scrub(text)


@given(secret=st.text(BASE64URL + "!$%()*+.:@/?#", min_size=8, max_size=40).map("S3cr".__add__))
def test_s_sec_02_passwords_in_database_addresses_are_redacted(secret: str) -> None:
    texts = [
        f"postgresql://fleet:{secret}@db.example:5432/fleet",
        f"could not connect to postgresql+psycopg://fleet:{secret}@db.example/fleet: refused",
        f"redis://:{secret}@cache.example:6379/0",
        f"host=db user=fleet password={secret} dbname=fleet",
        f"password='{secret} with spaces' dbname=fleet",
        f"PASSWORD: {secret} and more words",
        f'{{"password": "{secret}\\" quoted", "x": 1}}',
        f'{{\\"password\\": \\"{secret}\\"}}',
    ]
    for text in texts:
        assert secret not in scrub(text), text


def test_what_surrounds_a_redacted_value_stays_readable() -> None:
    assert scrub("host=db password=hunter22 dbname=fleet") == f"host=db password={REDACTED} dbname=fleet"
    assert scrub("postgresql://u:p@db/fleet") == f"postgresql://{REDACTED}@db/fleet"
    assert scrub("a listing was published: lst_01h455vb4pex5vsknk084sn02q") == (
        "a listing was published: lst_01h455vb4pex5vsknk084sn02q"
    )


def test_structs_and_dataclasses_are_redacted_by_field() -> None:
    assert redact(Command(install_token="shown nowhere", note="n")) == {"install_token": REDACTED, "note": "n"}
    assert redact(Credentials(user="u", password="shown nowhere")) == {"user": "u", "password": REDACTED}


def test_s_sec_03_an_exception_shows_its_frames_but_no_values_of_variables() -> None:
    def fail(password: str) -> None:
        kept = {"password": password}
        raise LookupError("no such row") from ValueError(f"postgresql://u:{kept['password']}@db/x")

    try:
        fail("hunter2hunter2")
    except LookupError as error:
        shown = describe(error)
    assert "hunter2hunter2" not in json.dumps(shown)
    assert [entry["type"] for entry in shown if isinstance(entry, dict)] == ["LookupError", "ValueError"]
    assert "fail" in json.dumps(shown)


def test_a_database_error_shows_its_headline_and_not_the_row() -> None:
    class Diagnostic:
        message_primary = 'null value in column "name"'
        message_detail = "Failing row contains (a private description)."

    class DatabaseError(Exception):
        diag = Diagnostic()
        sqlstate = "23502"

    assert "private" not in json.dumps(describe(DatabaseError("x\nDETAIL: Failing row contains (a private row)")))
    assert "23502: null value" in json.dumps(describe(DatabaseError("x")))


def test_a_group_of_exceptions_shows_its_members_and_a_cycle_ends() -> None:
    first, second = ValueError("one"), ValueError("two")
    first.__cause__, second.__cause__ = second, first
    shown = json.dumps(describe(ExceptionGroup("several", [first, second])))
    assert "one" in shown
    assert "two" in shown


json_like = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.binary()
    | st.just(Hostile())
    | st.uuids()
    | st.datetimes()
    | st.decimals(),
    lambda inner: (
        st.lists(inner, max_size=6)
        | st.dictionaries(st.text() | st.binary() | st.integers(), inner, max_size=6)
        | st.tuples(inner, inner)
    ),
    max_leaves=30,
)


@settings(max_examples=50)
@given(value=json_like, name=st.text(st.characters()))
@example(value="\x1b[31mred\x1b[0m\r\n\u202e\u2028\x85\x7f\ud800", name="\n")
@example(value=float("nan"), name="x")
@example(value=10**5000, name="x")
@example(value=[[[[[[[[[["deep"]]]]]]]]]], name="x")
@example(value="\\" * 10_000, name="x" * 10_000)
@example(value={str(i): "\\" * 300 for i in range(64)}, name="event")
def test_a_line_is_always_one_line_of_printable_ascii_json(value: Any, name: str) -> None:
    rendered = render("2026-01-01T00:00:00.000+00:00", "info", {name: value, "event": value})
    assert rendered.endswith(b"\n")
    assert len(rendered) <= LINE_BYTES_MAX
    assert all(0x20 <= byte <= 0x7E for byte in rendered[:-1])
    parsed = json.loads(rendered)
    assert parsed["timestamp"] == "2026-01-01T00:00:00.000+00:00"
    assert parsed["level"] == "info"


def test_a_line_that_is_cut_keeps_what_identifies_it() -> None:
    fields = {f"field{i}": "x" * 1_900 for i in range(40)} | {"request_id": "req_1", "operation": "a.b", "event": "e"}
    parsed = json.loads(line(**fields))
    assert parsed["truncated"] is True
    assert "req_1" in parsed["request_id"]
    assert "a.b" in parsed["operation"]


@pytest.mark.parametrize(
    "unit",
    [
        "a://",
        "@://",
        "token",
        "token=",
        'token="',
        "token='\\",
        "token   ",
        "cookie-",
        "bearer ",
        "fpt_",
        ":AAAA",
        "A=",
    ],
)
def test_no_text_makes_redaction_slow(unit: str) -> None:
    text = unit * (READ_CHARS_MAX * 8 // len(unit))
    started = time.process_time()
    scrub(text)
    assert time.process_time() - started < 0.25
