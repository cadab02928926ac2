"""The vectors of `contracts/signature_vectors.json` say what the check does, and the check does what they say."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import httpx
import pytest

from fleetprompt.web.signatures import AFTER_MAC, SignatureReason, SignatureRefused, parse, verify
from tests.contracts import signature_vectors

DOCUMENT: dict[str, Any] = json.loads(signature_vectors.FILE.read_text(encoding="utf-8"))
VECTORS: list[dict[str, Any]] = DOCUMENT["vectors"]
PROSE = signature_vectors.FILE.with_name("signatures.md").read_text(encoding="utf-8")

# What a request alone cannot show: it takes the nonces seen before, or a restored database.
STATEFUL = {SignatureReason.NONCE_REUSED, SignatureReason.BEFORE_RESTORE}


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_i_int_02_each_vector_gets_its_verdict(vector: dict[str, Any]) -> None:
    refused = None
    try:
        request = parse(
            vector["method"],
            vector["path"].encode(),
            vector["query"].encode(),
            [(name.encode(), value.encode("latin-1")) for name, value in vector["headers"]],
            {httpx.URL(DOCUMENT[name]).netloc.decode() for name in ("publicUrl", "internalUrl")},
        )
        known = request.key_id == DOCUMENT["partnerKeyId"]
        secrets = [base64.b64decode(DOCUMENT["secret"])] if known else []
        verify(request, secrets, vector["body"].encode(), DOCUMENT["nowS"])
    except SignatureRefused as refusal:
        refused = refusal
    assert ("refused" if refused else "sound") == vector["verdict"]
    assert (refused and refused.reason) == vector.get("reason")
    assert (refused and refused.hint) == vector.get("hint")


def test_the_file_is_what_the_generator_writes() -> None:
    assert signature_vectors.FILE.read_text(encoding="utf-8") == signature_vectors.text()


def test_every_reason_that_one_request_can_show_has_a_vector() -> None:
    shown = {vector["reason"] for vector in VECTORS if "reason" in vector}
    assert shown == set(SignatureReason) - STATEFUL


def test_the_document_lists_every_reason_and_says_which_of_them_ping_names() -> None:
    listed = dict(re.findall(r"^\| `(\w+)` \| (no|yes) \|", PROSE, flags=re.MULTILINE))
    assert listed == {reason.value: "yes" if reason in AFTER_MAC else "no" for reason in SignatureReason}


def test_the_worked_example_of_the_document_is_a_vector() -> None:
    (example,) = (vector for vector in VECTORS if vector["name"] == "with the authority of PUBLIC_URL")
    for name, value in example["headers"]:
        assert f"{name}: {value}" in PROSE
    assert example["body"] in PROSE
    assert DOCUMENT["secret"] in PROSE
