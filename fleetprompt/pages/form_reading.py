"""Reading a form off the wire: URL-encoded UTF-8, nothing else."""

from __future__ import annotations

import re
from typing import Final

from fleetprompt.errors import Code, Refusal, invalid
from fleetprompt.pages.form_bodies import compacted
from fleetprompt.web.arrival import Arrived
from fleetprompt.web.query_string import read_query

FIELDS_MAX: Final = 1_000
"""The longest form of ours has a tenth of these; what is done with each of them adds up."""

_MEDIA_TYPE: Final = re.compile(
    r"application/x-www-form-urlencoded(?:[ \t]*;[ \t]*charset=(?:utf-8|\"utf-8\"))?", re.IGNORECASE
)


def read_form(arrived: Arrived) -> dict[str, list[str]]:
    """The values of each field in their order; blank rows of lists are left out, and the others numbered anew.

    Raises UNSUPPORTED (415) for another media type, VALIDATION_FAILED on `body` for what is not URL-encoded UTF-8, or
    holds more than FIELDS_MAX fields.
    """
    if not _MEDIA_TYPE.fullmatch(arrived.headers.get("content-type", "").strip()):
        raise Refusal(Code.UNSUPPORTED, "Send a form as application/x-www-form-urlencoded.", status=415)
    fields, problems = read_query(arrived.body)
    if problems:
        raise invalid(("body", "must be URL-encoded UTF-8"))
    if len(fields) > FIELDS_MAX:
        raise invalid(("body", f"must hold at most {FIELDS_MAX:,} fields"))
    return compacted(fields)
