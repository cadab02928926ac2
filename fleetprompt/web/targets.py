"""What a request is aimed at: one Host, and one spelling of each path, whatever stands before the server (RFC 9112, 3).

Whoever guards or caches by path must not be passed by another spelling of it.
"""

from __future__ import annotations

import re
from typing import Any, Final

from fleetprompt.errors import Refusal, invalid, not_found

# A slash that is doubled or encoded, and what needs no encoding: letters, digits and - . _ ~
_OTHER_SPELLING: Final = re.compile(rb"//|%(?:2[DdEeFf]|3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]|5[Ff]|7[Ee])")
_HOST: Final = re.compile(rb"(?:[0-9A-Za-z._~-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?")


def refusal_of_target(scope: Any) -> Refusal | None:
    """Why no route is looked for, or None.

    VALIDATION_FAILED on `Host` where HTTP/1.1 lacks it, or it is given twice or is none; NOT_FOUND for another spelling
    of a path: with empty segments, a slash at its end, or an encoding that it does not need.
    """
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    if len(hosts) > 1 or (not hosts and scope["http_version"] == "1.1"):
        return invalid(("Host", "must be given once"))
    if hosts and not _HOST.fullmatch(hosts[0]):
        return invalid(("Host", "must be a host name or an address, with its port where it has one"))
    path: str = scope["path"]
    if path != "/" and path.endswith("/"):
        return not_found()
    raw_path: bytes = scope.get("raw_path") or path.encode()
    return not_found() if _OTHER_SPELLING.search(raw_path) else None
