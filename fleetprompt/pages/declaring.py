"""Pages as declarations: what is shown at a path, which operations it reads, and which one its form runs."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fleetprompt.authz import Access
from fleetprompt.pages.answers import Answer
from fleetprompt.runtime.operations import Kind, Operation

GET_ONLY: Final = ("GET", "HEAD")
GET_AND_POST: Final = ("GET", "HEAD", "POST")

Show = Callable[[Any], Awaitable[Answer]]
"""`async def show(visit: Visit) -> Answer`; a visit knows its page, so the page cannot know the type of a visit."""

Done = Callable[[Any, Any], Awaitable[Answer]]
"""`async def done(visit: Visit, result) -> Answer`, with the result of the page's operation."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page.

    name: how logs, metrics and tests call it. path: with the wire names of ids in braces. show: makes the answer to a
    GET. reads: every operation that `show` asks. who: whom the page is for; a visitor who is not signed in is sent to
    sign in and back. is_public: whether the page is the same for everybody who is not signed in, and may be cached and
    indexed. shows_images: whether listings' images, which are on their publishers' servers, are shown (ADR 51).
    """

    name: str
    path: str
    show: Show
    reads: tuple[Operation, ...] = ()
    who: Access = Access.ANYONE
    is_public: bool = False
    shows_images: bool = False

    @property
    def methods(self) -> tuple[str, ...]:
        """The HTTP methods that it takes."""
        return GET_ONLY

    @property
    def label(self) -> str:
        """Its name in the log and the metrics."""
        return f"page.{self.name}"


@dataclass(frozen=True, kw_only=True)
class FormPage(Page):
    """A page with a form that runs one operation.

    `show` shows the form, empty or as it was typed with what is wrong with it (`visit.form`). operation: what the form
    runs; its fields are the command's, under their wire names. done: makes the answer to a success, as a rule
    `visit.see_other(path)`. also: other buttons by the value of their `_act`; they write nothing. also_reads: the
    queries that are asked only once the form was sent; the sending is counted for them. secret: the names that are
    never shown again. makes_new: whether each sending under another key makes another thing; a visit is then sent on
    to an address that carries the key, so that Back leads to the form that was sent and not to a new one (ADR 65).
    """

    operation: Operation
    done: Done
    also: Mapping[str, Show] = field(default_factory=dict)
    also_reads: tuple[Operation, ...] = ()
    secret: frozenset[str] = frozenset()
    makes_new: bool = False

    @property
    def methods(self) -> tuple[str, ...]:
        """The HTTP methods that it takes."""
        return GET_AND_POST


def page_at(pages: tuple[Page, ...], path: str) -> tuple[Page, dict[str, str]] | None:
    """The page at an address without its query, and the ids in it."""
    for page in pages:
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(page.path))
        if found := re.fullmatch(pattern, path):
            return page, found.groupdict()
    return None


class PageError(Exception):
    """Pages that do not belong together. The message names every one."""


def check_pages(pages: tuple[Page, ...], operations: Mapping[str, Operation]) -> None:
    """Raise PageError unless names and paths are unique, and every operation is registered and of the right kind."""
    problems: list[str] = []
    for attribute in ("name", "path"):
        taken = [getattr(page, attribute) for page in pages]
        problems += [f"{each} is taken twice" for each in sorted({one for one in taken if taken.count(one) > 1})]
    for page in pages:
        later = page.also_reads if isinstance(page, FormPage) else ()
        for operation in (*page.reads, *later):
            if operations.get(operation.name) is not operation or operation.kind is not Kind.QUERY:
                problems.append(f"{page.name} reads {operation.name}, which is no registered query")
        if isinstance(page, FormPage):
            if operations.get(page.operation.name) is not page.operation:
                problems.append(f"{page.name} runs {page.operation.name}, which is not registered")
            uncounted = [each.name for each in later if not set(each.rate) <= set(page.operation.rate)]
            problems += [f"{page.name} also reads {name}, which its sending does not count" for name in uncounted]
        if page.is_public and (page.who is not Access.ANYONE or isinstance(page, FormPage)):
            problems.append(f"{page.name} cannot be public: it is for {page.who} or has a form")
    if problems:
        raise PageError("; ".join(problems))
