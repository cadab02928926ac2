"""The one link policy (spec 3 Markdown, 5)."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetprompt.markdown import URL_LENGTH_MAX, image_problem, judge, link_problem

SCHEME = "must start with https://"
CHARACTERS = 'must not contain white space, control characters, or any of \\ < > " `'
CREDENTIALS = "must not carry credentials"
HOST = "must name a valid host"
ADDRESS = "must name a host, not an IP address"
PORT = "must have a valid port"
PUBLIC = "must name a public host, with a dot in it and outside .local, .internal and .localhost"


@pytest.mark.parametrize(
    "url",
    [
        "https://x.example",
        "https://x.example/",
        "https://X.Example./a//b/../c?d=e&f[]=g#h",
        "https://x.example:8443/a",
        "https://sub_domain.x-y.example/~a/(b)/c,d;e=f/@g/$h!*'+",
        "https://x.example/?next=javascript:alert(1)&at=user:password@y.example",
        "https://x.example/100%25/%20/%C3%A9/%E2%80%99",
        "https://x.example/é/日本語?q=ü",
        "https://bücher.example/",
        "https://xn--bcher-kva.example/",
        "https://例え.テスト/",
        "https://1.2.3.example/",
        "https://127.0.0.1.example/",
        "https://localhost.example/local/internal",
        "https://x.locale/",
    ],
)
def test_u_val_05_public_https_addresses_are_accepted(url: str) -> None:
    assert link_problem(url) is None
    assert image_problem(url) is None


REFUSED = {
    SCHEME: [
        *("", "x.example", "//x.example", "/a", "#a", "http://x.example", "ftp://x.example", "javascript:alert(1)"),
        *("data:text/html,a", "https:x.example", "https:/x.example", "https:\\\\x.example", "HTTPS://x.example"),
        *("https&colon;//x.example", "https%3A//x.example", " https://x.example", "\thttps://x.example"),
        *("ht\ntps://x.example", "ｈttps://x.example"),
    ],
    CHARACTERS: [
        *(f"https://x.example/{character}" for character in ' \t\n\r\x00\x1f\x7f\x85\\<>"`'),
        *(f"https://x.example/{character}" for character in "\u00a0\u2028\u3000\ufeff\u200b\u202e\ud800\U000e0041"),
        *(f"https://x.example/{escaped}" for escaped in ("%00", "%0a", "%0D", "%1f", "%7F", "%c2%85")),
        *("https://x.example\\@y.example", "https://x.exa\u00admple"),
    ],
    CREDENTIALS: ["https://a@x.example", "https://a:b@x.example/", "https://@x.example"],
    HOST: [
        *("https://", "https:///a", "https://?a", "https://x..example", "https://.x.example", "https://x.example.."),
        *("https://-x.example", "https://x.example:", "https://x.example:a", "https://x.example:1:2"),
        *("https://x.ex%61mple", "https://xn--a.example", "https://x!.example", "https://x.1a", "https://x._a"),
        *(f"https://{'a' * 64}.example", f"https://{'a.' * 126}example"),
    ],
    PORT: ["https://x.example:0", "https://x.example:65536", "https://x.example:99999"],
    PUBLIC: [
        *("https://localhost", "https://localhost:8000/", "https://intranet./", "https://x", "https://x.localhost"),
        *("https://printer.local", "https://printer.LOCAL./a", "https://a.b.internal", "https://a。local"),
        "https://a.ｌｏｃａｌ/",
    ],
    ADDRESS: [
        *("https://[::1]/", "https://[::ffff:127.0.0.1]", "https://[fe80::1%25eth0]", "https://[", "https://127.1"),
        *("https://999.999.999.999", "https://1.2.3.4.5", "https://x.0x7f", "https://x.0x", "https://x.08"),
    ],
}


@pytest.mark.parametrize(("url", "problem"), [(url, problem) for problem, urls in REFUSED.items() for url in urls])
def test_u_val_05_every_other_address_is_refused(url: str, problem: str) -> None:
    assert link_problem(url) == problem
    assert image_problem(url) == problem


def test_u_val_05_addresses_are_at_most_2048_long() -> None:
    longest = "https://x.example/".ljust(URL_LENGTH_MAX, "a")
    assert link_problem(longest) is None
    assert link_problem(longest + "a") == "must be at most 2048 characters long"


_number = st.integers(0, 2**32 - 1)
_base = st.sampled_from(["{}", "0{:o}", "0x{:x}", "0X{:X}"])
_digits = st.sampled_from(["0123456789", "０１２３４５６７８９", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"])
_dot = st.sampled_from([".", "。", "．", "｡"])


@given(_number, st.integers(1, 4), st.lists(_base, min_size=4, max_size=4), _digits, _dot, st.sampled_from(["", "."]))
def test_u_val_05_an_ip_address_is_refused_however_it_is_spelled(
    number: int, parts: int, bases: list[str], digits: str, dot: str, end: str
) -> None:
    head = [number >> 24 & 255, number >> 16 & 255, number >> 8 & 255][: parts - 1]
    tail = number & (1 << 8 * (5 - parts)) - 1
    spelled = dot.join(base.format(part) for base, part in zip(bases, [*head, tail], strict=False))
    spelled = spelled.translate(str.maketrans("0123456789", digits))
    assert link_problem(f"https://{spelled}{end}/") == ADDRESS


@given(st.text(st.sampled_from("htps:/\\.@[]%0127xaé#? \t-_")).map(lambda rest: f"https://{rest}"))
def test_u_val_05_what_is_accepted_has_a_host_with_a_dot_and_no_credentials(url: str) -> None:
    if link_problem(url) is None:
        parts = urlsplit(url)
        assert parts.scheme == "https"
        assert parts.username is None
        assert parts.password is None
        assert "." in (parts.hostname or "").removesuffix(".")


@pytest.mark.parametrize(
    "path",
    [
        *(
            "a.svg",
            "a.SVG",
            "a.svgz",
            "a.svg?b=c",
            "a.svg#b",
            "a.%73vg",
            "a.s%76%67",
            "a%2Esvg",
            "a.%2573vg",
            "a.ｓｖｇ",
        ),
        *("a.svg/", "a.svg;b=c", "a.svg;b.png", "a.svg.", "a.svg%20", "a.svg%2f", "a.svg%3Bb", "b/.svg"),
    ],
)
def test_u_val_05_images_are_never_svg(path: str) -> None:
    assert link_problem(f"https://x.example/{path}") is None
    assert image_problem(f"https://x.example/{path}") == "must not be an SVG"


@pytest.mark.parametrize(
    "path", ["a.png", "a.svg.png", "svg", "a.svgx", "svg/a.webp", "a.png?from=b.svg", "a.png#.svg"]
)
def test_u_val_05_other_images_are_accepted(path: str) -> None:
    assert image_problem(f"https://x.example/{path}") is None


@pytest.mark.parametrize("url", ["http://x.example", "https://localhost", "https://a@x.example", "https://127.1"])
def test_u_xss_03_markdown_links_follow_the_same_policy(url: str) -> None:
    assert [problem.message for problem in judge(f"[a]({url})").problems] == [f"A link {link_problem(url)}."]
