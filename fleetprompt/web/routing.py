"""Routes as declarations: which operation answers which method and path, and how its reply may be cached."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final

import msgspec

from fleetprompt.runtime.operations import Kind, Operation

BODY_BYTES_MAX: Final = 256 * 1024
INTERNAL_BODY_BYTES_MAX: Final = 8 * 1024

_PATH_NAME: Final = re.compile(r"\{(\w+)\}")


class Caching(StrEnum):
    """How a reply may be kept. Public replies carry a weak ETag and are revalidated every time."""

    PUBLIC = "public"
    PRIVATE = "private"
    SECRET = "secret"


CACHE_CONTROL: Final = {
    Caching.PUBLIC: "public, max-age=0, must-revalidate",
    Caching.PRIVATE: "private, no-cache",
    Caching.SECRET: "no-store",
}


class Raw(msgspec.Struct, frozen=True):
    """A result that is not encoded: its bytes as they are sent."""

    content_type: str
    body: bytes


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One method on one path. status: of a success. etag: the strong validator of a reply, where it has one."""

    method: str
    path: str
    operation: Operation
    status: int = 200
    caching: Caching = Caching.PRIVATE
    etag: Callable[[Any], str] | None = None
    body_bytes_max: int = BODY_BYTES_MAX

    @property
    def path_names(self) -> frozenset[str]:
        """The wire names of the path's parameters."""
        return frozenset(_PATH_NAME.findall(self.path))

    @property
    def is_query(self) -> bool:
        """Whether the fields beside the path's travel in the query string."""
        return self.operation.kind is Kind.QUERY and self.method == "GET"


def get(
    path: str, operation: Operation, *, caching: Caching = Caching.PRIVATE, etag: Callable[[Any], str] | None = None
) -> Route:
    """A read."""
    return Route(method="GET", path=path, operation=operation, caching=caching, etag=etag)


def post(path: str, operation: Operation, *, status: int = 200, caching: Caching = Caching.PRIVATE) -> Route:
    """A write; `status` is 201 where it creates something."""
    return Route(method="POST", path=path, operation=operation, status=status, caching=caching)


def put(path: str, operation: Operation) -> Route:
    """A write that replaces what is there."""
    return Route(method="PUT", path=path, operation=operation)


def patch(path: str, operation: Operation) -> Route:
    """A write that changes the named fields."""
    return Route(method="PATCH", path=path, operation=operation)


def internal_post(path: str, operation: Operation) -> Route:
    """A signed call of a partner system."""
    return Route(
        method="POST",
        path=path,
        operation=operation,
        caching=Caching.SECRET,
        body_bytes_max=INTERNAL_BODY_BYTES_MAX,
    )
