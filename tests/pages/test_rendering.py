"""Templates escape, and refuse what they do not know."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import jinja2
import pytest
from msgspec import UNSET

from fleetprompt.catalog.model import PublicMarkdown
from fleetprompt.pages import rendering
from fleetprompt.pages.rendering import policy_html, with_query

PAGES = Path(str(files("fleetprompt.pages")))


def test_the_markdown_policys_type_is_the_only_text_that_is_not_escaped() -> None:
    for template in sorted(PAGES.glob("templates/**/*.*")):
        found = re.search(r"\|\s*safe|autoescape|Markup", template.read_text())
        assert found is None, template.name
    made = {path.name for path in PAGES.rglob("*.py") if re.search(r"\bMarkup\(|SafeHtml\.stored\(", path.read_text())}
    assert made == {"rendering.py"}


def test_headings_of_a_text_stand_below_those_of_the_page() -> None:
    text = PublicMarkdown(markdown="", html="<h1>a</h1>\n<h6>b</h6>\n<pre><code>&lt;h1&gt;</code></pre>\n")
    assert policy_html(text) == '<h3>a</h3>\n<h6>b</h6>\n<pre tabindex="0"><code>&lt;h1&gt;</code></pre>\n'


@pytest.mark.parametrize("absent", [UNSET, None])
def test_a_template_that_prints_what_is_absent_fails(absent: object) -> None:
    template = rendering._ENVIRONMENT.from_string("{{ value }}")
    with pytest.raises(TypeError):
        template.render(value=absent)
    with pytest.raises(jinja2.UndefinedError):
        template.render()
    assert template.render(value="<b>\"'") == "&lt;b&gt;&#34;&#39;"


def test_addresses_leave_out_what_is_blank_and_repeat_what_is_many() -> None:
    assert with_query("/search", q="a b&c", tags=["x", "y"], sort="", cursor=None) == "/search?q=a+b%26c&tags=x&tags=y"
    assert with_query("/search") == "/search"
