"""The markdown policy: what it refuses, what it accepts, and what becomes of that (spec 3 Markdown)."""

from __future__ import annotations

import logging
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetprompt.markdown import (
    MARKDOWN_LENGTH_MAX,
    POLICY_VERSION,
    MarkdownRule,
    SafeHtml,
    judge,
    policy,
    stored_html,
)
from fleetprompt.markdown.sanitizers import cleaned_by_bleach, cleaned_by_nh3
from tests.markdown.accepted_samples import ACCEPTED, VERSION_OF_THE_SAMPLES, Accepted
from tests.markdown.hostile_samples import (
    AMBIGUOUS,
    CHARACTERS,
    DEFINITIONS,
    HANDLERS_AND_IMAGES,
    INERT,
    LINKS,
    NESTED,
    RAW_HTML,
    REFUSED,
    SCRIPTS,
    SPELLED_OUT,
    Refused,
)
from tests.markdown.hostile_sources import any_text, hostile_sources
from tests.markdown.html_reading import text_of, unexpected_in

PROSE = (
    "The agent reads *every* message of a room, and answers `within` a second. See the [guide](https://x.example/guide)."
    "\n\n"
)
TABLE = (
    "| setting | meaning |\n|:--|--:|\n| `limit` | at most **200** ~~100~~ items, see https://x.example |\n\n"
    "- a\n  - b\n\n"
)


def assert_refused_as(sample: Refused) -> None:
    verdict = judge(sample.source)
    assert {(problem.line, problem.rule) for problem in verdict.problems} == sample.problems
    assert verdict.html is None
    assert verdict.suggestion is None


def samples(table: dict[str, Refused]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("sample", table.values(), ids=table.keys())


@samples(SCRIPTS)
def test_u_xss_01_scripts_are_refused(sample: Refused) -> None:
    assert_refused_as(sample)


@samples(HANDLERS_AND_IMAGES)
def test_u_xss_02_event_handlers_and_images_are_refused(sample: Refused) -> None:
    assert_refused_as(sample)


@samples(LINKS)
def test_u_xss_03_links_outside_the_policy_are_refused(sample: Refused) -> None:
    assert_refused_as(sample)


@samples(DEFINITIONS)
def test_u_xss_03_link_definitions_outside_the_policy_are_refused_used_or_not(sample: Refused) -> None:
    assert_refused_as(sample)


@samples(RAW_HTML)
def test_u_xss_04_raw_html_is_refused_with_line_and_rule(sample: Refused) -> None:
    assert_refused_as(sample)


@samples(AMBIGUOUS | NESTED | CHARACTERS | SPELLED_OUT)
def test_what_cannot_be_read_one_way_is_refused(sample: Refused) -> None:
    assert_refused_as(sample)


def test_every_rule_that_a_text_can_break_has_a_sample() -> None:
    broken = {rule for sample in REFUSED.values() for _, rule in sample.problems}
    assert set(MarkdownRule) - broken == {MarkdownRule.LENGTH, MarkdownRule.TOO_COMPLEX, MarkdownRule.UNRENDERABLE}


def test_all_problems_are_named_at_once_by_line() -> None:
    verdict = judge("<b>\n\n![a](b)\n\n[c](d)\n\n[e]: f\n\n> > g\n        1. h")
    assert [(problem.line, problem.rule.value) for problem in verdict.problems] == [
        (1, "raw_html"),
        (3, "image"),
        (5, "link"),
        (7, "link_definition"),
        (10, "indentation"),
    ]
    assert all(problem.message.endswith(".") for problem in verdict.problems)


def test_no_more_than_a_hundred_problems_are_named() -> None:
    assert len(judge("<b>\n\n" * 500).problems) == policy.PROBLEMS_MAX == 100


@pytest.mark.parametrize("source", INERT.values(), ids=INERT.keys())
def test_u_xss_01_02_03_04_what_only_looks_hostile_is_shown_as_text(source: str) -> None:
    verdict = judge(source)
    assert verdict.problems == ()
    assert verdict.html is not None
    assert unexpected_in(verdict.html) == []


def test_u_xss_01_code_is_shown_as_it_is_written() -> None:
    html = judge("```\n<script>alert('&amp;')</script>\n```").html
    assert html is not None
    assert text_of(html) == "<script>alert('&amp;')</script>\n\n"


@pytest.mark.parametrize("sample", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_u_xss_05_accepted_sources_become_exactly_this_html(sample: Accepted) -> None:
    verdict = judge(sample.source)
    assert verdict.problems == ()
    assert verdict.html == sample.html
    assert isinstance(verdict.html, SafeHtml)
    assert unexpected_in(verdict.html) == []


def test_whoever_changes_what_is_rendered_raises_the_policys_version() -> None:
    assert VERSION_OF_THE_SAMPLES == POLICY_VERSION


@given(hostile_sources)
def test_u_xss_06_the_same_source_gives_the_same_verdict_and_stays_as_it_is_stored(source: str) -> None:
    verdict = judge(source)
    assert judge(source) == verdict
    assert judge(verdict.source) == verdict


@given(hostile_sources)
def test_u_xss_05_06_what_is_rendered_holds_nothing_unexpected_and_passes_both_sanitizers_again(source: str) -> None:
    verdict = judge(source)
    assert (verdict.html is None) == bool(verdict.problems)
    if verdict.html is not None:
        assert unexpected_in(verdict.html) == []
        assert cleaned_by_bleach(verdict.html) == verdict.html
        assert cleaned_by_nh3(verdict.html) == verdict.html


@given(any_text)
def test_any_text_gets_a_verdict(source: str) -> None:
    verdict = judge(source, suggest=True)
    assert (verdict.html is None) == bool(verdict.problems)
    assert all(1 <= problem.line <= verdict.source.count("\n") + 1 for problem in verdict.problems)
    assert MarkdownRule.UNRENDERABLE not in {problem.rule for problem in verdict.problems}
    verdict.source.encode()


@given(st.text(st.sampled_from("ab \n\r\u0065\u0301\ufeff\u1100\u1161")))
def test_the_source_is_stored_in_normal_form_with_plain_line_ends(source: str) -> None:
    stored = judge(source).source
    assert "\r" not in stored
    assert not stored.startswith("\ufeff")
    assert judge(source.replace("\n", "\r\n")).source.count("\n") >= stored.count("\n")


def test_u_val_03_length_counts_code_points_in_normal_form() -> None:
    assert judge("e\u0301" * MARKDOWN_LENGTH_MAX).problems == ()
    problem = judge("a" * (MARKDOWN_LENGTH_MAX + 1)).problems[0]
    assert (problem.line, problem.rule) == (1, MarkdownRule.LENGTH)


@pytest.mark.parametrize(
    "source",
    [
        ">" * 20 + " a",
        "\n".join("  " * depth + "- a" for depth in range(20)),
        "*a **b " * 10 + "c" + "***" * 10,
        "> " * 10 + "*a **b " * 5 + "c" + "***" * 5,
    ],
    ids=["quotes", "lists", "emphasis", "quotes and emphasis"],
)
def test_nesting_of_twenty_is_accepted_and_kept(source: str) -> None:
    html = judge(source).html
    assert html is not None
    depth = deepest = 0
    for piece in html.replace("</", "\0").replace("<", "\1"):
        depth += {"\0": -1, "\1": 1}.get(piece, 0)
        deepest = max(deepest, depth)
    assert deepest >= 20


def test_a_little_text_that_becomes_much_html_is_too_complex() -> None:
    references = f"[a]: https://x.example/{'b' * 1900}\n\n" + "[a]" * 6000
    cells = "|" + "a|" * 140 + "\n|" + ":-:|" * 140 + "\n" + "x\n" * 150
    for source in (references, cells):
        assert [problem.rule for problem in judge(source).problems] == [MarkdownRule.TOO_COMPLEX]


@pytest.mark.parametrize(("sample", "cpu_s_max"), [(PROSE, 0.5), (TABLE, 1.5)], ids=["prose", "tables"])
def test_a_long_text_is_judged_quickly(sample: str, cpu_s_max: float) -> None:
    judge(sample)
    source = (sample * (MARKDOWN_LENGTH_MAX // len(sample) + 1))[:MARKDOWN_LENGTH_MAX].rpartition("\n\n")[0]
    started = time.process_time()
    assert judge(source).problems == ()
    assert time.process_time() - started < cpu_s_max


def test_what_the_sanitizers_disagree_on_is_refused_and_logged_without_the_text(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(policy, "render", lambda _: "<p onclick=x>what was written</p>")
    with caplog.at_level(logging.ERROR, "fleetprompt.markdown.policy"):
        verdict = judge("what was written")
    assert [problem.rule for problem in verdict.problems] == [MarkdownRule.UNRENDERABLE]
    assert verdict.html is None
    assert [record.getMessage() for record in caplog.records] == [
        "A rendered text of 16 characters did not pass the sanitizers, and was refused."
    ]


def test_what_the_parser_fails_on_is_refused_and_logged_without_the_text(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(text: str) -> str:
        raise KeyError(text)

    monkeypatch.setattr(policy, "render", fail)
    with caplog.at_level(logging.ERROR, "fleetprompt.markdown.policy"):
        verdict = judge("what was written")
    assert [problem.rule for problem in verdict.problems] == [MarkdownRule.UNRENDERABLE]
    assert "KeyError" in caplog.text
    assert "what was written" not in caplog.text


def test_stored_sources_are_rendered_again_even_where_the_policy_has_become_stricter() -> None:
    assert stored_html(judge("*a*")) == "<p><em>a</em></p>\n"
    assert stored_html(judge("a <script>&amp;")) == "<pre><code>a &lt;script&gt;&amp;amp;</code></pre>\n"
    shown = stored_html(judge("<b title='\u00a0'>\x00"))
    assert shown == cleaned_by_bleach(shown) == cleaned_by_nh3(shown)
    assert isinstance(shown, SafeHtml)


def test_safe_html_says_so_to_template_engines() -> None:
    stored = SafeHtml.stored("<p>a</p>")
    assert stored.__html__() == "<p>a</p>"
    assert type(stored.__html__()) is str
