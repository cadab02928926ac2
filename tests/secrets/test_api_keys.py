from __future__ import annotations

import re
import string
import zlib
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from fleetprompt import ids
from fleetprompt.secrets import KeyRing, mint_api_key, new_salt, parse_api_key, token_hash

UUID7S = st.uuids(version=4).map(lambda value: UUID(int=value.int & ~(0xF << 76) | 0x7 << 76))
SALTS = st.binary(min_size=32, max_size=32)
KEY_ID = UUID("01893726-efee-7f02-8fbf-9f2b7bc2f910")
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def checksummed(body: str) -> str:
    """`body` with the checksum that a forger would give it."""
    rest, digits = zlib.crc32(body.encode()), ""
    while len(digits) < 6:
        rest, digits = rest // 62, BASE62[rest % 62] + digits
    return body + digits


@given(UUID7S, SALTS)
def test_a_key_says_which_one_it_is_and_has_the_hash_at_rest(ring: KeyRing, key_id: UUID, salt: bytes) -> None:
    text = mint_api_key(ring, key_id, salt).reveal()
    assert re.fullmatch(r"fpk_[0-7][0-9a-hjkmnp-tv-z]{25}_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}", text)
    assert text == checksummed(text[:-6])
    assert f"key_{text[4:30]}" == ids.encode("key", key_id)
    key = parse_api_key(text)
    assert key is not None
    assert (key.key_id, key.hash) == (key_id, token_hash(text))


@given(SALTS, SALTS)
def test_ring_id_salt_and_version_are_all_needed(ring: KeyRing, other_ring: KeyRing, salt: bytes, other: bytes) -> None:
    text = mint_api_key(ring, KEY_ID, salt, "v1").reveal()
    assert mint_api_key(ring.added().promoted("v3"), KEY_ID, salt, "v1").reveal() == text
    assert (mint_api_key(ring, KEY_ID, other, "v1").reveal() == text) == (salt == other)
    assert mint_api_key(ring, ids.new_uuid(), salt, "v1").reveal()[31:] != text[31:]
    assert mint_api_key(ring, KEY_ID, salt, "v2").reveal() != text
    assert mint_api_key(other_ring, KEY_ID, salt, "v1").reveal() != text


def test_a_key_never_changes(ring: KeyRing) -> None:
    text = mint_api_key(ring, KEY_ID, bytes(32), "v1").reveal()
    assert token_hash(text).hex() == "c10161c030013e9e34e911fb3c5ed297c41c4e61739b835f99665a2a92a02905"


def test_every_mistyped_character_is_noticed_without_a_lookup(ring: KeyRing) -> None:
    text = mint_api_key(ring, KEY_ID, new_salt()).reveal()
    edits = [text[:at] + new + text[at + 1 :] for at in range(len(text)) for new in BASE62 + "-_é" if new != text[at]]
    assert [edit for edit in edits if parse_api_key(edit) is not None] == []


def test_a_well_summed_forgery_has_another_hash(ring: KeyRing) -> None:
    text = mint_api_key(ring, KEY_ID, bytes(32)).reveal()
    forged = parse_api_key(checksummed(text[:31] + "A" * 43))
    assert forged is not None
    assert (forged.key_id, forged.hash == token_hash(text)) == (KEY_ID, False)


def test_other_spellings_of_a_key_are_no_keys(ring: KeyRing) -> None:
    text = mint_api_key(ring, KEY_ID, bytes(32)).reveal()
    bodies = [text[:4] + text[4:30].upper() + text[30:-6], "fpt_" + text[4:-6], "fpk_" + "z" * 26 + text[30:-6]]
    bodies += [text + "A" * 6, text[:-6] + "A", text[:-7]]
    spellings = [*(checksummed(body) for body in bodies), text + "\n", text + "=", " " + text, text[:-6], ""]
    assert [spelling for spelling in spellings if parse_api_key(spelling) is not None] == []


@given(st.text(max_size=100))
def test_any_other_text_is_no_key(text: str) -> None:
    assert parse_api_key(text) is None


def test_salts_are_32_fresh_bytes() -> None:
    assert len(new_salt()) == 32
    assert new_salt() != new_salt()
