from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fleetprompt.secrets import KeyRing, open_cursor, sign_cursor

PAYLOADS = st.binary(max_size=200)
BINDINGS = st.binary(max_size=60)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@given(PAYLOADS, BINDINGS)
def test_a_cursor_opens_where_it_was_handed_out(ring: KeyRing, payload: bytes, binding: bytes) -> None:
    cursor = sign_cursor(ring, payload, binding)
    assert set(cursor) <= set(ALPHABET + ".")
    assert open_cursor(ring, cursor, binding) == payload


@given(PAYLOADS, BINDINGS, BINDINGS)
def test_a_cursor_opens_nowhere_else(ring: KeyRing, payload: bytes, binding: bytes, elsewhere: bytes) -> None:
    opened = open_cursor(ring, sign_cursor(ring, payload, binding), elsewhere)
    assert opened == (payload if binding == elsewhere else None)


@given(st.binary(min_size=1, max_size=8), st.binary(min_size=1, max_size=8))
def test_payload_and_binding_cannot_trade_bytes(ring: KeyRing, payload: bytes, binding: bytes) -> None:
    body, _, mac = sign_cursor(ring, payload, binding).partition(".")
    for shift in range(1, len(body)):
        assert open_cursor(ring, f"{body[shift:]}.{mac}", binding + body[:shift].encode()) is None


def test_no_altered_cursor_opens(ring: KeyRing) -> None:
    cursor = sign_cursor(ring, b"name\x00lst", b"listings")
    body, _, mac = cursor.partition(".")
    altered = [cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :] for at in range(len(cursor))]
    altered += [f"{part[:-1]}{ALPHABET[ALPHABET.index(part[-1]) ^ 1]}" for part in (body, mac)]
    altered += [f"{body[:-1]}{ALPHABET[ALPHABET.index(body[-1]) ^ 1]}.{mac}", f"{body}=.{mac}", f"{cursor}="]
    altered += [body, f".{mac}", f"{body}.", ".", "", f"{body}.{mac}.{mac}", f"{body}\n.{mac}", cursor.upper()]
    assert [text for text in altered if open_cursor(ring, text, b"listings") is not None] == []


@given(st.text(max_size=120))
def test_text_that_we_did_not_sign_is_no_cursor(ring: KeyRing, text: str) -> None:
    assert open_cursor(ring, text, b"listings") is None


def test_a_cursor_outlives_a_promotion_and_ends_with_its_key(ring: KeyRing, other_ring: KeyRing) -> None:
    cursor = sign_cursor(ring, b"p", b"b")
    promoted = ring.added().promoted("v3")
    assert open_cursor(promoted, cursor, b"b") == b"p"
    assert sign_cursor(promoted, b"p", b"b") != cursor
    assert open_cursor(promoted.retired("v2"), cursor, b"b") is None
    assert open_cursor(other_ring, cursor, b"b") is None
