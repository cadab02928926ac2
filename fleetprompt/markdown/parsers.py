"""The parsers that read a source in order to judge it: they take everything for what it could be, and drop nothing."""

from __future__ import annotations

import string
from collections.abc import Callable
from enum import Enum, auto
from functools import lru_cache, partial
from typing import Final, NamedTuple

from markdown_it import MarkdownIt, rules_block
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline, autolink, backtick, entity, escape, html_inline, image, link, linkify
from markdown_it.token import Token
from markdown_it.utils import EnvType
from typing_extensions import override

PARSER_NESTING_MAX: Final = 60
"""Where the parser itself would stop looking. It lies far above the policy's own limit, so it is never reached by
what the policy accepts; reaching it raises `TooDeep`."""


class TooDeep(Exception):
    """Raised where brackets are nested, or left open, beyond what the parser follows."""


class MarkKind(Enum):
    """What an inline parser recognized at a place."""

    CODE = auto()
    ESCAPE = auto()
    HTML = auto()
    IMAGE = auto()
    LINK = auto()
    REFERENCE = auto()
    AUTOLINK = auto()
    ENTITY = auto()
    BARE = auto()


class Mark(NamedTuple):
    """A recognized place: offsets into the text that was parsed, and for links and images the rest.

    label_end: the offset of the `]` that closes the text of a link or image. url: entities and escapes resolved.
    """

    kind: MarkKind
    start: int
    end: int
    label_end: int = -1
    url: str = ""


class Dialect(NamedTuple):
    """The syntax that a parser knows: CommonMark, with raw HTML or without, and some of the extensions."""

    html: bool = True
    tables: bool = False
    strikethrough: bool = False
    autolinks: bool = False


class CheckingParser(MarkdownIt):
    """A parser that reports every link as written. The stock one silently turns some into text."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__(
            "commonmark",
            {
                "html": dialect.html,
                "linkify": dialect.autolinks,
                "maxNesting": PARSER_NESTING_MAX,
                "inline_definitions": True,
                "store_labels": True,
            },
        )
        self.inline = _BoundedInline()
        self.core.ruler.enableOnly(["normalize", "block"])
        rules = ["autolink", "backticks", "emphasis", "entity", "escape", "html_inline", "image", "link", "newline"]
        rules2 = ["balance_pairs", "emphasis", "fragments_join"]
        if dialect.tables:
            self.block.ruler.enable("table")
        if dialect.strikethrough:
            rules.append("strikethrough")
            rules2.append("strikethrough")
        if dialect.autolinks:
            rules.append("linkify")
        self.inline.ruler.enableOnly([*rules, "text"])
        self.inline.ruler2.enableOnly(rules2)
        for name, rule in _RECORDED.items():
            self.inline.ruler.at(name, rule)
        for name, (block_rule, interrupted) in _INTERRUPTING.items():
            self.block.ruler.at(name, partial(_note_interruption, block_rule), {"alt": interrupted})

    @override
    def validateLink(self, url: str) -> bool:
        """Take every link, so that none is dropped to plain text before the policy sees it."""
        return True

    @override
    def normalizeLink(self, url: str) -> str:
        """The URL as it was written."""
        return url

    @override
    def normalizeLinkText(self, link: str) -> str:
        """The text as it was written."""
        return link

    def blocks(self, source: str, env: EnvType) -> list[Token]:
        """The block structure; the content of inline tokens stays unparsed.

        `env` collects the link definitions, and as `ambiguous` the lines (from 0) that this parser lets begin a block
        although they are indented too far for one, so that others read them on as the text before.
        """
        env["ambiguous"] = set()
        return self.parse(source + "\n", env)  # without a last newline the parser can look beyond the end

    def inlines(self, content: str, env: EnvType) -> tuple[list[Token], list[Mark]]:
        """The inline tokens of `content`, and every place recognized in it, raising TooDeep."""
        marks: list[Mark] = []
        own = {**env, "marks": marks, "base": 0}
        return self.inline.parse(content, self, own, []), marks


@lru_cache(maxsize=16)
def checking_parser(dialect: Dialect) -> CheckingParser:
    """The parser for one dialect; building one costs more than a short text."""
    return CheckingParser(dialect)


class _BoundedInline(ParserInline):
    @override
    def skipToken(self, state: StateInline) -> None:
        if state.level >= PARSER_NESTING_MAX - 1:
            raise TooDeep
        super().skipToken(state)


def _note_interruption(rule: _BlockRule, state: StateBlock, line: int, end: int, silent: bool) -> bool:
    outer: tuple[int, ...] = state.env.get("containers", ())
    if not silent and rule is rules_block.list_block:
        state.env["containers"] = (*outer, state.blkIndent)
    elif not silent and rule is rules_block.blockquote:
        state.env["containers"] = ()  # inside, columns are counted from its own start
    matched = rule(state, line, end, silent)
    state.env["containers"] = outer
    if matched and silent and _is_too_far_in(state, line, outer):
        state.env["ambiguous"].add(line)
    if matched and not silent and rule is rules_block.blockquote:
        inside = range(line + 1, state.line)
        state.env["ambiguous"].update(
            below for below in inside if state.is_code_block(below) and _first_character(state, below) == ">"
        )
    return matched


def _is_too_far_in(state: StateBlock, line: int, containers: tuple[int, ...]) -> bool:
    """Whether a line is outside the innermost list item, and too far inside the next container to begin a block there.

    containers: the columns at which the content of the containers around that item begins. The parser itself only
    looks at the item's.
    """
    indent = state.sCount[line]
    if indent < 0 or indent >= state.blkIndent:
        return indent < 0  # what a quote took for a lazy line
    return indent - max((column for column in containers if column <= indent), default=0) >= 4


def _first_character(state: StateBlock, line: int) -> str:
    start = state.bMarks[line] + state.tShift[line]
    return state.src[start : start + 1]


_BlockRule = Callable[[StateBlock, int, int, bool], bool]
_BLOCKS: Final = ["paragraph", "reference", "blockquote", "list"]

# The rules that can end another block, with the blocks that each can end.
_INTERRUPTING: Final[dict[str, tuple[_BlockRule, list[str]]]] = {
    "table": (rules_block.table, ["paragraph", "reference"]),
    "fence": (rules_block.fence, _BLOCKS),
    "blockquote": (rules_block.blockquote, _BLOCKS),
    "hr": (rules_block.hr, _BLOCKS),
    "list": (rules_block.list_block, ["paragraph", "reference", "blockquote"]),
    "html_block": (rules_block.html_block, ["paragraph", "reference", "blockquote"]),
    "heading": (rules_block.heading, ["paragraph", "reference", "blockquote"]),
}

_Rule = Callable[[StateInline, bool], bool]


def _note(kind: MarkKind, rule: _Rule, state: StateInline, silent: bool) -> bool:
    start = state.pos
    if not rule(state, silent):
        return False
    if kind is MarkKind.ESCAPE and state.src[start + 1] not in string.punctuation:
        return True  # a backslash that stands for itself
    if kind is MarkKind.CODE and state.pending:
        return True  # backticks that stand for themselves
    if not silent:
        base = state.env["base"]
        state.env["marks"].append(Mark(kind, base + start, base + state.pos))
    return True


def _note_autolink(state: StateInline, silent: bool) -> bool:
    start, count = state.pos, len(state.tokens)
    if not autolink(state, silent):
        return False
    if not silent:
        base = state.env["base"]
        url = _link_opened(state, count).attrGet("href")
        state.env["marks"].append(Mark(MarkKind.AUTOLINK, base + start, base + state.pos, url=str(url)))
    return True


def _note_bare(state: StateInline, silent: bool) -> bool:
    if not linkify(state, silent):
        return False
    if not silent:
        base, url = state.env["base"], state.tokens[-2].content
        state.env["marks"].append(Mark(MarkKind.BARE, base + state.pos - len(url), base + state.pos, url=url))
    return True


def _note_link(state: StateInline, silent: bool) -> bool:
    start, count = state.pos, len(state.tokens)
    if not link(state, silent):
        return False
    if not silent:
        opened, base = _link_opened(state, count), state.env["base"]
        kind = MarkKind.REFERENCE if "label" in opened.meta else MarkKind.LINK
        label_end = state.md.helpers.parseLinkLabel(state, start, True)
        url = str(opened.attrGet("href"))
        state.env["marks"].append(Mark(kind, base + start, base + state.pos, base + label_end, url))
    return True


def _note_image(state: StateInline, silent: bool) -> bool:
    start, base = state.pos, state.env["base"]
    state.env["base"] = base + start + 2  # the text of an image is parsed on its own, from after its `![`
    matched = image(state, silent)
    state.env["base"] = base
    if matched and not silent:
        label_end = state.md.helpers.parseLinkLabel(state, start + 1, False)
        state.env["marks"].append(Mark(MarkKind.IMAGE, base + start, base + state.pos, base + label_end))
    return matched


def _link_opened(state: StateInline, count: int) -> Token:
    return next(token for token in state.tokens[count:] if token.type == "link_open")


_RECORDED: Final[dict[str, _Rule]] = {
    "backticks": partial(_note, MarkKind.CODE, backtick),
    "escape": partial(_note, MarkKind.ESCAPE, escape),
    "entity": partial(_note, MarkKind.ENTITY, entity),
    "html_inline": partial(_note, MarkKind.HTML, html_inline),
    "autolink": _note_autolink,
    "linkify": _note_bare,
    "link": _note_link,
    "image": _note_image,
}
