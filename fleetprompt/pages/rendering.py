"""Templates: escaped unless they come from the markdown policy, strict about what they name."""

from __future__ import annotations

import re
from typing import Any, Final, Protocol
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from msgspec import UNSET

from fleetprompt.markdown import SafeHtml
from fleetprompt.pages import moments, words
from fleetprompt.pages.static_files import static_files

_HEADING: Final = re.compile(r"<(/?)h([1-6])>")
_PREFORMATTED: Final = re.compile(r"<pre>")
_NOT_IN_XML: Final = re.compile("[^\\t\\n\\r\\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LEVELS_DOWN: Final = 2
_LEVEL_MAX: Final = 6
_THOUSAND: Final = 1000


class RenderedMarkdown(Protocol):
    """A text as the API shows it: `html` is what the policy stored."""

    @property
    def format(self) -> str:
        """Always `markdown`."""
        ...

    @property
    def html(self) -> str:
        """The policy's output."""
        ...


def policy_html(text: RenderedMarkdown) -> SafeHtml:
    """The safe HTML of a stored text, its headings below those of the page, its code blocks within a keyboard's reach.

    The policy writes headings and `pre` without attributes, and escapes what else looks like them.
    """
    below = _HEADING.sub(lambda found: f"<{found[1]}h{min(int(found[2]) + _LEVELS_DOWN, _LEVEL_MAX)}>", text.html)
    return SafeHtml.stored(_PREFORMATTED.sub('<pre tabindex="0">', below))


@pass_context
def _moment(context: Context, at_ms: int) -> Markup:
    """`3 days ago`, with the exact time in `datetime` and on hover."""
    told = moments.human(at_ms, context["frame"].now_ms)
    return _time(at_ms, told)


def _exact_moment(at_ms: int) -> Markup:
    """`21 Nov 2026, 14:02:07 UTC`, with the same in `datetime`."""
    return _time(at_ms, moments.exact(at_ms))


def _clock(at_ms: int) -> Markup:
    """`14:02:07`, beside a day, with the exact time in `datetime` and on hover."""
    return _time(at_ms, moments.clock(at_ms))


def _time(at_ms: int, told: str) -> Markup:
    return Markup('<time datetime="{}" title="{}">{}</time>').format(moments.machine(at_ms), moments.exact(at_ms), told)


def _day(iso: str) -> Markup:
    """`21 Nov 2026` of `2026-11-21`, with the same in `datetime`."""
    return Markup('<time datetime="{}">{}</time>').format(iso, moments.day(iso))


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _size(size_bytes: int) -> str:
    """`18.4 kB`: thousands, as sizes are sold; below a thousand, bytes."""
    size, units = float(size_bytes), iter(("kB", "MB", "GB", "TB"))
    unit = ""
    while size >= _THOUSAND and (larger := next(units, "")):
        size, unit = size / _THOUSAND, larger
    return f"{size:,.1f} {unit}" if unit else words.counted(size_bytes, "byte")


def with_query(path: str, **query: Any) -> str:
    """`path` with a query of what is not blank; a list repeats its parameter."""
    kept = {name: value for name, value in query.items() if value not in ("", None, [])}
    return f"{path}?{urlencode(kept, doseq=True)}" if kept else path


def _printable(value: Any) -> Any:
    """What a template prints. An absent value is printed nowhere: the template asks before."""
    if value is UNSET or value is None:
        raise TypeError("a template prints an absent value")
    return value


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("fleetprompt.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.do"],
    )
    environment.filters.update(
        policy_html=policy_html,
        moment=_moment,
        exact_moment=_exact_moment,
        clock=_clock,
        machine_time=moments.machine,
        date=moments.date,
        day=_day,
        day_word=moments.day,
        number=lambda number: f"{number:,}",
        label=words.label,
        counted=words.counted,
        host=_host,
        xml_text=lambda text: _NOT_IN_XML.sub("", text),
        size=_size,
    )
    environment.globals.update(asset=static_files().url, with_query=with_query, plurals=words.PLURALS)
    return environment


_ENVIRONMENT: Final = _environment()


def render(template: str, **context: Any) -> str:
    """The text of a template of `templates/`. Raises jinja2.UndefinedError where it names what is not there."""
    return _ENVIRONMENT.get_template(template).render(**context)


def part(template: str, **context: Any) -> Markup:
    """A part of a page, rendered by itself, so that what is the same on every visit is rendered once and kept."""
    return Markup(render(template, **context))
