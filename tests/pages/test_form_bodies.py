"""From the texts of a form to the body that its command is decoded from."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, UnsetType

from fleetprompt.fields import (
    Command,
    ExpiresInDays,
    HttpsLink,
    ImageAlt,
    ImageUrl,
    Items,
    ListingId,
    MarkdownFormat,
    Name,
    NotesMarkdown,
    Password,
    Summary,
    Tags,
)
from fleetprompt.pages.form_bodies import body_of, compacted
from fleetprompt.pages.forms import Form


class Text(msgspec.Struct, rename="camel"):
    format: MarkdownFormat
    markdown: NotesMarkdown


class Image(msgspec.Struct, rename="camel"):
    url: ImageUrl
    alt: ImageAlt = ""


class Links(msgspec.Struct, rename="camel"):
    docs_url: HttpsLink | UnsetType = UNSET
    repo_url: HttpsLink | UnsetType = UNSET


class Everything(Command):
    listing_id: ListingId
    name: Name
    secret: Password | UnsetType = UNSET
    summary: Summary | UnsetType = UNSET
    docs: HttpsLink | UnsetType | None = UNSET
    tags: Tags | UnsetType = UNSET
    images: Annotated[tuple[Image, ...], Items(max=10)] | UnsetType = UNSET
    notes: Text | UnsetType | None = UNSET
    links: Links | UnsetType = UNSET
    days: ExpiresInDays = 90
    flagged: bool = False


@pytest.mark.parametrize(
    ("typed", "body"),
    [
        ({}, {}),
        ({"name": [" Atlas \r\n"]}, {"name": "Atlas"}),
        ({"name": [""]}, {"name": ""}),
        ({"secret": [" a b "]}, {"secret": " a b "}),
        ({"summary": [""]}, {"summary": ""}),
        ({"docs": [""]}, {"docs": None}),
        ({"docs": [" https://a.example "]}, {"docs": "https://a.example"}),
        ({"tags": ["a, b\r\nc,,"]}, {"tags": ["a", "b", "c"]}),
        ({"tags": ["", "a", "b"]}, {"tags": ["a", "b"]}),
        ({"tags": [""]}, {"tags": []}),
        ({"notes.markdown": ["a\r\nb  "]}, {"notes": {"format": "markdown", "markdown": "a\nb  "}}),
        ({"notes.markdown": [" \r\n"]}, {"notes": None}),
        ({"links.docsUrl": [""], "links.repoUrl": [" "]}, {}),
        ({"links.docsUrl": [""], "links.repoUrl": ["x"]}, {"links": {"repoUrl": "x"}}),
        ({"images[0].url": ["u"], "images[0].alt": [""]}, {"images": [{"url": "u", "alt": ""}]}),
        ({"images": [""]}, {"images": []}),
        ({"days": ["7"]}, {"days": 7}),
        ({"days": [""]}, {}),
        ({"days": ["7.5"]}, {"days": "7.5"}),
        ({"days": ["9" * 400]}, {"days": "9" * 400}),
        ({"flagged": ["", "true"]}, {"flagged": True}),
        ({"listingId": ["x"], "_csrf": ["x"], "other": ["x"]}, {}),
    ],
)
def test_texts_become_what_the_command_declares(typed: dict[str, list[str]], body: dict[str, Any]) -> None:
    assert body_of(Everything, typed, frozenset({"listingId"})) == body


def test_blank_rows_are_left_out_and_the_others_keep_their_order() -> None:
    rows = {2: "b", 0: " ", 10: "c", 1: "a"}
    typed = {f"images[{number}].url": [url] for number, url in rows.items()}
    assert compacted({**typed, "images[1].alt": ["x"], "name": ["n"]}) == {
        "images[0].url": ["a"],
        "images[0].alt": ["x"],
        "images[1].url": ["b"],
        "images[2].url": ["c"],
        "name": ["n"],
    }


NAMES = st.text("0129².[]x", max_size=4).map("images{}".format) | st.from_regex(r"images\[[0-9]{1,3}\]\.(url|alt)")


@given(st.dictionaries(NAMES, st.lists(st.sampled_from(["", " ", "u"]), min_size=1, max_size=2), max_size=8))
def test_whatever_the_fields_are_called_there_is_a_row_for_each_item_and_a_blank_one(
    typed: dict[str, list[str]],
) -> None:
    kept = compacted(typed)
    items = body_of(Everything, kept, frozenset()).get("images", ())
    assert len(Form(csrf="", key="", typed=kept).rows("images")) == len(items) + 1


def test_a_list_has_no_more_rows_than_are_read_of_it() -> None:
    typed = {f"images[{number}].url": ["u"] for number in range(1_000)}
    assert len(body_of(Everything, typed, frozenset())["images"]) == 100
    assert len(Form(csrf="", key="", typed=typed).rows("images")) == 101
