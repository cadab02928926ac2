"""Hypothesis strategies for markdown that tries to be misread."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

_MARKS: Final = [
    *("`", "``", "```", "~~~", "~~", "*", "**", "_", "#", "---", "===", "\\", "\\|", "\\`", "\\<", '"', "'", ":", "-"),
    *("<b>", "</b>", "<img src=x onerror=y>", "<div x", "<!-- x", "-->", "<?x", "?>", "<![CDATA[x", "]]>", "<!X y>"),
    *("<script>", "<pre>", "</pre>", "<source x", "<a", "href", "/>", "&lt;", "&#60;", "&#x202e;"),
    *("[a]", "[^1]", "[^1]:", "[a]:", "[a]: ", "(javascript:x)", "javascript:x", "[b][a]", "[", "](", "!", "!(", ")"),
    *("https://x.example", "http://x.example", "https://x.example/", "www.x.example", "x@y.example", "mailto:a@b.c"),
    *("<https://x.example>", "<javascript:x>", "|", "| a |", "|-|", "-|-", ":-", "\t", " ", "    ", "\u00a0", "\u3000"),
    *("\n", "\n", "\n\n", "\n\n", "\n> ", "\n- ", "\n1. ", "\n    ", "\n```\n", " a ", "b", "c\n"),
]
_PREFIXES: Final = [
    *(
        "",
        "",
        "",
        " ",
        "  ",
        "   ",
        "    ",
        "     ",
        "      ",
        "        ",
        "\t",
        " \t",
        ">",
        "> ",
        ">> ",
        "> > ",
        ">\t",
    ),
    *(
        "- ",
        "-   ",
        "-    ",
        "-     ",
        "* ",
        "+ ",
        "-\t",
        "1. ",
        "1.  ",
        "1.    ",
        "10. ",
        "100. ",
        "1.\t",
        "- - ",
        "> - ",
    ),
]
_BODIES: Final = [
    *("<b>", "a <b>", "`<b>`", "<script>", "</script>", "<div", "<div>", "</div>", "<!-- c", "-->", "<?", "?>"),
    *("a", "b", "", "`", "``", "a `", "` b", "```", "~~~", "# h", "---", "===", "***", "\\", "(", "'", '"t'),
    *("| a |", "|-|", "- x", "> q", "1. x", "- [ ] x", "[a]:", "[a]: https://x.example", "[^1]: x", "[a]"),
    *("https://x.example", "![i](https://x.example/z)", "[l](javascript:x)"),
]

mark_soup = st.lists(st.sampled_from(_MARKS), min_size=1, max_size=20).map("".join)
"""Inline marks and hostile pieces in any order."""

_line = st.tuples(st.lists(st.sampled_from(_PREFIXES), min_size=1, max_size=3).map("".join), st.sampled_from(_BODIES))

container_soup = st.lists(_line.map("".join), min_size=1, max_size=8).map("\n".join)
"""Lines whose containers and indentation make it hard to say what belongs to what."""

hostile_sources = mark_soup | container_soup
any_text = st.text(st.characters()) | st.text(st.sampled_from("`<>[]()!\\|-*_~&;:/ \n\t\"'#a1.\ud800\x00\u00a0"))
