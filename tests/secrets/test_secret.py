from __future__ import annotations

import json
import logging
import traceback
from uuid import UUID

import msgspec
import pytest

from fleetprompt.secrets import (
    CookieKind,
    KeyRing,
    Secret,
    csrf_token,
    mint_api_key,
    mint_install_token,
    new_cookie,
    partner_secret,
    show_partner_secret,
    token_hash,
)
from fleetprompt.telemetry.redaction import scrub

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
            shown = scrub(text)
            assert not any(part in shown for part in secret.reveal().replace(":", ".").split(".") if len(part) > 8)


def test_s_sec_02_a_token_that_was_cut_off_is_recognized(ring: KeyRing) -> None:
    text = mint_install_token(ring, ID).reveal()
    assert {scrub(text[:length]) for length in range(32, len(text) + 1)} == {"fpt_[redacted]"}


def test_s_sec_02_the_hash_of_a_password_is_recognized() -> None:
    assert scrub("hash $argon2id$v=19$m=9216,t=4,p=1$c2FsdA$aGFzaA stored") == "hash [redacted] stored"


def test_u_tok_03_a_hash_is_sha_256_of_the_text() -> None:
    assert token_hash("abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
