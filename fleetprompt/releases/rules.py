"""Pure decisions of releases (spec 2.8, 3 Versions, Refs and Artifacts, 4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec import UNSET

from fleetprompt.enums import AssetKind, DownloadMode, ListingStatus
from fleetprompt.errors import Code, Reason, Refusal, conflict
from fleetprompt.listings.rules import Latest, Standing
from fleetprompt.releases.model import Artifact, Compat, Refs
from fleetprompt.versions import is_prerelease, version_precedence_key

_REQUIRED_REF: Final[Mapping[AssetKind, str]] = {
    AssetKind.WHS_AGENT: "whs_agent_id",
    AssetKind.AGENTROMATIC_WORKFLOW: "agentromatic_workflow_id",
    AssetKind.SPEC_ASSET: "spec_asset_id",
}
_OPTIONAL_REFS: Final[Mapping[AssetKind, frozenset[str]]] = {AssetKind.WHS_AGENT: frozenset({"whs_deployment_id"})}


class Substance(msgspec.Struct, frozen=True, kw_only=True):
    """What a release consists of, in normal form: two with the same version and substance are the same release."""

    refs: Refs
    asset_digest: str | None
    compat: Compat
    artifacts: tuple[Artifact, ...]
    notes: str | None

    def is_identical(self, other: Substance) -> bool:
        """Whether nothing differs; the order of artifacts means nothing."""
        return self._comparable() == other._comparable()

    def _comparable(self) -> list[Any]:
        return [self.refs, self.asset_digest, self.compat, sorted(map(msgspec.json.encode, self.artifacts)), self.notes]


def ref_problems(asset_kind: AssetKind, refs: Refs) -> Iterator[tuple[str, str]]:
    """(field path, how to mend it) for each ref that a release of this kind lacks or must not carry."""
    required = _REQUIRED_REF[asset_kind]
    lawful = {required} | _OPTIONAL_REFS.get(asset_kind, frozenset())
    for field in msgspec.structs.fields(Refs):
        is_given = getattr(refs, field.name) is not UNSET
        if field.name == required and not is_given:
            yield f"refs.{field.encode_name}", f"is required in a release of a {asset_kind}"
        elif is_given and field.name not in lawful:
            yield f"refs.{field.encode_name}", f"does not belong to a release of a {asset_kind}; take it out"


def unsupported_download(artifacts: Iterable[Artifact]) -> Refusal | None:
    """UNSUPPORTED where an artifact would have to be hosted here (spec 3 Artifacts)."""
    if all(artifact.download.mode != DownloadMode.FLEETPROMPT_SIGNED_URL for artifact in artifacts):
        return None
    return Refusal(
        Code.UNSUPPORTED,
        f"FleetPrompt does not host artifacts yet, so no download has the mode {DownloadMode.FLEETPROMPT_SIGNED_URL}.",
    )


def version_exists(release_id: str, *, was_revoked: bool, identical: bool) -> Refusal:
    """CONFLICT: a version is published once per listing, build metadata ignored, and never again once revoked."""
    state = "was published and revoked" if was_revoked else "is published already"
    return conflict(
        Reason.VERSION_EXISTS,
        f"This version of the listing {state}; publish another version.",
        release_id=release_id,
        identical=identical,
    )


def already_revoked() -> Refusal:
    """CONFLICT: a revocation is final."""
    return conflict(Reason.TRANSITION, "This release is revoked already, and that is final.")


def outranks(version: str, other: str) -> bool:
    """Whether `version` comes before `other` as the latest release: stable ones first, then by precedence (spec 3)."""
    return _rank(version) > _rank(other)


def _rank(version: str) -> tuple[bool, str]:
    return not is_prerelease(version), version_precedence_key(version)


def standing_with(before: Standing, published: Latest) -> Standing:
    """Where a listing stands once it has one more release."""
    latest = before.latest
    if latest is None or outranks(published.version, latest.version):
        latest = published
    return Standing(status=before.status, published_releases=before.published_releases + 1, latest=latest)


def standing_without(before: Standing, best_remaining: Latest | None) -> Standing:
    """Where a listing stands once it has one release less. A published one without any becomes unlisted (spec 3)."""
    is_bare = best_remaining is None and before.status == ListingStatus.PUBLISHED
    return Standing(
        status=ListingStatus.UNLISTED if is_bare else before.status,
        published_releases=before.published_releases - 1,
        latest=best_remaining,
    )
