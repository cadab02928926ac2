"""Stylesheet, scripts, fonts and icons: named by their content, kept for ever by browsers, compressed once."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

import msgspec

PREFIX: Final = "/static/"
CACHE_CONTROL: Final = "public, max-age=31536000, immutable"
MEDIA_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "css": "text/css",
        "js": "text/javascript",
        "svg": "image/svg+xml",
        "txt": "text/plain",
        "woff2": "font/woff2",
    }
)
_TEXTS: Final = frozenset({"css", "js", "svg", "txt"})
_REFERENCE: Final = re.compile(rb'(?<=["\'(]\./)([a-z0-9-]+\.[a-z0-9]+)(?=["\')])')


class StaticFile(msgspec.Struct, frozen=True):
    """One file as it is served. name: with the hash of its content in it."""

    name: str
    media_type: str
    body: bytes
    gzipped: bytes | None


class StaticFiles:
    """The files of one folder. What one refers to as `./other.ext` is named by content too."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._contents = contents
        self._made: dict[str, StaticFile] = {}
        for name in contents:
            self._make(name)
        self._by_name = {made.name: made for made in self._made.values()}

    def url(self, name: str) -> str:
        """Where the file that the sources call `name` is served."""
        return PREFIX + self._made[name].name

    def served_as(self, hashed_name: str) -> StaticFile | None:
        """The file that is served under a name, or None."""
        return self._by_name.get(hashed_name)

    def _make(self, name: str) -> StaticFile:
        if name not in self._made:
            stem, _, extension = name.rpartition(".")
            body = self._contents[name]
            if extension in {"css", "js"}:
                body = _REFERENCE.sub(lambda found: self._make(found[1].decode()).name.encode(), body)
            digest = hashlib.blake2b(body, digest_size=6).hexdigest()
            gzipped = gzip.compress(body, 9, mtime=0) if extension in _TEXTS else None
            self._made[name] = StaticFile(f"{stem}.{digest}.{extension}", MEDIA_TYPES[extension], body, gzipped)
        return self._made[name]


@cache
def static_files() -> StaticFiles:
    """The files of this package."""
    return StaticFiles(dict(_contents()))


def _contents() -> Iterator[tuple[str, bytes]]:
    for each in sorted(files("fleetprompt.pages").joinpath("static").iterdir(), key=lambda found: found.name):
        if each.name.rpartition(".")[2] in MEDIA_TYPES:
            yield each.name, each.read_bytes()
