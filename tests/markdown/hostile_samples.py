"""Sources that the markdown policy must refuse, and sources that look hostile and must come out inert.

Other suites store and visit them too: through the API, and in a browser.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from fleetprompt.markdown import MarkdownRule

HTML: Final = MarkdownRule.RAW_HTML
IMAGE: Final = MarkdownRule.IMAGE
LINK: Final = MarkdownRule.LINK
DEFINITION: Final = MarkdownRule.LINK_DEFINITION
INDENTATION: Final = MarkdownRule.INDENTATION
NESTING: Final = MarkdownRule.NESTING
CHARACTER: Final = MarkdownRule.CHARACTER


class Refused(NamedTuple):
    """A source, and the (line, rule) pairs that the policy names."""

    source: str
    problems: frozenset[tuple[int, MarkdownRule]]


def _refused(source: str, *problems: tuple[int, MarkdownRule]) -> Refused:
    return Refused(source, frozenset(problems))


SCRIPTS: Final = {
    "script": _refused("<script>alert(1)</script>", (1, HTML)),
    "script in upper case": _refused("<SCRIPT>alert(1)</SCRIPT>", (1, HTML)),
    "script inside a sentence": _refused("a <script>alert(1)</script> b", (1, HTML)),
    "script without its end": _refused("text\n\n<script src=https://x.example/x.js", (3, HTML)),
    "script over lines": _refused("<script\n>\nalert(1)\n</script\n>", (1, HTML), (4, HTML)),
    "script with a slash": _refused("<script/x>alert(1)</script>", (1, HTML)),
    "script in a quote": _refused("> <script>alert(1)</script>", (1, HTML)),
    "script in a list": _refused("- a\n- <script>alert(1)</script>", (2, HTML)),
    "script in a heading": _refused("# <script>alert(1)</script>", (1, HTML)),
    "script in a cell": _refused("| a |\n|---|\n| <script>alert(1)</script> |", (3, HTML)),
    "script in the text of a link": _refused("[<script>alert(1)</script>](https://x.example)", (1, HTML)),
    "script after carriage returns": _refused("a\r\rb\r\n<script>", (4, HTML)),
    "script composed by normalization": _refused("\u1fef<script>\u1fef <script>", (1, HTML)),
    "svg": _refused("<svg><script>alert(1)</script></svg>", (1, HTML)),
    "math": _refused("<math><mtext></mtext></math>", (1, HTML)),
    "iframe": _refused('<iframe src="javascript:alert(1)">', (1, HTML)),
    "base": _refused('<base href="https://x.example/">', (1, HTML)),
    "meta": _refused('<meta http-equiv="refresh" content="0">', (1, HTML)),
    "style": _refused("<style>@import 'https://x.example'</style>", (1, HTML)),
    "template": _refused("a <template><b></template>", (1, HTML)),
}

HANDLERS_AND_IMAGES: Final = {
    "image tag with a handler": _refused("<img src=x onerror=alert(1)>", (1, HTML)),
    "handler without white space": _refused("a <img/src=x/onerror=alert(1)> <b/onclick=x> c", (1, HTML)),
    "handler over lines": _refused("a <b\nonclick='x' > c", (1, HTML)),
    "details with a handler": _refused("<details open ontoggle=alert(1)>", (1, HTML)),
    "handler of another element": _refused("<svg/onload=alert(1)>", (1, HTML)),
    "anchor with a handler": _refused('<a href="https://x.example" onclick="x">a</a>', (1, HTML)),
    "div that never closes its tag": _refused("<div onclick=x ", (1, HTML)),
    "block of another version of CommonMark": _refused("<source onerror=x ", (1, HTML)),
    "image": _refused("![a](https://x.example/a.png)", (1, IMAGE)),
    "image by reference": _refused("![a]\n\n[a]: https://x.example/a.png", (1, IMAGE)),
    "image in a link": _refused("[![a](https://x.example/a.png)](https://x.example)", (1, IMAGE)),
    "image with a script for an address": _refused("![a](javascript:alert(1))", (1, IMAGE)),
    "image with HTML in its text": _refused("![<b>](https://x.example/a.png)", (1, HTML), (1, IMAGE)),
    "image in an image": _refused("![![a](b)](c)", (1, IMAGE)),
}

LINKS: Final = {
    "javascript": _refused("[a](javascript:alert(1))", (1, LINK)),
    "javascript in mixed case": _refused("[a](JaVaScRiPt:alert(1))", (1, LINK)),
    "javascript behind an entity": _refused("[a](java&#115;cript:alert(1))", (1, LINK)),
    "javascript behind a hexadecimal entity": _refused("[a](&#x6A;avascript:alert(1))", (1, LINK)),
    "javascript behind a named entity": _refused("[a](javascript&colon;alert(1))", (1, LINK)),
    "javascript behind a tab": _refused("[a](<java\tscript:alert(1)>)", (1, LINK)),
    "javascript behind a newline entity": _refused("[a](java&#10;script:alert(1))", (1, LINK)),
    "javascript behind a backslash": _refused("[a](javascript\\:alert(1))", (1, LINK)),
    "javascript behind percent signs": _refused("[a](java%73cript:alert(1))", (1, LINK)),
    "javascript behind a space": _refused("[a](<  javascript:alert(1)>)", (1, LINK)),
    "javascript in angle brackets": _refused("[a](<javascript:alert(1)>)", (1, LINK)),
    "javascript as an autolink": _refused("<javascript:alert(1)>", (1, LINK)),
    "javascript with a comment": _refused("[a](javascript://x.example/%0Aalert(1))", (1, LINK)),
    "vbscript": _refused("[a](vbscript:msgbox(1))", (1, LINK)),
    "data": _refused("[a](data:text/html;base64,PHNjcmlwdD4=)", (1, LINK)),
    "data image": _refused("[a](data:image/png;base64,AA)", (1, LINK)),
    "file": _refused("[a](file:///etc/passwd)", (1, LINK)),
    "http": _refused("[a](http://x.example)", (1, LINK)),
    "http as an autolink": _refused("<http://x.example>", (1, LINK)),
    "http as a bare address": _refused("see http://x.example", (1, LINK)),
    "http as a bare address in capitals": _refused("see HTTP://x.example", (1, LINK)),
    "ftp as a bare address": _refused("see ftp://x.example", (1, LINK)),
    "https in capitals": _refused("[a](HTTPS://x.example)", (1, LINK)),
    "mail": _refused("[a](mailto:a@x.example)", (1, LINK)),
    "mail as an autolink": _refused("<a@x.example>", (1, LINK)),
    "relative": _refused("[a](/v1/me)", (1, LINK)),
    "relative to the scheme": _refused("[a](//x.example)", (1, LINK)),
    "fragment": _refused("[a](#b)", (1, LINK)),
    "empty": _refused("[a]()", (1, LINK)),
    "credentials": _refused("[a](https://user:password@x.example)", (1, LINK)),
    "credentials in a bare address": _refused("https://user:password@x.example", (1, LINK)),
    "credentials behind an entity": _refused("[a](https://x.example&#64;evil.example)", (1, LINK)),
    "backslashes": _refused("[a](https:\\\\x.example)", (1, LINK)),
    "IPv4": _refused("[a](https://127.0.0.1/)", (1, LINK)),
    "IPv4 in one number": _refused("<https://2130706433>", (1, LINK)),
    "IPv6": _refused("[a](https://[::1]/)", (1, LINK)),
    "single label": _refused("https://localhost/ <https://intranet>", (1, LINK)),
    "internal host": _refused("[a](https://metadata.google.internal/)", (1, LINK)),
    "link in a cell": _refused("| a |\n|---|\n| [b](javascript:x) |", (3, LINK)),
    "link with a title": _refused('[a](javascript:x "title")', (1, LINK)),
    "link over lines": _refused("a\n[b\nc](\njavascript:x\n)", (2, LINK)),
    "bare address that runs into code": _refused("https://x.example/`<b>`", (1, LINK), (1, HTML)),
    "bare address that eats a backslash": _refused("https://x.example/\\<b>", (1, LINK), (1, HTML)),
    "bare address with a scripting scheme": _refused("see javascript://x.example/%0aalert(1)", (1, LINK)),
    "bare address with a scheme of no authority": _refused("open file:///etc/passwd", (1, LINK)),
    "bare address with a scheme that nobody knows": _refused("a=Foo+1://bar", (1, LINK)),
    "http address within another": _refused("xhttps://x.example/'-http://x.example", (1, LINK)),
    "www address that runs into code": _refused("www.x.example/`a <b> c`", (1, LINK)),
}

DEFINITIONS: Final = {
    "definition": _refused("[a]\n\n[a]: javascript:alert(1)", (3, DEFINITION)),
    "definition that nothing uses": _refused("[a]: javascript:alert(1)", (1, DEFINITION)),
    "definition of a label that is taken": _refused("[a]: https://x.example\n[a]: javascript:x", (2, DEFINITION)),
    "definition in a quote": _refused("> [a]: javascript:x", (1, DEFINITION)),
    "definition in a list": _refused("- b\n\n  [a]: javascript:x", (3, DEFINITION)),
    "definition over lines": _refused("[a]:\n  javascript:x\n  'title'", (1, DEFINITION)),
    "definition with an entity": _refused("[a]: java&#115;cript:x", (1, DEFINITION)),
    "definition in angle brackets": _refused("[a]: <javascript:x>", (1, DEFINITION)),
    "definition with http": _refused("[a]: http://x.example", (1, DEFINITION)),
    "definition with open parentheses": _refused("[a]: javascript:alert(1", (1, DEFINITION)),
    "definition of a footnote": _refused("a[^1]\n\n[^1]: javascript:x", (3, DEFINITION)),
    "definition with HTML in its title": _refused('[a]: https://x.example "<b>"', (1, HTML)),
    "definition with HTML in its label": _refused("[<b>]: https://x.example", (1, HTML)),
    "definition with too long a label": _refused(
        f"[{'a' * 1000}]: https://x.example '<b>'", (1, DEFINITION), (1, HTML)
    ),
    "definition above a code block": _refused("[a]:\n```\nb\n```", (1, DEFINITION)),
}

RAW_HTML: Final = {
    "bold": _refused("a <b>b</b>", (1, HTML)),
    "unknown element": _refused("a <x-y>", (1, HTML)),
    "type parameter": _refused("A List<String> of things", (1, HTML)),
    "closing tag": _refused("a </div>", (1, HTML)),
    "block": _refused("text\n\n<div>\n\nb\n\n</div>", (3, HTML), (7, HTML)),
    "comment": _refused("<!-- a -->", (1, HTML)),
    "comment inside a sentence": _refused("a <!-- b --> c", (1, HTML)),
    "comment that never ends": _refused("a\n\n<!-- b", (3, HTML)),
    "short comment": _refused("a <!--> b", (1, HTML)),
    "processing instruction": _refused("<?php echo 1 ?>", (1, HTML)),
    "processing instruction inside a sentence": _refused("a <?x y?> c", (1, HTML)),
    "declaration": _refused("<!DOCTYPE html>", (1, HTML)),
    "declaration in lower case": _refused("a <!doctype html> b", (1, HTML)),
    "CDATA": _refused("<![CDATA[ a ]]>", (1, HTML)),
    "HTML in a title": _refused('[a](https://x.example "<b>")', (1, HTML)),
    "HTML in the label of a reference": _refused("[a][<b>]\n\n[<b>]: https://x.example", (1, HTML), (3, HTML)),
    "HTML that a table brings to light": _refused("| `a | <b>` |\n|---|---|", (1, HTML)),
    "HTML that a table of one column brings to light": _refused("`a\n:-\n<b>`", (3, HTML)),
    "HTML that an escaped backslash brings to light": _refused("| a |\n|---|\n| `b \\\\| <b>` |", (3, HTML)),
    "HTML that a footnote brings to light": _refused("[^1]: https://x.example\n\n    <b>", (3, HTML)),
    "HTML that a footnote in a paragraph brings to light": _refused("`a\n[^1]: <b>`", (2, HTML)),
    "HTML behind a Unicode space": _refused("a <b\u00a0onclick=x>", (1, HTML)),
    "HTML after a byte order mark": _refused("\ufeff<div ", (1, HTML)),
    "code that is a lazy line": _refused("> > a\n        1. <b>", (2, HTML), (2, INDENTATION)),
    "code right below a definition": _refused("[a]: https://x.example\n    <b>", (2, HTML), (2, INDENTATION)),
    "code right below a wide list item": _refused("1.    a\n    > <b>", (2, HTML), (2, INDENTATION)),
    "code span over a lazy line": _refused("1.    `a\n  <b>`", (2, HTML)),
    "code in a list": _refused("- a\n\n      <b>", (3, HTML)),
}

AMBIGUOUS: Final = {
    "quote mark that is indented too far": _refused("> a\n    > b", (2, INDENTATION)),
    "list right below a definition": _refused("[a]: https://x.example\n2. b", (2, INDENTATION)),
    "text that goes on with a definition": _refused("- [a]: https://x.example\nb", (2, INDENTATION)),
    "list right below code": _refused("    a\n2. b", (2, INDENTATION)),
}

NESTED: Final = {
    "quotes": _refused(">" * 21 + " a", (1, NESTING)),
    "lists": _refused("\n".join("  " * depth + "- a" for depth in range(21)), (21, NESTING)),
    "quotes and emphasis": _refused(">" * 18 + " a ***b ~~c~~***", (1, NESTING)),
    "emphasis": _refused("*a **b " * 11 + "c" + "***" * 11, (1, NESTING)),
    "brackets": _refused("[" * 20_000, (1, NESTING)),
    "images in images": _refused("![" * 5_000 + "a" + "](b)" * 2_000, (1, NESTING)),
    "quotes without end": _refused(">" * 20_000, (1, NESTING)),
    "lists without end": _refused("- " * 9_999 + "a", (1, NESTING)),
}

CHARACTERS: Final = {
    "NUL": _refused("a\n\x00", (2, CHARACTER)),
    "escape": _refused("\x1b[31m", (1, CHARACTER)),
    "form feed": _refused("<b\x0c>", (1, CHARACTER)),
    "unpaired surrogate": _refused("a\ud800", (1, CHARACTER)),
    "bidirectional override": _refused("a\u202eb", (1, CHARACTER)),
    "tag characters": _refused("a\U000e0041", (1, CHARACTER)),
    "line separator": _refused("a\u2028<b>", (1, CHARACTER)),
}

SPELLED_OUT: Final = {
    "bidirectional override spelled out": _refused("a\n\n&#x202e;b", (3, CHARACTER)),
    "tag character spelled out": _refused("&#917569;", (1, CHARACTER)),
    "carriage return spelled out": _refused("a&#13;b", (1, CHARACTER)),
    "isolate spelled out in a title": _refused("[a](https://x.example 'b&#x2066;')", (1, CHARACTER)),
    "isolate spelled out in a definition": _refused("[a]: https://x.example 'b&#x2066;'", (1, CHARACTER)),
    "isolate spelled out in an address": _refused("[a](https://x.example/&#x2066;)", (1, LINK), (1, CHARACTER)),
}

REFUSED: Final = {
    **SCRIPTS,
    **HANDLERS_AND_IMAGES,
    **LINKS,
    **DEFINITIONS,
    **RAW_HTML,
    **AMBIGUOUS,
    **NESTED,
    **CHARACTERS,
    **SPELLED_OUT,
}

INERT: Final = {
    "script in code": "`<script>alert(1)</script>`",
    "script in a fenced block": "```html\n<script>alert(1)</script>\n```",
    "script in an indented block": "    <script>alert(1)</script>",
    "script that is escaped": "\\<script>alert(1)\\</script>",
    "script in entities": "&lt;script&gt;alert(1)&lt;/script&gt;",
    "handler in code": "`<img src=x onerror=alert(1)>`",
    "image in code": "`![a](https://x.example/a.png)`",
    "javascript in code": "`[a](javascript:alert(1))`",
    "javascript that is escaped": "\\[a\\](javascript:alert(1))",
    "javascript in text": "javascript:alert(1)",
    "definition in code": "```\n[a]: javascript:alert(1)\n```",
    "http in code": "`http://localhost:8000`",
    "attribute in a title": "[a](https://x.example \"x' onclick=alert(1) y='\")",
    "quote in a title": "[a](https://x.example 'x\" onclick=\"alert(1)')",
    "quote in an address": "[a](https://x.example/?%22onclick=alert(1))",
    "language of a block": '```"><script>alert(1)</script>\na\n```',
    "language of a block of tildes": "~~~ html onclick=alert(1)\na\n~~~",
    "less than": "1 < 2, a<b and 3 <4 <5",
    "mail address and file name": "write to a@x.example, see README.md and www.x.example",
    "address in a query": "[a](https://x.example/?next=javascript:alert(1))",
}
"""Accepted sources whose HTML runs nothing and holds no element, attribute or scheme of the writer's choice."""
