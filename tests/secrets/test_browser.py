from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetprompt.secrets import CookieKind, KeyRing, csrf_token, csrf_token_fits, new_cookie, open_cookie, token_hash

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
kinds = pytest.mark.parametrize("kind", CookieKind)


@kinds
def test_a_cookie_opens_to_the_hash_of_its_id(ring: KeyRing, kind: CookieKind) -> None:
    cookie = new_cookie(ring, kind)
    value = cookie.value.reveal()
    opaque = value.partition(".")[0]
    assert (len(opaque), len(value)) == (47, 91)
    assert open_cookie(ring, kind, value) == cookie.hash == token_hash(opaque)
    assert value.isascii()
    assert not set(value) & set(' ",;\\')


def test_every_login_has_a_new_id(ring: KeyRing) -> None:
    assert len({new_cookie(ring, CookieKind.SESSION).hash for _ in range(100)}) == 100


@kinds
def test_a_cookie_of_the_other_kind_does_not_open(ring: KeyRing, kind: CookieKind) -> None:
    (other,) = set(CookieKind) - {kind}
    value = new_cookie(ring, other).value.reveal()
    assert open_cookie(ring, kind, value) is None
    assert open_cookie(ring, kind, kind.prefix + value[4:]) is None


@kinds
def test_no_altered_cookie_opens(ring: KeyRing, kind: CookieKind) -> None:
    value = new_cookie(ring, kind).value.reveal()
    last = ALPHABET.index(value[-1])
    altered = [value[:at] + ("A" if value[at] != "A" else "B") + value[at + 1 :] for at in range(len(value))]
    altered += [value[:-1] + ALPHABET[last ^ 1], value + "=", value + ".", value[:-1], value[:47], value[:48], ""]
    altered += [value[:-1] + "é", value[:-1] + "\ud800", f'"{value}"']
    assert [text for text in altered if open_cookie(ring, kind, text) is not None] == []


@given(st.text(max_size=100) | st.from_regex(r"fp[sv]_[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{43}", fullmatch=True))
def test_text_that_we_did_not_sign_is_no_cookie(ring: KeyRing, text: str) -> None:
    assert [open_cookie(ring, kind, text) for kind in CookieKind] == [None, None]


def test_cookies_and_form_tokens_outlive_a_promotion_and_end_with_their_key(ring: KeyRing) -> None:
    cookie = new_cookie(ring, CookieKind.SESSION)
    token = csrf_token(ring, cookie.hash).reveal()
    promoted = ring.added().promoted("v3")
    assert open_cookie(promoted, CookieKind.SESSION, cookie.value.reveal()) == cookie.hash
    assert csrf_token_fits(promoted, cookie.hash, token)
    retired = promoted.retired("v2")
    assert open_cookie(retired, CookieKind.SESSION, cookie.value.reveal()) is None
    assert not csrf_token_fits(retired, cookie.hash, token)


@kinds
def test_a_form_token_fits_its_own_cookie_only(ring: KeyRing, other_ring: KeyRing, kind: CookieKind) -> None:
    cookie, stranger = new_cookie(ring, kind), new_cookie(ring, kind)
    token = csrf_token(ring, cookie.hash).reveal()
    assert token == csrf_token(ring, cookie.hash).reveal()
    assert csrf_token_fits(ring, cookie.hash, token)
    assert not csrf_token_fits(ring, stranger.hash, token)
    assert not csrf_token_fits(other_ring, cookie.hash, token)


def test_altered_form_tokens_do_not_fit(ring: KeyRing) -> None:
    session = new_cookie(ring, CookieKind.SESSION)
    token = csrf_token(ring, session.hash).reveal()
    last = ALPHABET.index(token[-1])
    altered = [token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :] for at in range(len(token))]
    altered += [token[:-1] + ALPHABET[last ^ 1], token + "=", token[4:], token[:-1] + "é", "", session.value.reveal()]
    assert [text for text in altered if csrf_token_fits(ring, session.hash, text)] == []
