"""From accepted source to HTML: CommonMark with tables and strikethrough, and nothing that an attribute could hide."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from typing_extensions import override

from fleetprompt.markdown.parsers import PARSER_NESTING_MAX
from fleetprompt.markdown.sanitizers import LINK_REL

HTML_LENGTH_MAX: Final = 400_000
"""Code points beyond which HTML is not stored: empty cells and repeated references can make much of little."""


def render(source: str) -> str:
    """The HTML of a source that the policy accepted, before it is sanitized."""
    html: str = _renderer().render(source + "\n")  # without a last newline the parser can look beyond the end
    return html


@lru_cache(maxsize=1)
def _renderer() -> MarkdownIt:
    options: dict[str, Any] = {"html": False, "xhtmlOut": False, "maxNesting": PARSER_NESTING_MAX}
    parser = _Parser("commonmark", options, renderer_cls=_Renderer)
    parser.enable(["table", "strikethrough"])
    parser.core.ruler.push("attributes", _settle_attributes)
    return parser


class _Parser(MarkdownIt):
    @override
    def normalizeLinkText(self, link: str) -> str:
        return link  # the stock one decodes what the writer had percent-encoded, invisible characters included


class _Renderer(RendererHTML):
    @override
    def fence(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        # The language of a code block would become a class; the page has no use for it.
        return self.code_block(tokens, idx, options, env)


def _settle_attributes(state: StateCore) -> None:
    for token in state.tokens:
        if token.type in ("th_open", "td_open") and "style" in token.attrs:
            token.attrs = {"align": str(token.attrs["style"]).removeprefix("text-align:")}
        for child in token.children or ():
            if child.type == "link_open":
                child.attrSet("rel", LINK_REL)
