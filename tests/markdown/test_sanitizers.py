"""The two sanitizers, each alone and together (spec 3 Markdown)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetprompt.markdown.sanitizers import cleaned_by_bleach, cleaned_by_nh3, sanitized
from tests.markdown.accepted_samples import ACCEPTED, Accepted
from tests.markdown.html_reading import OURS, unexpected_in

REL = 'rel="noopener noreferrer nofollow"'

HOSTILE_HTML = {
    "script": "<p>a</p><script>alert(1)</script>",
    "handler": "<p onclick=alert(1)>a</p>",
    "image": "<p><img src=x onerror=alert(1)></p>",
    "style element": "<style>p{background:url(https://x.example)}</style>",
    "style attribute": '<p style="position:fixed">a</p>',
    "class and id": '<p class="button" id="main">a</p>',
    "javascript": f'<p><a href="javascript:alert(1)" {REL}>a</a></p>',
    "javascript behind an entity": f'<p><a href="java&#115;cript:alert(1)" {REL}>a</a></p>',
    "javascript behind a tab": f'<p><a href="java\tscript:alert(1)" {REL}>a</a></p>',
    "http": f'<p><a href="http://x.example" {REL}>a</a></p>',
    "relative": f'<p><a href="/v1/me" {REL}>a</a></p>',
    "relative to the scheme": f'<p><a href="//x.example" {REL}>a</a></p>',
    "target": f'<p><a href="https://x.example" target="_blank" {REL}>a</a></p>',
    "comment": "<p>a<!-- b --></p>",
    "form": '<form action="https://x.example"><input name="a"></form>',
    "svg": "<svg><a xlink:href='javascript:x'><text>a</text></a></svg>",
    "math": "<math><mtext><table><mglyph><style><img src=x onerror=x></style></mglyph></table></mtext></math>",
    "data attribute": "<p data-x=y>a</p>",
    "alignment": '<table><tbody><tr><td align="javascript:x">a</td></tr></tbody></table>',
    "start": '<ol start="javascript:x"><li>a</li></ol>',
    "iframe": '<iframe srcdoc="<script>x</script>"></iframe>',
    "noscript": '<noscript><p title="</noscript><img src=x onerror=x>"></noscript>',
}

_html = st.lists(
    st.sampled_from([*HOSTILE_HTML.values(), *(f"<{name}>" for name in OURS), "</p>", "</a>", "<", "&lt;", '"', "a"])
).map("".join)


@pytest.mark.parametrize("cleaned", [cleaned_by_bleach, cleaned_by_nh3])
@pytest.mark.parametrize("html", HOSTILE_HTML.values(), ids=HOSTILE_HTML.keys())
def test_u_xss_01_02_03_each_sanitizer_is_strict_enough_alone(cleaned: Callable[[str], str], html: str) -> None:
    assert [found for found in unexpected_in(cleaned(html)) if "'href'" in found or not found.startswith("link")] == []


@pytest.mark.parametrize("html", HOSTILE_HTML.values(), ids=HOSTILE_HTML.keys())
def test_u_xss_06_html_that_a_sanitizer_would_change_is_not_taken(html: str) -> None:
    assert sanitized(html) is None


@pytest.mark.parametrize("rel", ["", ' rel="nofollow"', ' rel="noopener noreferrer nofollow external"'])
def test_u_xss_05_a_link_without_exactly_its_rel_is_not_taken(rel: str) -> None:
    assert sanitized(f'<p><a href="https://x.example"{rel}>a</a></p>') is None


@pytest.mark.parametrize("sample", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_u_xss_06_both_sanitizers_leave_alone_what_was_stored(sample: Accepted) -> None:
    assert cleaned_by_bleach(sample.html) == sample.html
    assert cleaned_by_nh3(sample.html) == sample.html
    assert sanitized(sample.html) == sample.html


@given(_html)
def test_u_xss_06_whatever_is_taken_holds_nothing_unexpected(html: str) -> None:
    taken = sanitized(html)
    if taken is not None:
        assert unexpected_in(taken) == []
        assert sanitized(taken) == taken
