"""The declared vocabulary of input: the type of every field that a command may take (spec 3 IDs, 5).

The decoder, the command line and OpenAPI read these declarations; nothing else says what a client may send.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Final,
    Literal,
    TypeAlias,
    TypeVar,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
)
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from fleetprompt.characters import REFUSED_IN_ANY_TEXT, REFUSED_IN_PARAGRAPHS, nfc
from fleetprompt.clock import MINUTE_MS
from fleetprompt.constraints import EntityTags as EntityTags
from fleetprompt.constraints import Example as Example
from fleetprompt.constraints import Header as Header
from fleetprompt.constraints import HttpsUrl as HttpsUrl
from fleetprompt.constraints import IdOf as IdOf
from fleetprompt.constraints import Items as Items
from fleetprompt.constraints import Markdown as Markdown
from fleetprompt.constraints import Precondition as Precondition
from fleetprompt.constraints import Range as Range
from fleetprompt.constraints import Rule as Rule
from fleetprompt.constraints import SemVer as SemVer
from fleetprompt.constraints import Shape as Shape
from fleetprompt.constraints import Text as Text

Value = TypeVar("Value")

INTEGER_MAX: Final = 2**53 - 1
EPOCH_MS_MAX: Final = 253_402_300_799_999  # the last millisecond of the year 9999


class _KeywordOnly(msgspec.StructMeta):
    """Makes every field of every command keyword-only, so that required ones may follow optional ones."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **config: Any) -> _KeywordOnly:
        return super().__new__(mcs, name, bases, namespace, **{"kw_only": True, **config})


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(msgspec.field,))
class Command(msgspec.Struct, metaclass=_KeywordOnly, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """The declared arguments of one operation: its path, query, header and body fields together."""

    def contradictions(self) -> Iterator[tuple[str, str]]:
        """(field path, how to mend it) for fields that are sound one by one and not together."""
        return iter(())


class NoArguments(Command):
    """The command of an operation that takes none."""


def or_none(value: Value | UnsetType) -> Value | None:
    """An optional field as rows and rules have it: None where it is absent."""
    return None if value is UNSET else value


def or_unset(value: Value | None) -> Value | UnsetType:
    """A value that may be missing as it goes over the wire: then absent, never null."""
    return UNSET if value is None else value


class Declared(msgspec.Struct, frozen=True):
    """A field's declared type taken apart: what it holds, its rules, and whether null and absence are lawful."""

    base: Any
    metadata: tuple[Any, ...]
    nullable: bool
    optional: bool


def take_apart(declared: Any) -> Declared:
    """Take apart `T`, `Annotated[T, …]` and unions of one such type with None or UnsetType."""
    members = get_args(declared) if get_origin(declared) in (Union, UnionType) else (declared,)
    kept = [member for member in members if member not in (NoneType, msgspec.UnsetType)]
    if len(kept) != 1:
        raise TypeError(f"a field holds one type, beside None and UnsetType: {declared}")
    (held,) = kept
    base, *metadata = get_args(held) if get_origin(held) is Annotated else (held,)
    return Declared(base, tuple(metadata), NoneType in members, msgspec.UnsetType in members)


def rules_by_field(command: type[msgspec.Struct]) -> Mapping[str, tuple[Rule, ...]]:
    """The rules of each field, by its Python name; a tuple's rules are its members'."""
    return {field.name: tuple(_rules(field.type)) for field in msgspec.structs.fields(command)}


def _rules(declared: Any) -> Iterator[Rule]:
    parts = take_apart(declared)
    yield from (rule for rule in parts.metadata if isinstance(rule, Rule))
    if get_origin(parts.base) is tuple:
        yield from _rules(get_args(parts.base)[0])


def comparable_email(email: str) -> str:
    """The form in which e-mail addresses are compared: lower-cased, in normal form C (spec 5)."""
    return nfc(nfc(email).lower())


def _matching(pattern: str, advice: str) -> Shape:
    return Shape(pattern=re.compile(pattern), advice=advice, schema=(("pattern", f"^(?:{pattern})$"),))


_ATOM: Final = r'[^\s@<>()\[\]\\,;:".]+'
_DOMAIN_LABEL: Final = r'(?!-)[^\s@<>()\[\]\\,;:".]{1,63}(?<!-)'

NAME: Final = Shape(format_characters=False, visible=True)
LINE: Final = Shape()
PARAGRAPHS: Final = Shape(refused=REFUSED_IN_PARAGRAPHS)
SOURCE: Final = Shape(refused=REFUSED_IN_ANY_TEXT)
OPAQUE: Final = Shape(refused=REFUSED_IN_ANY_TEXT, as_sent=True)
SLUG: Final = _matching("[a-z0-9]+(?:-[a-z0-9]+)*", "must be lower-case a to z and digits, with single hyphens between")
HANDLE: Final = _matching("[a-z0-9][a-z0-9-]*[a-z0-9]", "must be lower-case a to z, digits and, inside, hyphens")
HEXADECIMAL: Final = _matching("[0-9a-f]+", "must be digits 0 to 9 and lower-case a to f")
DIGEST: Final = _matching("sha256:[0-9a-f]{64}", "must be sha256: and 64 digits 0 to 9 and lower-case a to f")
TOKEN: Final = _matching("[!-~]+", "must be printable ASCII characters without spaces")
EMAIL: Final = Shape(
    format_characters=False,
    pattern=re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_DOMAIN_LABEL}(?:\.{_DOMAIN_LABEL})*"),
    advice="must be an e-mail address such as ada@example.org",
    schema=(("format", "email"),),
)

UserId: TypeAlias = Annotated[UUID, IdOf("usr")]
PublisherId: TypeAlias = Annotated[UUID, IdOf("pub")]
ListingId: TypeAlias = Annotated[UUID, IdOf("lst")]
ReleaseId: TypeAlias = Annotated[UUID, IdOf("rel")]
InstallIntentId: TypeAlias = Annotated[UUID, IdOf("int")]
InstallTokenId: TypeAlias = Annotated[UUID, IdOf("tok")]
ApiKeyId: TypeAlias = Annotated[UUID, IdOf("key")]
PartnerKeyId: TypeAlias = Annotated[UUID, IdOf("prt")]
ReportId: TypeAlias = Annotated[UUID, IdOf("rpt")]
EventId: TypeAlias = Annotated[UUID, IdOf("evt")]
SessionId: TypeAlias = Annotated[UUID, IdOf("ses")]
RequestId: TypeAlias = Annotated[UUID, IdOf("req")]

Name: TypeAlias = Annotated[str, Text(1, 80, NAME), Example("Review agent")]
DisplayName: TypeAlias = Annotated[str, Text(1, 80, NAME), Example("Ada Lovelace")]
Label: TypeAlias = Annotated[str, Text(1, 80, NAME), Example("Production")]
Summary: TypeAlias = Annotated[
    str, Text(0, 240, LINE), Example("Reviews pull requests and explains what it would change.")
]
ReportSummary: TypeAlias = Annotated[str, Text(1, 1000, LINE), Example("Its documentation asks for a password.")]
ReasonText: TypeAlias = Annotated[str, Text(1, 1000, PARAGRAPHS), Example("It poses as another publisher's agent.")]
Slug: TypeAlias = Annotated[str, Text(1, 32, SLUG), Example("code-review")]
Tags: TypeAlias = Annotated[tuple[Slug, ...], Items(max=20, unique=True)]
Categories: TypeAlias = Annotated[tuple[Slug, ...], Items(max=10, unique=True)]
Handle: TypeAlias = Annotated[str, Text(2, 39, HANDLE), Example("ada-labs")]
Email: TypeAlias = Annotated[str, Text(3, 254, EMAIL), Example("ada@example.org")]
Password: TypeAlias = Annotated[str, Text(12, 256, OPAQUE), Example("correct horse battery staple")]
PasswordAttempt: TypeAlias = Annotated[str, Text(1, 256, OPAQUE), Example("an older battery staple")]
"""A password to be compared with the stored one: too short a guess is wrong, not malformed."""

HttpsLink: TypeAlias = Annotated[str, HttpsUrl(), Example("https://docs.example.org/review-agent")]
ImageUrl: TypeAlias = Annotated[str, HttpsUrl(image=True), Example("https://images.example.org/review.png")]
ImageAlt: TypeAlias = Annotated[str, Text(0, 200, LINE), Example("A review with two remarks")]

MarkdownFormat: TypeAlias = Literal["markdown"]
DescriptionMarkdown: TypeAlias = Annotated[str, Markdown(0, 20_000, SOURCE), Example("Reviews **pull requests**.")]
NotesMarkdown: TypeAlias = Annotated[str, Markdown(0, 10_000, SOURCE), Example("Reviews **pull requests**.")]
BioMarkdown: TypeAlias = Annotated[str, Markdown(0, 2_000, SOURCE), Example("Reviews **pull requests**.")]
PreviewedMarkdown: TypeAlias = Annotated[str, Text(0, 20_000, SOURCE), Example("Reviews **pull requests**.")]
"""A source whose problems are the answer, not a refusal."""

Version: TypeAlias = Annotated[str, SemVer(), Example("1.4.0")]
CompatVersion: TypeAlias = Annotated[str, Text(1, 64, LINE), Example("2.3")]
OpaqueRef: TypeAlias = Annotated[str, Text(1, 200, OPAQUE), Example("agent-7f3a")]
State: TypeAlias = Annotated[str, Text(1, 200, OPAQUE), Example("state-9c1e")]
InstallToken: TypeAlias = Annotated[str, Text(1, 200, OPAQUE), Example(f"fpt_{'0' * 26}_{'A' * 43}")]
Sha256: TypeAlias = Annotated[str, Text(64, 64, HEXADECIMAL), Example("5e" * 32)]
AssetDigest: TypeAlias = Annotated[str, Text(71, 71, DIGEST), Example("sha256:" + "5e" * 32)]
SizeBytes: TypeAlias = Annotated[int, Range(0, INTEGER_MAX), Example(18_432)]
TtlMs: TypeAlias = Annotated[int, Range(MINUTE_MS, 60 * MINUTE_MS), Example(15 * MINUTE_MS)]
EpochMs: TypeAlias = Annotated[int, Range(0, EPOCH_MS_MAX), Example(1_795_000_000_000)]
ExpiresInDays: TypeAlias = Annotated[int, Range(1, 365), Example(90)]
StatsDays: TypeAlias = Annotated[int, Range(1, 90), Example(30)]

SearchText: TypeAlias = Annotated[str, Text(0, 200, SOURCE), Example("review")]
LIMIT_MAX: Final = 200
SLICE_DIGITS_MAX: Final = 4
SliceDigits: TypeAlias = Annotated[str, Text(1, SLICE_DIGITS_MAX, HEXADECIMAL), Example("0a")]
Limit: TypeAlias = Annotated[int, Range(1, LIMIT_MAX), Example(50)]
Cursor: TypeAlias = Annotated[str, Text(1, 2048, TOKEN), Example("WzE3OTUwMDAwMDAwMDBd")]
IdempotencyKey: TypeAlias = Annotated[
    str, Text(1, 128, TOKEN), Header("Idempotency-Key"), Example("create-review-agent-1")
]
IfMatch: TypeAlias = Annotated[Precondition, EntityTags(), Header("If-Match"), Example('"3"')]
