"""Where somebody goes after signing in: back to a page of ours, wherever the link came from."""

from __future__ import annotations

import re
from typing import Final

PATH_LENGTH_MAX: Final = 12_000
"""A link to install holds four texts of 200 characters, each of up to 12 once it is percent-encoded."""

# A browser takes `//host` and `/\host` for another site, and drops tabs and line breaks before it looks.
_OURS: Final = re.compile(r"/(?![/\\])[!-\[\]-~]*", re.ASCII)


def path_of_ours(path: str, otherwise: str = "/") -> str:
    """`path` where it is an address on this site, `otherwise` where it is anything else."""
    return path if len(path) <= PATH_LENGTH_MAX and _OURS.fullmatch(path) else otherwise
