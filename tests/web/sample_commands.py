"""Commands such as the slices declare, requests for them, and what the decoder makes of those."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, TypeVar

import msgspec
import pytest
from hypothesis import strategies as st
from msgspec import UNSET, UnsetType

from fleetprompt import fields, ids
from fleetprompt.enums import ArtifactKind, AssetKind, DownloadMode, InstallTargetSystem
from fleetprompt.errors import Code, Refusal
from fleetprompt.fields import Command, Items
from fleetprompt.runtime.operations import Ledger
from fleetprompt.web.decoding import Incoming, decode

C = TypeVar("C", bound=msgspec.Struct)


class Description(msgspec.Struct, frozen=True, rename="camel"):
    format: fields.MarkdownFormat
    markdown: fields.DescriptionMarkdown


class Image(msgspec.Struct, frozen=True, rename="camel"):
    url: fields.ImageUrl
    alt: fields.ImageAlt = ""


class Links(msgspec.Struct, frozen=True, rename="camel"):
    docs_url: fields.HttpsLink | UnsetType = UNSET
    repo_url: fields.HttpsLink | UnsetType = UNSET


class CreateListing(Command):
    asset_kind: AssetKind
    name: fields.Name
    summary: fields.Summary = ""
    description: Description | UnsetType = UNSET
    tags: fields.Tags = ()
    categories: fields.Categories = ()
    images: Annotated[tuple[Image, ...], Items(max=10)] = ()
    links: Links | UnsetType = UNSET


class ReviseListing(Command):
    listing_id: fields.ListingId
    if_match: fields.IfMatch | UnsetType = UNSET
    name: fields.Name | UnsetType = UNSET
    summary: fields.Summary | UnsetType | None = UNSET
    description: Description | UnsetType | None = UNSET
    tags: fields.Tags | UnsetType = UNSET


class Refs(msgspec.Struct, frozen=True, rename="camel"):
    whs_agent_id: fields.OpaqueRef | UnsetType = UNSET
    whs_deployment_id: fields.OpaqueRef | UnsetType = UNSET
    agentromatic_workflow_id: fields.OpaqueRef | UnsetType = UNSET
    spec_asset_id: fields.OpaqueRef | UnsetType = UNSET


class Compat(msgspec.Struct, frozen=True, rename="camel"):
    min_whs_version: fields.CompatVersion | UnsetType = msgspec.field(default=UNSET, name="minWHSVersion")


class Download(msgspec.Struct, frozen=True, rename="camel"):
    mode: DownloadMode


class Artifact(msgspec.Struct, frozen=True, rename="camel"):
    kind: ArtifactKind
    sha256: fields.Sha256
    size_bytes: fields.SizeBytes
    download: Download


class PublishRelease(Command):
    listing_id: fields.ListingId
    version: fields.Version
    refs: Refs
    compat: Compat | UnsetType = UNSET
    artifacts: Annotated[tuple[Artifact, ...], Items(max=20)] = ()


class MintToken(Command):
    intent_id: fields.InstallIntentId
    ttl_ms: fields.TtlMs = 900_000


class OpenIntent(Command):
    listing_id: fields.ListingId
    release_id: fields.ReleaseId
    target_system: InstallTargetSystem
    state: fields.State | UnsetType = UNSET


class Flagging(Command):
    flagged: bool
    secret: fields.Password | UnsetType = UNSET


class Search(Command):
    q: fields.SearchText | UnsetType = UNSET
    tags: tuple[fields.Slug, ...] = ()
    asset_kind: AssetKind | UnsetType = UNSET
    publisher_id: fields.PublisherId | UnsetType = UNSET
    include_revoked: bool = False
    limit: fields.Limit = 50
    cursor: fields.Cursor | UnsetType = UNSET

    def contradictions(self) -> Iterator[tuple[str, str]]:
        if self.cursor is not UNSET and self.q is UNSET:
            yield "cursor", "must come with q"


LISTING = ids.encode("lst", ids.new_uuid())
RELEASE = ids.encode("rel", ids.new_uuid())
INTENT = ids.encode("int", ids.new_uuid())
JSON = {"content-type": "application/json"}
KEY = {"idempotency-key": "7"}


def write(
    body: object = UNSET,
    *,
    raw: bytes | None = None,
    path: Mapping[str, str] | None = None,
    query: bytes = b"",
    headers: Mapping[str, str] | None = None,
    ledger: Ledger = Ledger.REQUIRED,
) -> Incoming:
    sent = b"" if body is UNSET else json.dumps(body).encode()
    return Incoming(
        path=path or {},
        query=query,
        headers=JSON | KEY if headers is None else headers,
        body=sent if raw is None else raw,
        path_names=frozenset(path or {}),
        is_query=False,
        ledger=ledger,
    )


def read(query: bytes | str = b"", *, body: bytes = b"") -> Incoming:
    sent = query if isinstance(query, bytes) else query.encode()
    return Incoming(
        path={}, query=sent, headers={}, body=body, path_names=frozenset(), is_query=True, ledger=Ledger.NONE
    )


def refusal(command: type[msgspec.Struct], incoming: Incoming) -> Refusal:
    with pytest.raises(Refusal) as caught:
        decode(command, incoming)
    return caught.value


def problems(command: type[msgspec.Struct], incoming: Incoming) -> dict[str, str]:
    refused = refusal(command, incoming)
    assert refused.code is Code.VALIDATION_FAILED
    assert refused.fields
    msgspec.json.encode(refused.fields)
    return {problem.field_name: problem.message for problem in refused.fields}


MINIMAL = {"assetKind": "whs_agent", "name": "Triage"}


def outcome(command: type[C], incoming: Incoming) -> C | None:
    """The command, or nothing after a refusal that can be sent as a validation failure."""
    try:
        return decode(command, incoming).command
    except Refusal as refused:
        problem = refused
    assert problem.code is Code.VALIDATION_FAILED
    assert problem.fields
    msgspec.json.encode(problem.fields)
    return None


VISIBLE = st.text(
    st.characters(categories=["Lu", "Ll", "Nd", "Po"]) | st.sampled_from("한字नि"), min_size=1, max_size=20
)
SLUGS = st.from_regex(r"[a-z0-9]{1,9}(-[a-z0-9]{1,9})?", fullmatch=True)
