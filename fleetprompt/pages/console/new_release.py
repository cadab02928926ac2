"""Publishing a release: which versions could come next, what the last one had, and the notes as they will be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fleetprompt.authz import Access
from fleetprompt.enums import ArtifactKind, AssetKind, DownloadMode
from fleetprompt.fields import LIMIT_MAX
from fleetprompt.listings.model import PublisherListing
from fleetprompt.listings.reads import get_own as own_listing
from fleetprompt.listings.reads import preview_markdown
from fleetprompt.pages.answers import Answer
from fleetprompt.pages.console.judged_text import JudgedText, judged_text, take_suggestion, where_refused
from fleetprompt.pages.console.next_versions import STEPS, NextVersion, next_versions
from fleetprompt.pages.declaring import FormPage, Show
from fleetprompt.pages.visit import Visit
from fleetprompt.pages.words import label
from fleetprompt.releases import reads
from fleetprompt.releases.model import PublisherRelease, PublisherReleaseItem, ReleaseReply
from fleetprompt.releases.publish import publish
from fleetprompt.releases.rules import outranks
from fleetprompt.runtime.pagination import Page as Found

TEXT: Final = "notes.markdown"
WORDS: Final[Mapping[str, str]] = {
    "refs.whsAgentId": "WHS agent",
    "refs.whsDeploymentId": "WHS deployment",
    "refs.agentromaticWorkflowId": "Agentromatic workflow",
    "refs.specAssetId": "Spec asset",
    "compat.minWHSVersion": "Lowest WHS version",
    "compat.minAgentromaticVersion": "Lowest Agentromatic version",
    "compat.minAgentelicVersion": "Lowest Agentelic version",
}
REFS: Final[Mapping[AssetKind, tuple[str, ...]]] = {
    AssetKind.WHS_AGENT: ("refs.whsAgentId", "refs.whsDeploymentId"),
    AssetKind.AGENTROMATIC_WORKFLOW: ("refs.agentromaticWorkflowId",),
    AssetKind.SPEC_ASSET: ("refs.specAssetId",),
}
OPTIONAL: Final = frozenset({"refs.whsDeploymentId"})
COMPAT: Final[Mapping[AssetKind, tuple[str, ...]]] = {
    AssetKind.WHS_AGENT: ("compat.minWHSVersion", "compat.minAgentelicVersion"),
    AssetKind.AGENTROMATIC_WORKFLOW: ("compat.minAgentromaticVersion", "compat.minAgentelicVersion"),
    AssetKind.SPEC_ASSET: ("compat.minWHSVersion", "compat.minAgentromaticVersion", "compat.minAgentelicVersion"),
}
ARTIFACT_KINDS: Final = (("", "Choose"), *((each.value, label(each)) for each in ArtifactKind))
DOWNLOAD_MODES: Final = (
    ("", "Choose"),
    *((each.value, label(each)) for each in (DownloadMode.NONE, DownloadMode.SPECPROMPT_FULFILLMENT)),
)


@dataclass(frozen=True)
class Before:
    """What there is already. last: the latest published release. versions: that could come next."""

    listing: PublisherListing
    last: PublisherRelease | None
    versions: list[NextVersion]


async def _before(visit: Visit) -> Before:
    listing = (await visit.ask(own_listing)).listing
    known: Found[PublisherReleaseItem] = await visit.ask(reads.list_own, limit=LIMIT_MAX)
    last = None
    if listing.latest_release:
        last = (await visit.ask(reads.get_own, releaseId=listing.latest_release.release_id)).release
    taken = [each.version for each in known.items]
    return Before(listing, last, next_versions(last.version if last else _highest(taken), taken))


def _highest(versions: list[str]) -> str | None:
    highest = None
    for version in versions:
        if highest is None or outranks(version, highest):
            highest = version
    return highest


def _had(last: PublisherRelease) -> dict[str, str]:
    """The refs and the compatibility of the last release, by field."""
    return {
        "refs.whsAgentId": last.refs.whs_agent_id or "",
        "refs.whsDeploymentId": last.refs.whs_deployment_id or "",
        "refs.agentromaticWorkflowId": last.refs.agentromatic_workflow_id or "",
        "refs.specAssetId": last.refs.spec_asset_id or "",
        "compat.minWHSVersion": last.compat.min_whs_version or "",
        "compat.minAgentromaticVersion": last.compat.min_agentromatic_version or "",
        "compat.minAgentelicVersion": last.compat.min_agentelic_version or "",
    }


async def _show(visit: Visit) -> Answer:
    return _form(visit, await _before(visit), await where_refused(visit, TEXT))


async def _preview(visit: Visit) -> Answer:
    judged = await judged_text(visit, TEXT)
    return _form(visit, await _before(visit), judged)


async def _take_suggestion(visit: Visit) -> Answer:
    judged = await take_suggestion(visit, TEXT)
    return _form(visit, await _before(visit), judged)


def _take_version(step: str) -> Show:
    async def take(visit: Visit) -> Answer:
        before = await _before(visit)
        chosen = [each.version for each in before.versions if each.step == step]
        if chosen:
            visit.use(visit.form.with_typed({**visit.form.typed, "version": chosen}))
        return _form(visit, before, None)

    return take


def _form(visit: Visit, before: Before, judged: JudgedText | None) -> Answer:
    had = _had(before.last) if before.last else {}
    visit.use(visit.form.starting_with(had))
    kind = before.listing.asset_kind
    return visit.html(
        "console/new_release.html",
        listing=before.listing,
        last=before.last,
        versions=before.versions,
        had=had,
        refs=[(name, WORDS[name], name not in OPTIONAL) for name in REFS[kind]],
        compat=[(name, WORDS[name]) for name in COMPAT[kind]],
        artifact_kinds=ARTIFACT_KINDS,
        download_modes=DOWNLOAD_MODES,
        judged=judged,
    )


async def _published(visit: Visit, result: ReleaseReply) -> Answer:
    return visit.see_other(f"/console/listings/{result.release.listing_id}", notice="released")


NEW_RELEASE: Final = FormPage(
    name="new_console_release",
    path="/console/listings/{listingId}/releases/new",
    show=_show,
    reads=(own_listing, reads.list_own, reads.get_own),
    operation=publish,
    done=_published,
    makes_new=True,
    who=Access.PUBLISHER,
    also={
        "preview": _preview,
        "suggestion": _take_suggestion,
        "row": _show,
        **{step: _take_version(step) for step in STEPS},
    },
    also_reads=(preview_markdown,),
)
