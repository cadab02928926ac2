"""Files: named by content, kept for ever, compressed once."""

from __future__ import annotations

import gzip
import re
from urllib.parse import urljoin

from fleetprompt.pages.static_files import StaticFiles, static_files
from tests.support.callers import Caller


def test_a_file_is_named_by_its_content_and_by_what_it_refers_to() -> None:
    def made(font: bytes) -> StaticFiles:
        return StaticFiles({"a.css": b'x{src:url("./b.woff2")}', "b.woff2": font})

    one, other = made(b"one"), made(b"other")
    assert one.url("a.css") == made(b"one").url("a.css")
    assert one.url("a.css") != other.url("a.css")
    style = one.served_as(one.url("a.css").removeprefix("/static/"))
    assert style is not None
    assert one.url("b.woff2").removeprefix("/static/").encode() in style.body
    assert one.served_as("a.css") is None


def test_a_script_imports_another_by_an_address_beside_its_own() -> None:
    files = StaticFiles({"a.js": b'import { b } from "./b.js";', "b.js": b"export const b = 1;"})
    script = files.served_as(files.url("a.js").removeprefix("/static/"))
    assert script is not None
    assert script.body == b'import { b } from "./%b";' % files.url("b.js").removeprefix("/static/").encode()


async def test_a_file_is_kept_for_ever_and_compressed(api: Caller) -> None:
    path = static_files().url("site.css")
    answer = await api.get(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    plain = await api.get(path, headers={"accept-encoding": "gzip;q=0"})
    assert "content-encoding" not in plain.headers
    assert plain.text == answer.text
    files = static_files()
    style = files.served_as(path.removeprefix("/static/"))
    assert style is not None
    assert style.gzipped is not None
    assert gzip.decompress(style.gzipped) == style.body


async def test_every_file_that_another_names_is_there(api: Caller) -> None:
    style = (await api.get(static_files().url("site.css"))).text
    named = re.findall(r'url\("([^"]+)"\)', style)
    assert len(named) == 3
    for name in named:
        font = await api.get(urljoin("/static/", name))
        assert (font.status_code, font.headers["content-type"]) == (200, "font/woff2")
