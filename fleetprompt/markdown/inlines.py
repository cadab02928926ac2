"""What the policy holds against the text of one paragraph, heading or cell, wherever that stands (spec 3 Markdown)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Final, NamedTuple

from markdown_it.common.html_blocks import block_names
from markdown_it.common.normalize_url import normalizeLink
from markdown_it.common.utils import unescapeAll
from markdown_it.token import Token
from markdown_it.utils import EnvType

from fleetprompt.markdown import findings
from fleetprompt.markdown.findings import FORBIDDEN, Finding
from fleetprompt.markdown.links import link_problem
from fleetprompt.markdown.parsers import CheckingParser, Mark, MarkKind

# What this reading takes for text, and another renderer or a browser for HTML: it was read without HTML, or follows
# another version of CommonMark, where other names begin a block, or is no CommonMark but would do in a page.
_OTHER_BLOCKS: Final = "button|canvas|embed|hgroup|map|meta|object|output|progress|source|video"
_BLOCKS: Final = "|".join(["script|pre|style|textarea", _OTHER_BLOCKS, *block_names])
_HTML: Final = (
    re.compile(rf"^[ \t]*(</?(?:{_BLOCKS})(?=[ \t]|/?>|$))", re.IGNORECASE | re.MULTILINE),
    re.compile(r"(</?[A-Za-z][^<>]*>|<!|<\?)"),
)

_TAG_AT_LINE_START: Final = re.compile(r"\n[ \t]*(?P<tag><[A-Za-z/!?])")

# Where a bare address begins: with any scheme, for who knows which ones a renderer links. One within another's path is
# part of that, unless renderers may differ on the outer one.
_ADDRESS: Final = re.compile(
    r"(?:(?<!\w)https?://[\w/.~:?#=&%+-]+|[a-z][a-z0-9+.-]{0,30}://(?=[\w\[%@/-])|\bwww\.)", re.IGNORECASE
)
# GitHub's renderer lets it run on to the next white space or `<`, through backticks and backslashes.
_RUN: Final = re.compile(r"[^\s<]*")
_ADDRESS_END: Final = re.compile(r"[^\w.~:/?#@!$&'()*+,;=%{}|^\uff0e\uff61\u3002-]")
_TRAILING: Final = "?!.,:*_~'\");]}\uff0e\uff61\u3002"

# Some renderers take for the address of a link definition what has unbalanced parentheses or opens a code block.
_DEFINITION: Final = re.compile(
    r"^[ \t]*(?P<opener>\[)(?:[^\[\]\\]|\\.){1,999}\]:[ \t]*\n?[ \t]*<?(?P<url>[^\s>]+)>?[ \t]*(?=$|[\"'(])",
    re.DOTALL | re.MULTILINE,
)

# GitHub's renderer takes for a table what has one column, and cuts cells with no regard for code spans.
_TABLE_DELIMITER: Final = re.compile(r"^[ \t]*[|:-][|:\- \t]*$", re.MULTILINE)
_CELL: Final = re.compile(r"(?:\\[!-/:-@\[-`{-~]|[^|\n])+")

_OPAQUE: Final = "\ufffc"
_NESTED: Final = frozenset({"em", "strong", "s", "link"})


class Inspected(NamedTuple):
    """What was found in a text, with lines and offsets counted from its start, and how deep its markup is nested."""

    found: tuple[Finding, ...]
    depth: int


def inspect_text(parser: CheckingParser, env: EnvType, text: str, following: str = "") -> Inspected:
    """Everything that `parser` recognizes in `text` and the policy refuses.

    env: the link definitions of the whole source. following: the source line after the text. Raises TooDeep.
    """
    tokens, marks = parser.inlines(text, env)
    plain = _masked(text, marks)
    found = [
        *_spelled_out(text, marks),
        *_marked(parser, env, text, marks),
        *_plain(text, plain, marks),
        *_definitions(text, following),
        *_lines_in_code(text, marks),
    ]
    if _TABLE_DELIMITER.search(text):
        found += _table_like(parser, env, text)
    if "`" in plain:
        found += _out_of_code(parser, env, text, plain)
    return Inspected(tuple(_numbered(text, found)), _depth(tokens))


def hidden(parser: CheckingParser, env: EnvType, text: str) -> Iterator[Finding]:
    """What would show up in `text`, a title or a label, in a renderer that does not take it for one."""
    _, marks = parser.inlines(text, env)
    yield from _spelled_out(text, marks)
    for mark in marks:
        if mark.kind is MarkKind.HTML:
            yield findings.raw_html(0, mark.start)
        elif mark.kind is MarkKind.IMAGE:
            yield findings.image(0, mark.start + 1)
        elif mark.kind is MarkKind.AUTOLINK and (problem := url_problem(mark.url)):
            yield findings.link(0, problem, mark.start)


def url_problem(url: str) -> str | None:
    """The link policy's word on an address, both as it is written and as it is rendered."""
    return link_problem(url) or (None if url.isascii() else link_problem(normalizeLink(url)))


def _depth(tokens: Iterable[Token]) -> int:
    return max(accumulate(token.nesting for token in tokens if token.type.rpartition("_")[0] in _NESTED), default=0)


def _numbered(text: str, found: Iterable[Finding]) -> Iterator[Finding]:
    """The findings with the line of their first place, counted from the start of the text."""
    for finding in found:
        yield finding._replace(line=text.count("\n", 0, finding.escapes[0]))


def _marked(parser: CheckingParser, env: EnvType, text: str, marks: list[Mark]) -> Iterator[Finding]:
    for mark in marks:
        kind, start, end, label_end, url = mark
        if kind is MarkKind.HTML:
            yield findings.raw_html(0, start)
        elif kind is MarkKind.IMAGE:
            yield findings.image(0, start + 1, label_end)
        elif kind is MarkKind.LINK and (problem := url_problem(url)):
            yield findings.link(0, problem, start, label_end)
        elif kind is MarkKind.AUTOLINK and (problem := url_problem(url)):
            yield findings.link(0, problem, start)
        elif kind is MarkKind.BARE and (problem := url_problem(url)):
            yield findings.address(0, problem, start + url.index(":"))
        if kind in (MarkKind.LINK, MarkKind.REFERENCE):
            tail = label_end + 2
            for finding in hidden(parser, env, text[tail : end - 1]):
                yield finding._replace(escapes=tuple(tail + place for place in finding.escapes))


def _spelled_out(text: str, marks: list[Mark]) -> Iterator[Finding]:
    for mark in marks:
        spelled = text[mark.start : mark.end]
        if mark.kind is MarkKind.ENTITY and (forbidden := FORBIDDEN.search(unescapeAll(spelled))):
            yield findings.character(0, forbidden[0], mark.start)


def _plain(text: str, plain: str, marks: list[Mark]) -> Iterator[Finding]:
    """What the parser takes for text, and a renderer of another version or flavour for HTML or a link.

    plain: `text` with everything else made opaque.
    """
    if "<" in plain:
        for pattern in _HTML:
            yield from (findings.raw_html(0, match.start(1)) for match in pattern.finditer(plain))
    for match in _ADDRESS.finditer(plain):
        if problem := _address_problem(match, text, plain, marks):
            broken = match[0].index(":" if ":" in match[0] else ".")
            yield findings.address(0, problem, match.start() + broken)


def _lines_in_code(text: str, marks: list[Mark]) -> Iterator[Finding]:
    """Lines of a code span that some renderers take for HTML, when they are outside the list item that it began in."""
    for mark in marks:
        if mark.kind is MarkKind.CODE:
            found = _TAG_AT_LINE_START.finditer(text, mark.start, mark.end)
            yield from (findings.raw_html(0, match.start("tag")) for match in found)


def _definitions(text: str, following: str) -> Iterator[Finding]:
    if "]:" not in text:
        return
    for match in _DEFINITION.finditer(f"{text}\n{following}"):
        if match.start("opener") < len(text) and (problem := url_problem(match["url"])):
            yield findings.link_definition(0, problem, match.start("opener"))


def _address_problem(address: re.Match[str], text: str, plain: str, marks: list[Mark]) -> str | None:
    """What is wrong with a bare address; one without a scheme is text."""
    start = address.start()
    if _ends_in_markup(text, _run_end(text, start), marks):
        return "must be followed by white space"
    if ":" not in address[0]:
        return None
    return url_problem(_ADDRESS_END.split(plain[start : _run_end(plain, start)], maxsplit=1)[0].rstrip(_TRAILING))


def _run_end(text: str, start: int) -> int:
    run = _RUN.match(text, start)
    return run.end() if run else start


def _ends_in_markup(text: str, end: int, marks: list[Mark]) -> bool:
    """Whether an address that runs to `end` would end inside a code span or take the backslash of an escaped `<`."""
    return any(
        mark.start < end < mark.end
        for mark in marks
        if mark.kind is MarkKind.CODE or (mark.kind is MarkKind.ESCAPE and text[mark.end - 1] == "<")
    )


def _masked(text: str, marks: list[Mark]) -> str:
    """`text` with everything that is not plain text made opaque, at the same length."""
    pieces, position = [], 0
    for start, end in sorted(_opaque(mark) for mark in marks if mark.kind is not MarkKind.ENTITY):
        if end > position:
            start = max(start, position)
            pieces += [text[position:start], re.sub(r"[^\n]", _OPAQUE, text[start:end])]
            position = end
    return "".join([*pieces, text[position:]])


def _opaque(mark: Mark) -> tuple[int, int]:
    is_link = mark.kind in (MarkKind.LINK, MarkKind.REFERENCE)
    return (mark.label_end if is_link else mark.start), mark.end


def _out_of_code(parser: CheckingParser, env: EnvType, text: str, plain: str) -> Iterator[Finding]:
    """What the code spans of this text hold, should a renderer lose count of them at a backtick without a partner.

    GitHub's does. Escaping that backtick is what mends it.
    """
    exposed = text.replace("`", " ")
    _, marks = parser.inlines(exposed, env)
    if any(True for _ in (*_marked(parser, env, exposed, marks), *_plain(exposed, _masked(exposed, marks), marks))):
        yield findings.stray_backtick(0, *(match.start() for match in re.finditer("`", plain)))


def _table_like(parser: CheckingParser, env: EnvType, text: str) -> Iterator[Finding]:
    """What the cells of this text hold by themselves, should a renderer take it for a table."""
    for cell in _CELL.finditer(text):
        # An escaped pipe loses its backslash before the cell is read. The stand-in keeps the length.
        content = cell[0].replace("\\|", " |")
        _, marks = parser.inlines(content, env)
        for finding in _marked(parser, env, content, marks):
            yield finding._replace(escapes=tuple(cell.start() + place for place in finding.escapes))
