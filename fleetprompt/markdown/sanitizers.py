"""Two sanitizers over the rendered HTML, each strict enough alone, and what becomes of a text that they differ on.

Both are allowlists of their own: elements, attributes, schemes. The renderer can only produce what they allow, so a
difference means a defect in one of the three, and the text is refused (spec 3 Markdown; U-XSS-01, 02, 06).
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

import bleach
import nh3

from fleetprompt.markdown.verdict import SafeHtml

LINK_REL: Final = "noopener noreferrer nofollow"

_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_ALIGNMENTS: Final = frozenset({"left", "center", "right"})
_BLEACH_TAGS: Final = frozenset(
    {"a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s"}
    | {"strong", "table", "tbody", "td", "th", "thead", "tr", "ul"}
)
_NH3_TAGS: Final = frozenset(
    {"p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "em", "strong", "s", "code", "pre", "blockquote"}
    | {"ul", "ol", "li", "a", "table", "thead", "tbody", "tr", "th", "td"}
)


def sanitized(rendered: str) -> SafeHtml | None:
    """The HTML as nh3 writes it, or None where nh3 or bleach would take anything away or change it once more.

    The renderer writes entities and quotes in its own way, so what must be the same before and after is the sequence
    of elements, attributes and text that a parser reads.
    """
    html = cleaned_by_nh3(rendered)
    unchanged = (
        _meaning(html) == _meaning(rendered) and cleaned_by_bleach(html) == html and cleaned_by_nh3(html) == html
    )
    return SafeHtml(html) if unchanged else None


def cleaned_by_bleach(html: str) -> str:
    """What bleach leaves of `html`, which must not rely on what nh3 does."""
    return str(bleach.clean(html, tags=_BLEACH_TAGS, attributes=_bleach_keeps, protocols={"https"}))


def _bleach_keeps(tag: str, name: str, value: str) -> bool:
    match tag, name:
        case "a", "href":
            return value.startswith("https://")
        case "a", "rel":
            return value == LINK_REL
        case "a", "title":
            return True
        case "ol", "start":
            return _NUMBER.fullmatch(value) is not None
        case "th" | "td", "align":
            return value in _ALIGNMENTS
    return False


def cleaned_by_nh3(html: str) -> str:
    """What nh3 leaves of `html`, which must not rely on what bleach does."""
    return nh3.clean(
        html,
        tags=_NH3_TAGS,
        clean_content_tags=set(),
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        attribute_filter=_nh3_filter,
        tag_attribute_values={"th": {"align": _ALIGNMENTS}, "td": {"align": _ALIGNMENTS}},
        generic_attribute_prefixes=set(),
        url_schemes={"https"},
        url_relative="deny",
        link_rel=LINK_REL,
    )


def _nh3_filter(tag: str, name: str, value: str) -> str | None:
    if name == "start":
        return value if _NUMBER.fullmatch(value) else None
    return value


_Event = tuple[str, str, tuple[tuple[str, str | None], ...]]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.events: list[_Event] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.events.append(("open", tag, tuple(sorted(attrs))))

    def handle_endtag(self, tag: str) -> None:
        self.events.append(("close", tag, ()))

    def handle_data(self, data: str) -> None:
        if self.events and self.events[-1][0] == "text":
            data = self.events.pop()[1] + data
        self.events.append(("text", data, ()))

    def handle_comment(self, data: str) -> None:
        self.events.append(("comment", data, ()))

    def handle_decl(self, decl: str) -> None:
        self.events.append(("declaration", decl, ()))

    def unknown_decl(self, data: str) -> None:
        self.events.append(("declaration", data, ()))

    def handle_pi(self, data: str) -> None:
        self.events.append(("instruction", data, ()))


def _meaning(html: str) -> list[_Event]:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.events
