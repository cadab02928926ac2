"""What was typed into a form whose session had ended, carried through signing in and back to the form."""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Final
from urllib.parse import urlencode

from fleetprompt.pages.form_bodies import Typed
from fleetprompt.web.query_string import read_query
from fleetprompt.web.routing import BODY_BYTES_MAX

KEPT_FIELD: Final = "kept"


def pack(fields: Typed) -> str:
    """The fields as one text for a hidden field, so small that it fits into a request beside others."""
    encoded = urlencode(fields, doseq=True).encode("ascii")
    return base64.urlsafe_b64encode(zlib.compress(encoded, 9)).decode("ascii")


def unpack(packed: str) -> dict[str, list[str]]:
    """The fields again; none where the text is not one that `pack` made, or is larger than a request may be."""
    try:
        opened = zlib.decompressobj()
        encoded = opened.decompress(base64.urlsafe_b64decode(packed.encode("ascii")), BODY_BYTES_MAX)
    except (ValueError, binascii.Error, zlib.error):
        return {}
    fields, problems = read_query(encoded)
    return {} if problems or not opened.eof else fields
