from __future__ import annotations

import json
import logging
import traceback
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetprompt.secrets import (
    SECRET_SHAPES,
    CookieKind,
    KeyRing,
    Secret,
    csrf_token,
    mint_api_key,
    mint_install_token,
    new_cookie,
    partner_secret,
    redact,
    show_partner_secret,
    token_hash,
)

ID = UUID("01893726-efee-7f02-8fbf-9f2b7bc2f910")


@pytest.fixture(scope="module")
def issued(ring: KeyRing) -> list[Secret[str]]:
    """One of everything that is issued as text."""
    session = new_cookie(ring, CookieKind.SESSION)
    return [
        mint_install_token(ring, ID),
        mint_api_key(ring, ID, bytes(32)),
        show_partner_secret(partner_secret(ring, ID, bytes(32))),
        session.value,
        new_cookie(ring, CookieKind.VISIT).value,
        csrf_token(ring, session.hash),
        ring.text(),
    ]


def test_u_tok_02_no_way_of_printing_a_secret_shows_it(
    issued: list[Secret[str]], caplog: pytest.LogCaptureFixture
) -> None:
    for secret in issued:
        try:
            raise ValueError(secret, {"token": secret})
        except ValueError as error:
            logging.getLogger("fleetprompt").exception("refused %s %r", secret, secret)
            shown = [str(error), repr(error), *traceback.format_exception(error)]
        shown += [str(secret), repr(secret), f"{secret}", f"{secret!s:>90}", repr([secret]), caplog.text]
        assert not any(secret.reveal()[-20:] in text for text in shown)
        assert "Secret(***)" in caplog.text


def test_u_tok_02_no_encoder_takes_a_secret(issued: list[Secret[str]]) -> None:
    for secret in issued:
        with pytest.raises(TypeError, match="Secret"):
            json.dumps({"installToken": secret})
        with pytest.raises(TypeError, match="Secret"):
            msgspec.json.encode({"installToken": secret})


def test_u_tok_02_what_comes_with_a_secret_does_not_show_it_either(ring: KeyRing) -> None:
    cookie = new_cookie(ring, CookieKind.SESSION)
    assert "Secret(***)" in repr(cookie)
    assert cookie.value.reveal() not in repr(cookie)
    assert repr(partner_secret(ring, ID, bytes(32))) == "Secret(***)"


def test_s_sec_02_everything_issued_is_recognized_wherever_it_stands(issued: list[Secret[str]]) -> None:
    for secret in issued:
        for around in ("{}", "Bearer {}", '{{"a":"{}"}}', "a={}&b=1", "x{}", "fp_session={}; Path=/", "\n{}\r", "({})"):
            text = around.format(secret.reveal())
            assert SECRET_SHAPES.search(text)
            assert not any(
                part in redact(text) for part in secret.reveal().replace(":", ".").split(".") if len(part) > 8
            )


def test_s_sec_02_a_token_that_was_cut_off_is_recognized(ring: KeyRing) -> None:
    text = mint_install_token(ring, ID).reveal()
    assert {redact(text[:length]) for length in range(32, len(text) + 1)} == {"[redacted]"}


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("postgresql://app:p%40ss@db:5432/fleetprompt", "postgresql://[redacted]@db:5432/fleetprompt"),
        ("redis://:hunter2@cache", "redis://[redacted]@cache"),
        ("hash $argon2id$v=19$m=9216,t=4,p=1$c2FsdA$aGFzaA stored", "hash [redacted] stored"),
    ],
)
def test_s_sec_02_passwords_in_urls_and_hashes_are_cut_out(text: str, clean: str) -> None:
    assert redact(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "req_01h455vb4pex5vsknk084sn02q listings.create ok 12 ms",
        "tok_01h455vb4pex5vsknk084sn02q",
        "fp_session and __Host-fp_session are cookies",
        "https://db:5432/path?x=a@b",
        "https://example.org/@handle",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "fleetprompt.installs.redeem_token",
    ],
)
def test_what_a_log_line_needs_stays(text: str) -> None:
    assert redact(text) == text


@given(st.text())
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    assert redact(redact(text)) == redact(text)


def test_u_tok_03_a_hash_is_sha_256_of_the_text() -> None:
    assert token_hash("abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
