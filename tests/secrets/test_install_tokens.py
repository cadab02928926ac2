from __future__ import annotations

import hashlib
import string
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetprompt import ids
from fleetprompt.secrets import KeyRing, KeyRingError, mint_install_token, parse_install_token, token_hash

UUID7S = st.uuids(version=4).map(lambda value: UUID(int=value.int & ~(0xF << 76) | 0x7 << 76))
TOKEN_ID = UUID("01893726-efee-7f02-8fbf-9f2b7bc2f910")
BASE64URL = string.ascii_letters + string.digits + "-_"


@given(UUID7S, st.sampled_from([None, "v2", "v1"]))
def test_a_token_says_which_one_it_is_and_under_which_key(ring: KeyRing, token_id: UUID, version: str | None) -> None:
    text = mint_install_token(ring, token_id, version).reveal()
    assert text[:4] + text[30] == "fpt__"
    assert len(text) == 74
    assert f"tok_{text[4:30]}" == ids.encode("tok", token_id)
    token = parse_install_token(ring, text)
    assert token is not None
    assert (token.token_id, token.key_version) == (token_id, version or "v2")
    assert token.hash == token_hash(text)


def test_u_tok_03_a_replayed_mint_and_its_hash_are_the_same_for_ever(ring: KeyRing) -> None:
    text = mint_install_token(ring, TOKEN_ID, "v1").reveal()
    assert token_hash(text).hex() == "b440aa9ff2ab578c710774cffa59f3847974d8a5fb2f52d5b2532e3539c8104e"
    assert token_hash(text) == hashlib.sha256(text.encode("ascii")).digest()
    assert mint_install_token(ring.added().promoted("v3"), TOKEN_ID, "v1").reveal() == text


def test_u_tok_03_no_other_text_of_the_same_length_is_the_token(ring: KeyRing) -> None:
    text = mint_install_token(ring, TOKEN_ID).reveal()
    edits = [
        text[:at] + new + text[at + 1 :] for at in range(len(text)) for new in BASE64URL + "+/=. é" if new != text[at]
    ]
    assert len(edits) == 74 * 69
    assert [edit for edit in edits if parse_install_token(ring, edit) is not None] == []


def test_u_tok_03_other_spellings_of_the_same_bytes_are_refused(ring: KeyRing) -> None:
    text = mint_install_token(ring, TOKEN_ID).reveal()
    last = BASE64URL.index(text[-1])
    spellings = [
        text.upper(),
        text[:4] + text[4:30].upper() + text[30:],
        text[:-1] + BASE64URL[(last + 1) % 64],
        text + "=",
        text + "\n",
        text + "\0",
        " " + text,
        text[:-1],
        text.replace("-", "+").replace("_", "/"),
        text[:31] + text[31:].replace("-", "%2D"),
        "tok" + text[3:],
        text[:30] + "." + text[31:],
        text[:-1] + "\N{FULLWIDTH LATIN SMALL LETTER A}",
        text[:-1] + "\ud800",
        text[:30],
        "fpt_",
        "",
    ]
    assert [spelling for spelling in spellings if parse_install_token(ring, spelling) is not None] == []


@given(st.text(max_size=200) | st.from_regex(r"fpt_[0-7][0-9a-hjkmnp-tv-z]{25}_[A-Za-z0-9_-]{43}", fullmatch=True))
def test_text_without_our_mac_is_no_token(ring: KeyRing, text: str) -> None:
    assert parse_install_token(ring, text) is None


@given(UUID7S, UUID7S)
def test_a_mac_is_good_for_its_own_id_only(ring: KeyRing, one: UUID, other: UUID) -> None:
    tokens = [mint_install_token(ring, token_id).reveal() for token_id in (one, other)]
    crossed = tokens[0][:31] + tokens[1][31:]
    assert (parse_install_token(ring, crossed) is not None) == (one == other)


def test_a_token_of_another_ring_is_none_of_ours(ring: KeyRing, other_ring: KeyRing) -> None:
    assert parse_install_token(ring, mint_install_token(other_ring, TOKEN_ID).reveal()) is None
    assert parse_install_token(other_ring, mint_install_token(ring, TOKEN_ID, "v1").reveal()) is None


def test_a_token_dies_with_its_key(ring: KeyRing) -> None:
    text = mint_install_token(ring, TOKEN_ID, "v1").reveal()
    assert parse_install_token(ring.retired("v1"), text) is None
    with pytest.raises(KeyRingError, match="lacks v1"):
        mint_install_token(ring.retired("v1"), TOKEN_ID, "v1")
