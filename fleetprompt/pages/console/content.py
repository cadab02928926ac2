"""What a listing says, as the fields of a form, and how two versions of it differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fleetprompt.listings.model import PublisherListing, ReviseListing
from fleetprompt.pages.form_bodies import Typed, body_of

PARTS: Final[tuple[tuple[str, str], ...]] = (
    ("name", "Name"),
    ("summary", "Summary"),
    ("description", "Description"),
    ("tags", "Tags"),
    ("categories", "Categories"),
    ("images", "Images"),
    ("links", "Links"),
)
"""What can be edited, by the names of the API, and what the pages call it."""

_PATH_NAMES: Final = frozenset({"listingId"})


@dataclass(frozen=True)
class Line:
    """A line of a version. is_other: whether the other version does not have it."""

    text: str
    is_other: bool


@dataclass(frozen=True)
class Difference:
    """A part in which two versions differ, line by line."""

    name: str
    label: str
    mine: tuple[Line, ...]
    theirs: tuple[Line, ...]


def fields_of(listing: PublisherListing) -> dict[str, list[str]]:
    """The fields of the form with which a listing is edited."""
    fields = {
        "name": [listing.name],
        "summary": [listing.summary],
        "description.markdown": [listing.description.markdown],
        "tags": [", ".join(listing.tags)],
        "categories": [", ".join(listing.categories)],
        "images": [""],
        "links.docsUrl": [listing.links.docs_url or ""],
        "links.repoUrl": [listing.links.repo_url or ""],
    }
    for number, image in enumerate(listing.images):
        fields |= {f"images[{number}].url": [image.url], f"images[{number}].alt": [image.alt]}
    return fields


def differences(typed: Typed, listing: PublisherListing) -> tuple[Difference, ...]:
    """Where what was typed differs from `listing` as it is stored now."""
    mine, theirs = _told(typed), _told(fields_of(listing))
    return tuple(
        Difference(name, label, _lines(mine[name], theirs[name]), _lines(theirs[name], mine[name]))
        for name, label in PARTS
        if mine[name] != theirs[name]
    )


def with_parts_of(typed: Typed, listing: PublisherListing, names: Iterable[str]) -> dict[str, list[str]]:
    """What was typed, with these parts as `listing` has them."""
    taken = tuple(names)
    kept = {field: values for field, values in typed.items() if _part(field) not in taken}
    return kept | {field: values for field, values in fields_of(listing).items() if _part(field) in taken}


def _part(field: str) -> str:
    return field.partition("[")[0].partition(".")[0]


def _told(typed: Typed) -> dict[str, list[str]]:
    """What a version says, part by part, as it would be stored."""
    body = body_of(ReviseListing, typed, _PATH_NAMES)
    return {name: _texts(body.get(name)) for name, _ in PARTS}


def _texts(value: Any) -> list[str]:
    match value:
        case str():
            return value.strip().split("\n") if value.strip() else []
        case {"markdown": str(markdown)}:
            return _texts(markdown)
        case Mapping():
            return [str(each) for each in value.values() if each]
        case list() if value and isinstance(value[0], Mapping):
            return [" ".join(_texts(each)) for each in value]
        case list():
            return [", ".join(value)] if value else []
        case _:
            return []


def _lines(texts: list[str], others: list[str]) -> tuple[Line, ...]:
    known = set(others)
    return tuple(Line(text, text not in known) for text in texts)
