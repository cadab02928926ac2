"""Sources that the policy accepts, and exactly the HTML that it makes of them."""

from __future__ import annotations

from typing import Final, NamedTuple

VERSION_OF_THE_SAMPLES: Final = 1
"""A change of any HTML below is a change of what is stored, and needs a new POLICY_VERSION."""

REL: Final = 'rel="noopener noreferrer nofollow"'


class Accepted(NamedTuple):
    """A source and its HTML."""

    source: str
    html: str


ACCEPTED: Final = {
    "nothing": Accepted("", ""),
    "paragraphs": Accepted("a\nb  \nc\\\nd\n\ne", "<p>a\nb<br>\nc<br>\nd</p>\n<p>e</p>\n"),
    "headings": Accepted("# a\n\n###### b\n\nc\n===", "<h1>a</h1>\n<h6>b</h6>\n<h1>c</h1>\n"),
    "emphasis": Accepted(
        "*a* __b__ ***c*** ~~d~~", "<p><em>a</em> <strong>b</strong> <em><strong>c</strong></em> <s>d</s></p>\n"
    ),
    "code": Accepted(
        "`a <b>`\n\n```python\nif a < b:\n```\n\n    c & d",
        "<p><code>a &lt;b&gt;</code></p>\n"
        "<pre><code>if a &lt; b:\n</code></pre>\n<pre><code>c &amp; d\n</code></pre>\n",
    ),
    "quote": Accepted("> a\n> > b", "<blockquote>\n<p>a</p>\n<blockquote>\n<p>b</p>\n</blockquote>\n</blockquote>\n"),
    "lists": Accepted(
        "- a\n    - b\n\n7. c\n8. d",
        '<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>\n<ol start="7">\n<li>c</li>\n<li>d</li>\n</ol>\n',
    ),
    "rule": Accepted("---", "<hr>\n"),
    "table": Accepted(
        "| a | b | c | d |\n|---|:--|:-:|--:|\n| 1 | `2 \\| 3` | **4** |",
        "<table>\n<thead>\n<tr>\n"
        '<th>a</th>\n<th align="left">b</th>\n<th align="center">c</th>\n<th align="right">d</th>\n'
        "</tr>\n</thead>\n<tbody>\n<tr>\n"
        '<td>1</td>\n<td align="left"><code>2 | 3</code></td>\n<td align="center"><strong>4</strong></td>\n'
        '<td align="right"></td>\n'
        "</tr>\n</tbody>\n</table>\n",
    ),
    "link": Accepted("[a](https://x.example/b)", f'<p><a href="https://x.example/b" {REL}>a</a></p>\n'),
    "link with a title": Accepted(
        "[a](https://x.example 'b \"c\"')",
        f'<p><a href="https://x.example" title="b &quot;c&quot;" {REL}>a</a></p>\n',
    ),
    "link by reference": Accepted(
        "[a][b] and [B]\n\n[b]: https://x.example/?c=d&e=f",
        f'<p><a href="https://x.example/?c=d&amp;e=f" {REL}>a</a> and '
        f'<a href="https://x.example/?c=d&amp;e=f" {REL}>B</a></p>\n',
    ),
    "autolink": Accepted(
        "<https://x.example/%C3%A9>", f'<p><a href="https://x.example/%C3%A9" {REL}>https://x.example/%C3%A9</a></p>\n'
    ),
    "bare address": Accepted("see https://x.example.", "<p>see https://x.example.</p>\n"),
    "international address": Accepted(
        "[a](https://bücher.example/ö)", f'<p><a href="https://xn--bcher-kva.example/%C3%B6" {REL}>a</a></p>\n'
    ),
    "text that only looks like an address": Accepted(
        "a@x.example www.x.example README.md", "<p>a@x.example www.x.example README.md</p>\n"
    ),
    "entities and quotes": Accepted("&copy; &nbsp;&#228; \"a\" 'b' & <", "<p>© &nbsp;ä \"a\" 'b' &amp; &lt;</p>\n"),
    "other scripts": Accepted("**你好** שלום 👩‍👩‍👧", "<p><strong>你好</strong> שלום 👩‍👩‍👧</p>\n"),
    "footnotes are text": Accepted("a[^1]\n\n[^1]: see below", "<p>a[^1]</p>\n<p>[^1]: see below</p>\n"),
    "task list is text": Accepted("- [ ] a", "<ul>\n<li>[ ] a</li>\n</ul>\n"),
}
