"""Filling in the forms of pages as a browser without scripts does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

import html5lib
import httpx

from tests.support.callers import Browser

ACCEPTS = {"accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
FORM = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin", **ACCEPTS}


def parsed(text: str) -> Element:
    """The document of a page; a page that is not valid HTML fails."""
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False, strict=True)
    root: Element = parser.parse(text)
    return root


def text_of(element: Element) -> str:
    """What an element says, spaces run together."""
    return " ".join("".join(element.itertext()).split())


def named(root: Element, name: str) -> Element:
    """The one element of a name."""
    found = root.findall(f".//{name}")
    assert len(found) == 1, f"{len(found)} of {name}"
    return found[0]


def said(page: Element) -> str:
    """All that a page's main part says."""
    return text_of(named(page, "main"))


def with_class(root: Element, name: str) -> list[Element]:
    """The elements that have a class."""
    return [each for each in root.iter() if name in (each.get("class") or "").split()]


async def opened(browser: Browser, path: str) -> httpx.Response:
    """The answer to whoever opens a page; a form that makes something new sends her on to an address of its own."""
    answer = await browser.get(path, headers=ACCEPTS)
    own = answer.headers.get("location", "")
    return await browser.get(own, headers=ACCEPTS) if own.partition("?")[0] == path.partition("?")[0] else answer


async def visit(browser: Browser, path: str, status: int = 200) -> Element:
    """A page, as it is parsed."""
    answer = await opened(browser, path)
    assert answer.status_code == status, answer.text
    return parsed(answer.text)


def fields_of(root: Element, action: str) -> dict[str, list[str]]:
    """What a form holds before anything is typed, by field name."""
    forms = [form for form in root.iter("form") if form.get("action") == action and form.get("method") == "post"]
    assert len(forms) == 1, f"{len(forms)} forms to {action}"
    held: dict[str, list[str]] = {}
    for name, value in _controls(forms[0]):
        held.setdefault(name, []).append(value)
    return held


def _controls(form: Element) -> Iterator[tuple[str, str]]:
    for control in form.iter():
        name, kind = control.get("name"), control.get("type", "text")
        if name is None:
            continue
        if control.tag == "textarea":
            yield name, (control.text or "").removeprefix("\n")
        elif control.tag == "select":
            options = list(control.iter("option"))
            chosen = [option for option in options if option.get("selected") is not None] or options[:1]
            yield from ((name, option.get("value", "")) for option in chosen)
        elif control.tag == "input" and (kind not in {"radio", "checkbox"} or control.get("checked") is not None):
            yield name, control.get("value", "")


async def send(
    browser: Browser, action: str, fields: Mapping[str, str | Sequence[str]], **headers: str
) -> httpx.Response:
    """Send fields to a form's address as they are."""
    sent = {**FORM, **{name.replace("_", "-"): value for name, value in headers.items()}}
    request = browser.client.build_request("POST", action, content=urlencode(fields, doseq=True), headers=sent)
    return await browser.client.send(request)


async def fill_in(
    browser: Browser, path: str, typed: Mapping[str, str | Sequence[str]], *, action: str = "", **headers: str
) -> httpx.Response:
    """Open a page, type into its form and send it. action: where it goes, by default to the page's own path."""
    target = action or path.partition("?")[0]
    held: dict[str, Any] = fields_of(await visit(browser, path), target)
    return await send(browser, target, {**held, **typed}, **headers)
