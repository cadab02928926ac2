"""The search that the S-SEC suites trust: whatever a secret is written as and stands in, it is found (spec 10)."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.people import People
from tests.support.secrecy.exchanges import COLLECTED, Collected
from tests.support.secrecy.places import DATA, DUMPS, LOGS, METRICS, findings, make_places
from tests.support.secrecy.search import Search

MAC: Final = secrets.token_urlsafe(32)
ID: Final = "01m7yyet02e3vv1ft0vrb8875s"
SECRETS: Final[dict[str, tuple[str, str | bytes]]] = {
    "an install token": (f"fpt_{ID}_{MAC}", MAC),
    "an API key": (f"fpk_{ID}_{MAC}abc123", MAC),
    "a session cookie": (f"fps_{MAC}.{secrets.token_urlsafe(32)}", MAC),
    "a CSRF token": (f"fpc_{MAC}", MAC),
    "a password": ("password 5f3c9e21d07ab48866aa13b7", "5f3c9e21d07ab48866aa13b7"),
    "a partner's secret": (base64.b64encode(bytes(range(100, 132))).decode(), bytes(range(100, 132))),
}
WAYS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "raw": lambda value: value,
    "hexadecimal": lambda value: value.hex().encode(),
    "upper-case hexadecimal": lambda value: value.hex().upper().encode(),
    "base64": base64.b64encode,
    "base64url": base64.urlsafe_b64encode,
}
SURROUNDINGS: Final = st.binary(max_size=8)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", SECRETS)
@given(before=SURROUNDINGS, behind=SURROUNDINGS)
def test_a_secret_is_found_in_every_form_whatever_it_stands_between(
    kind: str, way: str, before: bytes, behind: bytes
) -> None:
    secret, random_part = SECRETS[kind]
    value = random_part.encode() if isinstance(random_part, str) else random_part
    text = b"> " + WAYS[way](before + value + behind) + b" <"
    assert {found.secret for found in Search([secret]).in_text(text, "here")} == {secret}


@pytest.mark.parametrize("kind", SECRETS)
def test_a_secret_is_found_by_its_beginning(kind: str) -> None:
    secret, _ = SECRETS[kind]
    assert Search([secret]).in_text(secret[:-5].encode(), "here")


def test_what_is_public_of_a_credential_is_not_looked_for() -> None:
    token, _ = SECRETS["an install token"]
    assert not Search([token]).in_text(f"fpt_{ID}_ tok_{ID}".encode(), "here")


async def test_what_was_handed_in_and_given_out_is_collected(people: People) -> None:
    person = await people.publisher()
    key = await person.api_key()
    partner = await people.partner()
    await partner.post("/v1/internal/ping", key="a-key")
    assert {person.password, person.session_cookie, key.secret, partner.secret} <= COLLECTED.secrets
    assert await person.csrf_token() in COLLECTED.secrets


def test_what_is_too_plain_to_be_recognized_is_not_collected() -> None:
    collected = Collected()
    collected.add("short", "a" * 40, "twelve letters", f"password {MAC}")
    assert collected.secrets == {f"password {MAC}"}


def _places(folder: Path) -> list[Path]:
    made = [folder / name for name in (LOGS, METRICS, DUMPS)]
    (folder / DATA).mkdir()
    return [*made, folder / DATA]


def test_a_secret_is_found_in_every_place_or_the_place_is_told(tmp_path: Path) -> None:
    make_places(tmp_path)
    collected = f"password {MAC}"
    (tmp_path / "secrets" / "main").write_text(f'["{collected}"]')
    places = _places(tmp_path)
    assert list(findings(tmp_path, "run")) == []
    (tmp_path / DUMPS / "planted.copy").write_text("")
    told = list(findings(tmp_path, "run"))
    assert [line.split(" is not found")[0] for line in told] == [
        "the secret planted in the dumps",
        "the secret planted in the data",
    ]
    for place in places:
        file = place / "below" / "any.file"
        file.parent.mkdir()
        file.write_bytes(b"some text " + MAC.encode().hex().encode())
        assert any(line.startswith(f"{file} holds {collected!r}") for line in findings(tmp_path, "run"))
