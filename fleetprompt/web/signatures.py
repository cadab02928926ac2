"""The strict check of a partner's signature: RFC 9421, `hmac-sha256`, over the raw bytes (spec 3, 6.6).

`parse` does what needs no key, `verify` what needs one. A check that fails once the MAC has proved who is calling
carries a hint, which ping alone shows (spec 6.4). `contracts/signatures.md` tells the same to those who sign.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, cast

import http_sf

from fleetprompt.runtime.nonces import SKEW_MS_MAX

SKEW_S_MAX: Final = SKEW_MS_MAX // 1000
NONCE_LENGTH_MIN: Final = 16
NONCE_LENGTH_MAX: Final = 64
ALGORITHM: Final = "hmac-sha256"
COMPONENTS: Final = ("@method", "@path", "content-digest", "idempotency-key")
PARAMETERS: Final[Mapping[str, type]] = {"created": int, "nonce": str, "keyid": str, "alg": str, "expires": int}

_PARAMETERS_REQUIRED: Final = frozenset({"created", "nonce", "keyid"})
_FIELDS_REQUIRED: Final = (b"signature-input", b"signature", b"content-digest", b"idempotency-key")
_FIELDS_ONCE: Final = frozenset({*_FIELDS_REQUIRED, b"host"})
_BROWSER_FIELDS: Final = frozenset({b"origin", b"cookie", b"sec-fetch-site", b"sec-fetch-dest"})

_FIELD_VALUE: Final = re.compile(rb"[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?")
_PATH: Final = re.compile(rb"/[\x21-\x7e]*")
_METHOD: Final = re.compile(r"[A-Za-z]+")
_IDEMPOTENCY_KEY: Final = re.compile(r"[\x21-\x7e]{1,128}")

# What an unknown key is checked against, so that it costs what a known one costs. Nobody holds it.
_STAND_IN_SECRET: Final = os.urandom(32)


class SignatureReason(StrEnum):
    """Why a signature was refused: the closed list for logs and metrics, and for the hints of ping."""

    BROWSER_HEADER = "browser_header"
    QUERY = "query"
    DUPLICATE_HEADER = "duplicate_header"
    MISSING_HEADER = "missing_header"
    MALFORMED = "malformed"
    LABEL = "label"
    COMPONENTS = "components"
    PARAMETERS = "parameters"
    UNKNOWN_KEY = "unknown_key"
    MAC = "mac"
    AUTHORITY = "authority"
    ALGORITHM = "algorithm"
    NONCE = "nonce"
    IDEMPOTENCY_KEY = "idempotency_key"
    DIGEST_MISSING = "digest_missing"
    DIGEST = "digest"
    CREATED = "created"
    EXPIRES = "expires"
    BEFORE_RESTORE = "before_restore"
    NONCE_REUSED = "nonce_reused"


AFTER_MAC: Final = frozenset(
    {
        SignatureReason.AUTHORITY,
        SignatureReason.ALGORITHM,
        SignatureReason.NONCE,
        SignatureReason.IDEMPOTENCY_KEY,
        SignatureReason.DIGEST_MISSING,
        SignatureReason.DIGEST,
        SignatureReason.CREATED,
        SignatureReason.EXPIRES,
        SignatureReason.BEFORE_RESTORE,
        SignatureReason.NONCE_REUSED,
    }
)


class SignatureRefused(Exception):
    """A signature that does not count. The caller answers UNAUTHENTICATED, whatever the reason.

    reason: for the log and the metric. hint: the reason's name where the MAC had verified before the check failed,
    so that the holder of the secret alone can learn it; None otherwise.
    """

    def __init__(self, reason: SignatureReason) -> None:
        super().__init__(reason.value)
        self.reason = reason

    @property
    def hint(self) -> str | None:
        """What ping may put into `details.hint` (spec 6.4)."""
        return self.reason.value if self.reason in AFTER_MAC else None


@dataclass(frozen=True, slots=True)
class SignatureBase:
    """What may have been signed. ours: False for an authority that is neither PUBLIC_URL's nor INTERNAL_URL's."""

    octets: bytes
    ours: bool


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request whose signature is well formed and not yet verified. Times are Unix seconds."""

    key_id: str
    nonce: str
    created_s: int
    expires_s: int | None
    algorithm: str | None
    idempotency_key: str
    content_digest: bytes
    bases: tuple[SignatureBase, ...] = field(repr=False)
    mac: bytes = field(repr=False)


def browser_header(headers: Sequence[tuple[bytes, bytes]]) -> str | None:
    """The first header that only a browser sends, or None. `Sec-Fetch-Mode` alone is no browser (spec 3)."""
    return next((name.lower().decode() for name, _ in headers if name.lower() in _BROWSER_FIELDS), None)


def parse(
    method: str,
    raw_path: bytes,
    query: bytes,
    headers: Sequence[tuple[bytes, bytes]],
    authorities: Collection[str],
) -> SignedRequest:
    """Read the signature of a request, by everything that needs no key (spec 6.6).

    raw_path: as received, undecoded, without the query. headers: (name, value) as received, repeats kept.
    authorities: those of PUBLIC_URL and INTERNAL_URL, in lower case and without a default port (RFC 9421 2.2.3).
    Raises SignatureRefused, without a hint, and nothing else, whatever the bytes are.
    """
    if browser_header(headers) is not None:
        raise SignatureRefused(SignatureReason.BROWSER_HEADER)
    if query:
        raise SignatureRefused(SignatureReason.QUERY)
    fields = _fields(headers)
    if not _METHOD.fullmatch(method) or not _PATH.fullmatch(raw_path):
        raise SignatureRefused(SignatureReason.MALFORMED)
    label, components, parameters = _signature_input(fields[b"signature-input"])
    mac = _mac(fields[b"signature"], label)
    values = {
        "@method": method.encode(),
        "@path": raw_path,
        "content-digest": fields[b"content-digest"],
        "idempotency-key": fields[b"idempotency-key"],
    }
    signature_params = fields[b"signature-input"].partition(b"=")[2]
    return SignedRequest(
        key_id=cast("str", parameters["keyid"]),
        nonce=cast("str", parameters["nonce"]),
        created_s=cast("int", parameters["created"]),
        expires_s=cast("int | None", parameters.get("expires")),
        algorithm=cast("str | None", parameters.get("alg")),
        idempotency_key=fields[b"idempotency-key"].decode("ascii"),
        content_digest=fields[b"content-digest"],
        bases=_bases(components, values, signature_params, fields.get(b"host"), authorities),
        mac=mac,
    )


def verify(request: SignedRequest, secrets: Sequence[bytes], body: bytes, now_s: int) -> None:
    """Check the MAC under each of the key's secrets, in constant time, and after it what the MAC vouches for.

    secrets: those of `request.key_id`, 32 bytes each; none for a key that is unknown or revoked, which costs one
    MAC like a known key. body: as received. now_s: Unix seconds. Whether the nonce is fresh is left to the caller.
    Raises SignatureRefused, with a hint for what fails after the MAC (spec 6.4).
    """
    matches = [
        base.ours
        for secret in secrets or (_STAND_IN_SECRET,)
        for base in request.bases
        if hmac.compare_digest(hmac.digest(secret, base.octets, "sha256"), request.mac)
    ]
    if not secrets:
        raise SignatureRefused(SignatureReason.UNKNOWN_KEY)
    if not matches:
        raise SignatureRefused(SignatureReason.MAC)
    if not any(matches):
        raise SignatureRefused(SignatureReason.AUTHORITY)
    reason = _reason_against_content(request, body) or _reason_against_time(request, now_s)
    if reason is not None:
        raise SignatureRefused(reason)


def _fields(headers: Sequence[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The header fields that matter here, once each, their values stripped as RFC 9421 2.1 asks."""
    fields: dict[bytes, bytes] = {}
    for name, value in headers:
        key = name.lower()
        if key not in _FIELDS_ONCE:
            continue
        if key in fields:
            raise SignatureRefused(SignatureReason.DUPLICATE_HEADER)
        fields[key] = value.strip(b" \t")
    if not all(fields.get(key) for key in _FIELDS_REQUIRED):
        raise SignatureRefused(SignatureReason.MISSING_HEADER)
    # A line break in a value could forge a line of the signature base.
    if not all(_FIELD_VALUE.fullmatch(fields[key]) for key in _FIELDS_REQUIRED):
        raise SignatureRefused(SignatureReason.MALFORMED)
    return fields


def _dictionary(value: bytes) -> dict[str, tuple[object, Mapping[str, object]]]:
    """A dictionary of structured fields in which nothing is said twice: label -> (value, parameters)."""

    def refuse(_key: str, _context: str) -> None:
        raise SignatureRefused(SignatureReason.MALFORMED)

    try:
        parsed = http_sf.parse(value, tltype="dictionary", on_duplicate_key=refuse)
    except (KeyError, TypeError, ValueError) as error:
        raise SignatureRefused(SignatureReason.MALFORMED) from error
    return cast("dict[str, tuple[object, Mapping[str, object]]]", parsed)


def _signature_input(value: bytes) -> tuple[str, list[str], Mapping[str, object]]:
    """The one label, its covered components in the order received, and its parameters."""
    members = _dictionary(value)
    if len(members) != 1:
        raise SignatureRefused(SignatureReason.LABEL)
    ((label, (items, parameters)),) = members.items()
    if not isinstance(items, list):
        raise SignatureRefused(SignatureReason.COMPONENTS)
    components = [name for name, item_parameters in items if type(name) is str and not item_parameters]
    covered = sorted(name for name in components if name != "@authority")
    if len(components) != len(items) or covered != sorted(COMPONENTS) or components.count("@authority") > 1:
        raise SignatureRefused(SignatureReason.COMPONENTS)
    if not _PARAMETERS_REQUIRED <= parameters.keys() <= PARAMETERS.keys():
        raise SignatureRefused(SignatureReason.PARAMETERS)
    if any(type(parameter) is not PARAMETERS[name] for name, parameter in parameters.items()):
        raise SignatureRefused(SignatureReason.PARAMETERS)
    return label, components, parameters


def _mac(value: bytes, label: str) -> bytes:
    """The MAC of `Signature`, under the same label and in the one canonical spelling: other base64 is refused."""
    members = _dictionary(value)
    if list(members) != [label]:
        raise SignatureRefused(SignatureReason.LABEL)
    mac = members[label][0]
    if not isinstance(mac, bytes) or value.decode("ascii") != http_sf.ser({label: mac}):
        raise SignatureRefused(SignatureReason.MALFORMED)
    return mac


def _bases(
    components: Sequence[str],
    values: Mapping[str, bytes],
    signature_params: bytes,
    host: bytes | None,
    authorities: Collection[str],
) -> tuple[SignatureBase, ...]:
    """The signature bases that the MAC may cover: one, or with `@authority` one for each that may have been meant.

    Host decides nothing, since a proxy may have rewritten it. Its own value is among those tried, so that a partner
    who calls by another name learns from ping that this is what is wrong.
    """

    def octets(authority: bytes) -> bytes:
        lines = [b'"%s": %s' % (name.encode(), values.get(name, authority)) for name in components]
        return b"\n".join([*lines, b'"@signature-params": ' + signature_params])

    if "@authority" not in components:
        return (SignatureBase(octets(b""), ours=True),)
    ours = sorted({authority.encode() for authority in authorities})
    others = {host.lower()} - set(ours) if host else set()
    return (
        *(SignatureBase(octets(authority), ours=True) for authority in ours),
        *(SignatureBase(octets(authority), ours=False) for authority in others),
    )


def _reason_against_content(request: SignedRequest, body: bytes) -> SignatureReason | None:
    if request.algorithm not in (None, ALGORITHM):
        return SignatureReason.ALGORITHM
    if not NONCE_LENGTH_MIN <= len(request.nonce) <= NONCE_LENGTH_MAX:
        return SignatureReason.NONCE
    if not _IDEMPOTENCY_KEY.fullmatch(request.idempotency_key):
        return SignatureReason.IDEMPOTENCY_KEY
    try:
        digest, parameters = _dictionary(request.content_digest)["sha-256"]
    except (KeyError, SignatureRefused):
        return SignatureReason.DIGEST_MISSING
    if not isinstance(digest, bytes) or parameters:
        return SignatureReason.DIGEST_MISSING
    if not hmac.compare_digest(digest, hashlib.sha256(body).digest()):
        return SignatureReason.DIGEST
    return None


def _reason_against_time(request: SignedRequest, now_s: int) -> SignatureReason | None:
    if abs(now_s - request.created_s) > SKEW_S_MAX:
        return SignatureReason.CREATED
    if request.expires_s is not None and request.expires_s <= now_s:
        return SignatureReason.EXPIRES
    return None
