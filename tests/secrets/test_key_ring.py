from __future__ import annotations

import base64
import hashlib
import hmac
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetprompt.secrets import KeyRing, KeyRingError, Purpose
from fleetprompt.secrets.key_ring import base64url, frame

KEYS = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=4, unique=True)
PARTS = st.lists(st.binary(max_size=40), max_size=4).map(tuple)
PURPOSES = st.sampled_from(Purpose)
KEY_TEXT = base64.b64encode(bytes(range(32))).decode("ascii")


def hkdf_sha256(key: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869 written out over the standard library's HMAC: the second opinion."""
    extracted = hmac.digest(salt or bytes(32), key, "sha256")
    blocks, block = b"", b""
    for counter in range(1, -(-length // 32) + 1):
        block = hmac.digest(extracted, block + info + bytes([counter]), "sha256")
        blocks += block
    return blocks[:length]


def entry(version: str, key: bytes) -> str:
    return f"{version}:{base64.b64encode(key).decode('ascii')}"


@pytest.mark.parametrize(
    ("key", "salt", "info", "length", "expected"),
    [
        (
            "0b" * 22,
            "000102030405060708090a0b0c",
            "f0f1f2f3f4f5f6f7f8f9",
            42,
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ),
        (
            bytes(range(0x50)).hex(),
            bytes(range(0x60, 0xB0)).hex(),
            bytes(range(0xB0, 0x100)).hex(),
            82,
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
            "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
        ),
        (
            "0b" * 22,
            "",
            "",
            42,
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        ),
    ],
)
def test_the_second_implementation_meets_the_vectors_of_rfc_5869(
    key: str, salt: str, info: str, length: int, expected: str
) -> None:
    derived = hkdf_sha256(bytes.fromhex(key), bytes.fromhex(salt), bytes.fromhex(info), length)
    assert derived.hex() == expected


@given(st.binary(min_size=32, max_size=32), PURPOSES, PARTS)
def test_what_is_derived_is_hkdf_sha256_over_label_purpose_and_parts(
    key: bytes, purpose: Purpose, parts: tuple[bytes, ...]
) -> None:
    derived = KeyRing.parse(entry("v1", key)).derive(purpose, *parts)
    assert derived == hkdf_sha256(key, b"", frame(b"fleetprompt", purpose.encode(), *parts), 32)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_derives_the_same(ring: KeyRing) -> None:
    info = frame(b"fleetprompt", b"partner-key", b"id", b"salt")
    options = ["digest:SHA256", f"hexkey:{bytes(range(32)).hex()}", f"hexinfo:{info.hex()}"]
    command = ["openssl", "kdf", "-keylen", "32", *(word for option in options for word in ("-kdfopt", option)), "HKDF"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert bytes.fromhex(printed.replace(":", "")) == ring.derive(Purpose.PARTNER_KEY, b"id", b"salt", version="v1")


def test_what_is_derived_never_changes(ring: KeyRing) -> None:
    assert ring.derive(Purpose.CURSOR).hex() == "81e4cb9904378d41ebb90cc4a3d00773f82f513a7344f5c97f85d04eba7cb9e7"
    assert (
        ring.derive(Purpose.PARTNER_KEY, b"id", b"salt", version="v1").hex()
        == "3df421dd227fb9dbb258b2fbb27b461425713800c0c771ecaaa45517a443d589"
    )
    assert (
        ring.mac(Purpose.LEDGER_FINGERPRINT, b"body").hex()
        == "e6306b5dd0f60cbfe972636c3e846248f84ecde43faff21814fc4b3337fb81ec"
    )


@given(PARTS, PARTS)
def test_different_parts_have_different_frames(one: tuple[bytes, ...], other: tuple[bytes, ...]) -> None:
    assert (frame(*one) == frame(*other)) == (one == other)


@given(PURPOSES, PARTS, PURPOSES, PARTS)
def test_nothing_else_derives_the_same(
    ring: KeyRing, purpose: Purpose, parts: tuple[bytes, ...], other_purpose: Purpose, other_parts: tuple[bytes, ...]
) -> None:
    same = (purpose, parts) == (other_purpose, other_parts)
    assert (ring.derive(purpose, *parts) == ring.derive(other_purpose, *other_parts)) == same
    assert (ring.mac(purpose, *parts) == ring.mac(other_purpose, *other_parts)) == same


@pytest.mark.parametrize("parts", [(b"ab", b"c"), (b"a", b"bc"), (b"abc",), (b"abc", b""), (b"", b"abc"), ()])
def test_where_one_part_ends_and_the_next_begins_counts(ring: KeyRing, parts: tuple[bytes, ...]) -> None:
    others = {(b"ab", b"c"), (b"a", b"bc"), (b"abc",), (b"abc", b""), (b"", b"abc"), ()} - {parts}
    assert ring.derive(Purpose.API_KEY, *parts) not in {ring.derive(Purpose.API_KEY, *other) for other in others}


def test_a_purpose_key_is_the_same_the_second_time(ring: KeyRing) -> None:
    assert ring.derive(Purpose.CURSOR) == ring.derive(Purpose.CURSOR) != ring.derive(Purpose.CURSOR, version="v1")


@given(KEYS)
def test_a_ring_reads_back_what_it_writes(keys: list[bytes]) -> None:
    text = ",".join(entry(f"v{number}", key) for number, key in enumerate(keys, start=1))
    ring = KeyRing.parse(text)
    assert ring.text().reveal() == text
    assert ring.versions == tuple(f"v{number}" for number in range(1, len(keys) + 1))
    assert ring.current == "v1"
    assert [ring.derive(Purpose.CURSOR, version=v) for v in ring.versions] == [
        KeyRing.parse(entry("v9", key)).derive(Purpose.CURSOR) for key in keys
    ]


def test_white_space_around_entries_is_allowed() -> None:
    assert KeyRing.parse(f" v1:{KEY_TEXT} ,\n{entry('v2', bytes(32))}\n").versions == ("v1", "v2")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "entry 1"),
        (KEY_TEXT, "entry 1"),
        (f"v1:{KEY_TEXT},", "entry 2"),
        (f"{KEY_TEXT}:v1", "entry 1"),
        (f"V1:{KEY_TEXT}", "entry 1"),
        (f"v0:{KEY_TEXT}", "entry 1"),
        (f"v01:{KEY_TEXT}", "entry 1"),
        (f"v\N{ARABIC-INDIC DIGIT ONE}:{KEY_TEXT}", "entry 1"),
        (f"v1={KEY_TEXT}", "entry 1"),
        (f"v1: {KEY_TEXT}", "the key of v1"),
        (f"v1:{KEY_TEXT[:-1]}", "the key of v1"),
        (f"v1:{KEY_TEXT[:-2]}9=", "the key of v1"),
        (f"v1:{KEY_TEXT[:10]}\n{KEY_TEXT[10:]}", "the key of v1"),
        (f"v1:{KEY_TEXT[:10]}-{KEY_TEXT[11:]}", "the key of v1"),
        (f"v1:{KEY_TEXT[:10]}é{KEY_TEXT[11:]}", "the key of v1"),
        (f"v1:{base64.b64encode(bytes(31)).decode()}", "the key of v1"),
        (f"v1:{base64.b64encode(bytes(33)).decode()}", "the key of v1"),
        (f"v1:{KEY_TEXT},{entry('v1', bytes(32))}", "v1 is there twice"),
        (f"v1:{KEY_TEXT},v2:{KEY_TEXT}", "the key of v2 is there twice"),
    ],
)
def test_u_tok_02_a_malformed_ring_is_refused_by_place_and_never_quoted(text: str, told: str) -> None:
    with pytest.raises(KeyRingError) as refused:
        KeyRing.parse(text)
    assert told in str(refused.value)
    assert KEY_TEXT[:8] not in str(refused.value)


@given(st.text(alphabet=st.sampled_from("v12:,=+/Aa \n"), max_size=60))
def test_any_text_is_a_ring_or_a_refusal(text: str) -> None:
    try:
        ring = KeyRing.parse(text)
    except KeyRingError:
        return
    assert KeyRing.parse(ring.text().reveal()).versions == ring.versions


def test_an_added_key_verifies_before_it_signs(ring: KeyRing) -> None:
    grown = ring.added()
    assert (grown.versions, grown.current) == (("v2", "v1", "v3"), "v2")
    promoted = grown.promoted("v3")
    assert promoted.versions == ("v3", "v2", "v1")
    mac = base64url(promoted.mac(Purpose.CURSOR, b"x"))
    assert grown.version_of(mac, Purpose.CURSOR, b"x") == "v3"
    assert ring.version_of(mac, Purpose.CURSOR, b"x") is None


def test_a_retired_key_no_longer_verifies(ring: KeyRing) -> None:
    mac = base64url(ring.mac(Purpose.CURSOR, b"x", version="v1"))
    assert ring.version_of(mac, Purpose.CURSOR, b"x") == "v1"
    retired = ring.retired("v1")
    assert retired.versions == ("v2",)
    assert retired.version_of(mac, Purpose.CURSOR, b"x") is None
    with pytest.raises(KeyRingError, match="holds v2 and lacks v1"):
        retired.mac(Purpose.CURSOR, b"x", version="v1")


def test_the_signing_key_cannot_be_retired_nor_a_missing_one_promoted(ring: KeyRing) -> None:
    with pytest.raises(KeyRingError, match="v2 signs"):
        ring.retired("v2")
    for change in (ring.retired, ring.promoted):
        with pytest.raises(KeyRingError, match="lacks v7"):
            change("v7")
    for taken in ("v1", "3", "v0"):
        with pytest.raises(KeyRingError, match="unused version"):
            ring.added(taken)


def test_versions_that_rows_name_and_the_ring_lacks_are_told(ring: KeyRing) -> None:
    assert ring.missing(["v1", "v9", "v2", "v3", "v9"]) == ("v3", "v9")
    assert ring.added("v9").missing(["v1", "v9"]) == ()


def test_every_version_is_tried_whichever_fits(ring: KeyRing) -> None:
    class CountingRing(KeyRing):
        tried = 0

        def mac(self, purpose: Purpose, *parts: bytes, version: str | None = None) -> bytes:
            CountingRing.tried += 1
            return super().mac(purpose, *parts, version=version)

    counting = CountingRing.parse(ring.text().reveal())
    for version in ("v2", "v1"):
        mac = base64url(ring.mac(Purpose.CURSOR, b"x", version=version))
        CountingRing.tried = 0
        assert (counting.version_of(mac, Purpose.CURSOR, b"x"), CountingRing.tried) == (version, 2)
    CountingRing.tried = 0
    assert (counting.version_of("A" * 43, Purpose.CURSOR, b"x"), CountingRing.tried) == (None, 2)


@given(st.text(max_size=50))
def test_text_that_is_no_mac_fits_no_version(ring: KeyRing, text: str) -> None:
    assert ring.version_of(text, Purpose.CURSOR, b"x") is None


def test_fingerprints_tell_keys_apart_and_hold_nothing_of_them(ring: KeyRing) -> None:
    prints = ring.fingerprints
    assert list(prints) == ["v2", "v1"]
    assert len(set(prints.values())) == 2
    assert KeyRing.parse(f"v5:{KEY_TEXT}").fingerprints["v5"] == prints["v1"]
    secrets = [bytes(range(32)), *(ring.derive(purpose, version="v1") for purpose in Purpose)]
    assert not any(secret.hex().startswith(prints["v1"]) for secret in secrets[:1] + secrets[2:])
    assert prints["v1"] != hashlib.sha256(bytes(range(32))).hexdigest()[:16]


def test_generated_keys_are_fresh() -> None:
    one, other = KeyRing.generate(), KeyRing.generate()
    assert one.versions == other.versions == ("v1",)
    assert one.text().reveal() != other.text().reveal()
    assert KeyRing.parse(one.text().reveal()).fingerprints == one.fingerprints


def test_u_tok_02_a_ring_shows_its_versions_only(ring: KeyRing) -> None:
    assert repr(ring) == str(ring) == f"{ring}" == "KeyRing(versions=('v2', 'v1'))"
