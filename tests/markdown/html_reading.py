"""What a page would make of HTML: everything in it that nobody asked for."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

OURS: Final = {
    **dict.fromkeys(("p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "li"), frozenset[str]()),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr"), frozenset[str]()),
    "ol": frozenset({"start"}),
    "a": frozenset({"href", "title", "rel"}),
    "th": frozenset({"align"}),
    "td": frozenset({"align"}),
}
"""The elements of the policy's own HTML, with their attributes."""

OF_OTHER_RENDERERS: Final = {
    **OURS,
    "del": frozenset[str](),
    "th": frozenset({"align", "style"}),
    "td": frozenset({"align", "style"}),
    "code": frozenset({"class"}),
    "input": frozenset({"type", "checked", "disabled"}),
    "li": frozenset({"id"}),
    "sup": frozenset({"class"}),
    "section": frozenset({"class", "data-footnotes"}),
    "a": frozenset(
        {"href", "title", "id", "class", "aria-label"}
        | {"data-footnote-ref", "data-footnote-backref", "data-footnote-backref-idx"}
    ),
}
"""What other renderers add by themselves: strikethrough, task lists, footnotes, the language of code."""

# A `www.` name or a mail address that a renderer links is text to the policy (spec 3 Markdown).
_TOLERATED: Final = re.compile(r"https://|#fn|http://www\.|[^:/]*(?:mailto|xmpp):|[^:/]+@[^:/]+$", re.IGNORECASE)


class _Reader(HTMLParser):
    def __init__(self, allowed: dict[str, frozenset[str]]) -> None:
        super().__init__(convert_charrefs=True)
        self._allowed = allowed
        self.unexpected: list[str] = []
        self.text: list[str] = []
        self.links: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self._allowed:
            self.unexpected.append(f"<{tag}>")
        self.unexpected += [f"<{tag} {name}>" for name, _ in attrs if name not in self._allowed.get(tag, ())]
        if tag == "a":
            self.links.append(dict(attrs))

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.unexpected.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.unexpected.append(f"<!{decl}>")

    def unknown_decl(self, data: str) -> None:
        self.unexpected.append(f"<![{data}]>")

    def handle_pi(self, data: str) -> None:
        self.unexpected.append(f"<?{data}>")


def _read(html: str, allowed: dict[str, frozenset[str]]) -> _Reader:
    reader = _Reader(allowed)
    reader.feed(html)
    reader.close()
    return reader


def unexpected_in(html: str) -> list[str]:
    """What the policy's own HTML must not hold: elements, attributes, schemes, and links without the three `rel`s."""
    reader = _read(html, OURS)
    links = [
        f"link {link}"
        for link in reader.links
        if not (link.get("href") or "").startswith("https://") or link.get("rel") != "noopener noreferrer nofollow"
    ]
    return reader.unexpected + links


def unexpected_in_other(html: str) -> list[str]:
    """What another renderer's HTML of an accepted source must not hold."""
    reader = _read(html, OF_OTHER_RENDERERS)
    return reader.unexpected + [str(link) for link in reader.links if not _TOLERATED.match(link.get("href") or "")]


def text_of(html: str) -> str:
    """The text of `html` as a reader sees it."""
    return "".join(_read(html, OURS).text)
