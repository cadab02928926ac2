"""Writes `contracts/signature_vectors.json`: sound signatures made by another implementation, and unsound ones.

Run as `python -m tests.contracts.signature_vectors`. Keys, nonces and times are fixed, so the file never varies.
What that implementation refuses to make is signed here by hand, so that its MAC is right and its shape is not.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from tests.reference_signer import FIVE, FOUR, Sent, content_digest, sign

FILE = Path(__file__).parents[2] / "contracts" / "signature_vectors.json"

PUBLIC_URL = "https://fleetprompt.example"
INTERNAL_URL = "http://fleetprompt.internal.example:8443"
KEY_ID = "prt_01kaj3x5rhf4zvd0xk6qtbn8my"
SECRET = bytes(range(32))
NONCE = "bm9uY2Utb2YtdGhlLXZlY3RvcnM"
NOW_S = 1_795_000_000
REDEEM = "/v1/internal/install/redeem"
TOKEN = "fpt_01kaj3x5rhf4zvd0xk6qtbn8mz_" + "A" * 43
BODY = json.dumps({"installToken": TOKEN, "targetSystem": "whs"}, separators=(",", ":")).encode()
IDEMPOTENCY_KEY = f"redeem-{hashlib.sha256(TOKEN.encode()).hexdigest()}"

signed = partial(
    sign,
    origin=PUBLIC_URL,
    path=REDEEM,
    body=BODY,
    idempotency_key=IDEMPOTENCY_KEY,
    key_id=KEY_ID,
    secret=SECRET,
    created_s=NOW_S - 2,
    nonce=NONCE,
)


@dataclass(frozen=True)
class Vector:
    """One request and what the check must say of it. hint: what ping may add, for checks after the MAC."""

    name: str
    sent: Sent
    reason: str | None = None
    hint: bool = False


def by_hand(signature_params: str, sent: Sent | None = None) -> Sent:
    """`sent` signed anew with this inner list and these parameters, letter by letter, whatever they are."""
    sent = sent or signed()
    values = {
        "@method": sent.method,
        "@path": sent.path,
        "@query": f"?{sent.query}",
        "@authority": sent.value("Host"),
        **{name.lower(): value.strip(" \t") for name, value in sent.headers},
    }
    names = re.findall(r'("([^"]+)"[^ )]*)', signature_params.partition(")")[0])
    lines = [f"{item}: {values[name.lower()]}" for item, name in names]
    base = "\n".join([*lines, f'"@signature-params": {signature_params}'])
    mac = base64.b64encode(hmac.digest(SECRET, base.encode("latin-1"), "sha256")).decode()
    return sent.having("Signature-Input", f"sig1={signature_params}").having("Signature", f"sig1=:{mac}:")


def params(sent: Sent) -> str:
    """The inner list and parameters of `sent`."""
    return sent.value("Signature-Input").partition("=")[2]


def with_digest(value: str) -> Sent:
    """A request with this `Content-Digest`, signed by hand."""
    plain = signed()
    return by_hand(params(plain), plain.having("Content-Digest", value))


def sha_512(body: bytes) -> str:
    """A `Content-Digest` that FleetPrompt ignores."""
    return f"sha-512=:{base64.b64encode(hashlib.sha512(body).digest()).decode()}:"


def sound() -> Iterator[Vector]:
    """What every server has to accept."""
    plain = signed()
    yield Vector("the four components", plain)
    yield Vector("the four components in another order", signed(covered=FOUR[::-1]))
    yield Vector("with the authority of PUBLIC_URL", signed(covered=FIVE))
    yield Vector("with the authority of INTERNAL_URL", signed(covered=FIVE, origin=INTERNAL_URL))
    yield Vector(
        "with the authority of PUBLIC_URL, behind a proxy that sets another Host",
        signed(covered=FIVE).having("Host", "127.0.0.1:8000"),
    )
    yield Vector("with the authority of PUBLIC_URL and no Host", signed(covered=FIVE).without("Host"))
    yield Vector("without authority, under a Host that is not ours", plain.having("Host", "elsewhere.example"))
    yield Vector("without alg", signed(include_alg=False))
    yield Vector("with expires still to come", signed(expires_s=NOW_S + 1))
    yield Vector("under another label", signed(label="*my-label.1"))
    yield Vector("created as long ago as may be", signed(created_s=NOW_S - 300))
    yield Vector("created by a clock that is as far ahead as may be", signed(created_s=NOW_S + 300))
    yield Vector("the shortest nonce", signed(nonce="0123456789abcdef"))
    yield Vector("the longest nonce, with quotes and a backslash", signed(nonce='"\\' + "n" * 62))
    yield Vector("the longest idempotency key", signed(idempotency_key="k" * 128))
    yield Vector("an idempotency key of punctuation", signed(idempotency_key="\"!#$%&'()*+,-./:;<=>?@[]^_`{|}~\\"))
    yield Vector("a second digest beside sha-256", signed(digest=f"{sha_512(BODY)}, {content_digest(BODY)}"))
    yield Vector("an empty object, to ping", signed(path="/v1/internal/ping", body=b"{}"))
    yield Vector("a body beyond ASCII", signed(body='{"installToken":"ключ","targetSystem":"whs"}'.encode()))
    yield Vector("an empty body", signed(body=b""))
    yield Vector("an encoded path, kept as it was sent", signed(path="/v1/internal/%70ing"))
    yield Vector("with Sec-Fetch-Mode alone", plain.adding("Sec-Fetch-Mode", "cors"))
    spaced = params(plain).replace('("', '(  "').replace('" "', '"   "').replace('")', '"  )').replace(";", ";  ")
    yield Vector("spaces in the inner list and before parameters, signed as sent", by_hand(spaced))
    padded = tuple((name, f" \t{value}\t ") for name, value in plain.headers)
    yield Vector("white space around every value", replace(plain, headers=padded))


def refused_before_the_mac() -> Iterator[Vector]:
    """Requests that are refused for their shape or their MAC. The caller learns nothing else."""
    plain = signed()
    for name in ("Origin", "Cookie", "Sec-Fetch-Site", "Sec-Fetch-Dest"):
        yield Vector(f"from a browser: {name}", plain.adding(name, "x"), "browser_header")
    yield Vector("with a query string", replace(plain, query="a=1"), "query")
    for name in ("Content-Digest", "Idempotency-Key", "Signature-Input", "Signature", "Host"):
        yield Vector(f"{name} twice", plain.adding(name, plain.value(name)), "duplicate_header")
    for name in ("Content-Digest", "Idempotency-Key", "Signature-Input", "Signature"):
        yield Vector(f"without {name}", plain.without(name), "missing_header")
        yield Vector(f"{name} empty", plain.having(name, " "), "missing_header")
    yield Vector("an idempotency key beyond ASCII", plain.having("Idempotency-Key", "schlüssel"), "malformed")
    yield from _refused_signatures(plain)
    yield from _refused_components(plain)
    yield from _refused_parameters(plain)
    yield from _refused_macs(plain)


def _refused_signatures(plain: Sent) -> Iterator[Vector]:
    value = plain.value("Signature")
    mac = value.removeprefix("sig1=:").removesuffix(":")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    same_bytes = mac[:-2] + alphabet[alphabet.index(mac[-2]) ^ 1] + "="
    yield Vector("a signature without padding", plain.having("Signature", f"sig1=:{mac[:-1]}:"), "malformed")
    other_spelling = plain.having("Signature", f"sig1=:{same_bytes}:")
    yield Vector("a signature in other base64 of the same bytes", other_spelling, "malformed")
    yield Vector("a signature as a string", plain.having("Signature", f'sig1="{mac}"'), "malformed")
    yield Vector("a signature with a parameter", plain.having("Signature", f"{value};a=1"), "malformed")
    yield Vector("a signature that is no dictionary", plain.having("Signature", mac), "malformed")
    yield Vector("one label twice in Signature", plain.having("Signature", f"{value}, {value}"), "malformed")
    yield Vector("two labels in Signature", plain.having("Signature", f"{value}, sig2=:{mac}:"), "label")
    yield Vector("another label in Signature", plain.having("Signature", f"sig2=:{mac}:"), "label")
    given = plain.value("Signature-Input")
    two = plain.having("Signature-Input", f"{given}, sig2={params(plain)}")
    yield Vector("two labels in Signature-Input", two, "label")
    yield Vector("two labels in both", two.having("Signature", f"{value}, sig2=:{mac}:"), "label")
    yield Vector(
        "one label twice in Signature-Input", plain.having("Signature-Input", f"{given}, {given}"), "malformed"
    )
    yield Vector("Signature-Input cut off", plain.having("Signature-Input", given[:-1]), "malformed")
    yield Vector("Signature-Input without an inner list", plain.having("Signature-Input", "sig1=1"), "components")


def _refused_components(plain: Sent) -> Iterator[Vector]:
    given = params(plain)
    for name in FOUR:
        without = signed(covered=[other for other in FOUR if other != name])
        yield Vector(f"not covering {name}", without, "components")
    yield Vector("covering nothing", signed(covered=[]), "components")
    yield Vector("covering the content type too", signed(covered=[*FOUR, "content-type"]), "components")
    yield Vector("covering the query too", signed(covered=[*FOUR, "@query"]), "components")
    yield Vector("covering the path twice", by_hand(given.replace('"@path"', '"@path" "@path"')), "components")
    twice = given.replace("(", '("@authority" "@authority" ')
    yield Vector("covering the authority twice", by_hand(twice), "components")
    parameter = given.replace('"content-digest"', '"content-digest";sf')
    yield Vector("a component with a parameter", by_hand(parameter), "components")
    token = given.replace('"idempotency-key"', "idempotency-key")
    yield Vector("a component as a token", plain.having("Signature-Input", f"sig1={token}"), "components")
    capitals = given.replace('"idempotency-key"', '"Idempotency-Key"')
    yield Vector("a component in capitals", by_hand(capitals), "components")


def _refused_parameters(plain: Sent) -> Iterator[Vector]:
    given = params(plain)
    created = f";created={NOW_S - 2}"
    nonce = f';nonce="{NONCE}"'
    key_id = f';keyid="{KEY_ID}"'
    for name, parameter in (("created", created), ("nonce", nonce), ("keyid", key_id)):
        yield Vector(f"without {name}", by_hand(given.replace(parameter, "")), "parameters")
        yield Vector(f"{name} twice", by_hand(given + parameter), "malformed")
    yield Vector("with a tag", signed(tag="fleetprompt"), "parameters")
    yield Vector("with a parameter of their own", by_hand(f"{given};x=1"), "parameters")
    yield Vector("created as a decimal", by_hand(given.replace(created, f"{created}.0")), "parameters")
    yield Vector("created as a string", by_hand(given.replace(created, f';created="{NOW_S - 2}"')), "parameters")
    yield Vector("created as a date", by_hand(given.replace(created, f";created=@{NOW_S - 2}")), "parameters")
    yield Vector("nonce as a token", by_hand(given.replace(nonce, f";nonce={NONCE}")), "parameters")
    yield Vector("expires as a flag", by_hand(f"{given};expires"), "parameters")
    yield Vector("alg as a token", by_hand(given.replace('"hmac-sha256"', "hmac-sha256")), "parameters")


def _refused_macs(plain: Sent) -> Iterator[Vector]:
    other = signed(nonce=NONCE[::-1])
    yield Vector("an unknown key", signed(key_id="prt_01kaj3x5rhf4zvd0xk6qtbn8mx"), "unknown_key")
    yield Vector("a key id that is none", signed(key_id="whs"), "unknown_key")
    yield Vector("another secret", signed(secret=bytes(range(1, 33))), "mac")
    yield Vector("another method", replace(plain, method="PUT"), "mac")
    yield Vector("another path", replace(plain, path="/v1/internal/ping"), "mac")
    encoded = signed(path="/v1/internal/%70ing")
    yield Vector("the path decoded on its way", replace(encoded, path="/v1/internal/ping"), "mac")
    yield Vector("another idempotency key", plain.having("Idempotency-Key", "other"), "mac")
    yield Vector("another digest", plain.having("Content-Digest", content_digest(b"{}")), "mac")
    yield Vector("another request's signature", plain.having("Signature", other.value("Signature")), "mac")
    yield Vector("a signature of no bytes", plain.having("Signature", "sig1=::"), "mac")
    short = base64.b64encode(bytes(31)).decode()
    yield Vector("a signature of 31 bytes", plain.having("Signature", f"sig1=:{short}:"), "mac")
    later = plain.value("Signature-Input").replace(str(NOW_S - 2), str(NOW_S))
    yield Vector("created refreshed", plain.having("Signature-Input", later), "mac")
    spaced = plain.value("Signature-Input").replace('" "', '"  "')
    yield Vector("spaces put into the inner list on its way", plain.having("Signature-Input", spaced), "mac")
    elsewhere = signed(covered=FIVE, origin="https://elsewhere.example")
    yield Vector("an authority that neither we nor Host name", elsewhere.having("Host", "fleetprompt.example"), "mac")


def refused_after_the_mac() -> Iterator[Vector]:
    """Requests whose MAC is right. Only ping says what else is wrong, because only the key's holder can hear it."""
    hinted = partial(Vector, hint=True)
    plain = signed()
    given = params(plain)
    elsewhere = signed(covered=FIVE, origin="https://elsewhere.example")
    yield hinted("the authority of someone else", elsewhere, "authority")
    ported = signed(covered=FIVE, origin="http://fleetprompt.example:443")
    yield hinted("the port of PUBLIC_URL spelled out", ported, "authority")
    yield hinted("another alg", by_hand(given.replace("hmac-sha256", "hmac-sha512")), "algorithm")
    yield hinted("alg in capitals", by_hand(given.replace("hmac-sha256", "HMAC-SHA256")), "algorithm")
    yield hinted("a nonce of 15 characters", signed(nonce=NONCE[:15]), "nonce")
    yield hinted("a nonce of 65 characters", signed(nonce="n" * 65), "nonce")
    yield hinted("an idempotency key of 129 characters", signed(idempotency_key="k" * 129), "idempotency_key")
    yield hinted("an idempotency key with a space", signed(idempotency_key="a key"), "idempotency_key")
    sha_256 = content_digest(BODY)
    yield hinted("a digest of another algorithm only", with_digest(sha_512(BODY)), "digest_missing")
    yield hinted("a digest that is a string", with_digest('sha-256="AAAA"'), "digest_missing")
    yield hinted("a digest with a parameter", with_digest(f"{sha_256};a=1"), "digest_missing")
    yield hinted("two digests of one algorithm", with_digest(f"{sha_256}, {sha_256}"), "digest_missing")
    yield hinted("a digest that is no dictionary", with_digest("sha-256:AAAA"), "digest_missing")
    yield hinted("another body", replace(plain, body=BODY + b" "), "digest")
    yield hinted("no body", replace(plain, body=b""), "digest")
    yield hinted("a digest of 31 bytes", with_digest(f"sha-256=:{base64.b64encode(bytes(31)).decode()}:"), "digest")
    yield hinted("created too long ago", signed(created_s=NOW_S - 301), "created")
    yield hinted("created too far ahead", signed(created_s=NOW_S + 301), "created")
    milliseconds = given.replace(f"created={NOW_S - 2}", f"created={(NOW_S - 2) * 1000}")
    yield hinted("created in milliseconds", by_hand(milliseconds), "created")
    yield hinted("created before 1970", by_hand(given.replace(";created=", ";created=-")), "created")
    yield hinted("expired this second", signed(expires_s=NOW_S), "expires")
    yield hinted("expired before it was created", signed(expires_s=NOW_S - 3), "expires")


def document() -> dict[str, Any]:
    """The whole file."""
    vectors = [*sound(), *refused_before_the_mac(), *refused_after_the_mac()]
    return {
        "about": "Test vectors of contracts/signatures.md. The secret is public: it signs nothing but this file.",
        "publicUrl": PUBLIC_URL,
        "internalUrl": INTERNAL_URL,
        "partnerKeyId": KEY_ID,
        "secret": base64.b64encode(SECRET).decode(),
        "nowS": NOW_S,
        "vectors": [
            {
                "name": vector.name,
                "method": vector.sent.method,
                "path": vector.sent.path,
                "query": vector.sent.query,
                "headers": [list(header) for header in vector.sent.headers],
                "body": vector.sent.body.decode(),
                "verdict": "refused" if vector.reason else "sound",
                **({"reason": vector.reason} if vector.reason else {}),
                **({"hint": vector.reason} if vector.hint else {}),
            }
            for vector in vectors
        ],
    }


def text() -> str:
    """The file as it is written."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
