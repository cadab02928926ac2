"""The pure decisions of releases."""

from __future__ import annotations

from itertools import chain, combinations

import msgspec
import pytest
import semver
from hypothesis import given

from fleetprompt import ids
from fleetprompt.enums import ArtifactKind, AssetKind, DownloadMode, ListingStatus
from fleetprompt.errors import Code, Reason
from fleetprompt.listings.rules import Latest, Standing
from fleetprompt.releases import rules
from fleetprompt.releases.model import Artifact, Compat, Download, Refs
from fleetprompt.releases.rules import Substance
from tests.releases.versions import semver_versions

NAMES = Refs.__struct_fields__
LAWFUL = {
    AssetKind.WHS_AGENT: [{"whs_agent_id"}, {"whs_agent_id", "whs_deployment_id"}],
    AssetKind.AGENTROMATIC_WORKFLOW: [{"agentromatic_workflow_id"}],
    AssetKind.SPEC_ASSET: [{"spec_asset_id"}],
}


@pytest.mark.parametrize("kind", AssetKind)
@pytest.mark.parametrize("given_refs", list(chain(*(combinations(NAMES, size) for size in range(len(NAMES) + 1)))))
def test_u_val_07_a_release_carries_exactly_the_refs_of_its_kind(kind: AssetKind, given_refs: tuple[str, ...]) -> None:
    problems = list(rules.ref_problems(kind, Refs(**dict.fromkeys(given_refs, "x"))))
    assert (problems == []) == (set(given_refs) in LAWFUL[kind])
    wire = {field.name: f"refs.{field.encode_name}" for field in msgspec.structs.fields(Refs)}
    lawful = set.union(*LAWFUL[kind])
    wrong = (LAWFUL[kind][0] - set(given_refs)) | (set(given_refs) - lawful)
    assert {name for name, _ in problems} == {wire[name] for name in wrong}


@given(semver_versions, semver_versions)
def test_a_release_outranks_another_as_semver_says_stable_ones_first(one: str, other: str) -> None:
    a, b = semver.Version.parse(one), semver.Version.parse(other)
    expected = (a.prerelease is None, a) > (b.prerelease is None, b)
    assert rules.outranks(one, other) == expected


def latest(version: str) -> Latest:
    """A release of this version."""
    return Latest(ids.new_uuid(), version, 17)


@pytest.mark.parametrize(
    ("before", "best_remaining", "after"),
    [
        (ListingStatus.PUBLISHED, None, ListingStatus.UNLISTED),
        (ListingStatus.PUBLISHED, latest("1.0.0"), ListingStatus.PUBLISHED),
        (ListingStatus.DRAFT, None, ListingStatus.DRAFT),
        (ListingStatus.UNLISTED, None, ListingStatus.UNLISTED),
        (ListingStatus.SUSPENDED, None, ListingStatus.SUSPENDED),
    ],
)
def test_only_a_published_listing_is_moved_by_the_loss_of_its_last_release(
    before: ListingStatus, best_remaining: Latest | None, after: ListingStatus
) -> None:
    left = 0 if best_remaining is None else 1
    standing = Standing(status=before, published_releases=left + 1, latest=latest("2.0.0"))
    assert rules.standing_without(standing, best_remaining) == Standing(
        status=after, published_releases=left, latest=best_remaining
    )


def test_the_first_release_is_the_latest_and_status_stays() -> None:
    first = latest("0.0.1-alpha")
    before = Standing(status=ListingStatus.UNLISTED, published_releases=0, latest=None)
    assert rules.standing_with(before, first) == Standing(
        status=ListingStatus.UNLISTED, published_releases=1, latest=first
    )


def artifact(mode: DownloadMode = DownloadMode.NONE, digit: str = "0") -> Artifact:
    """A pointer."""
    return Artifact(kind=ArtifactKind.MANIFEST, sha256=digit * 64, size_bytes=1, download=Download(mode=mode))


def substance(*artifacts: Artifact) -> Substance:
    """What a release with these artifacts consists of."""
    return Substance(refs=Refs(spec_asset_id="x"), asset_digest=None, compat=Compat(), artifacts=artifacts, notes=None)


def test_the_order_of_artifacts_means_nothing_and_their_number_does() -> None:
    a, b = artifact(digit="a"), artifact(digit="b")
    assert substance(a, b).is_identical(substance(b, a))
    assert not substance(a, a, b).is_identical(substance(a, b, b))
    assert not substance(a).is_identical(substance(a, a))


def test_hosting_is_unsupported_and_other_downloads_are_not() -> None:
    lawful = [artifact(DownloadMode.NONE), artifact(DownloadMode.SPECPROMPT_FULFILLMENT)]
    assert rules.unsupported_download(lawful) is None
    refusal = rules.unsupported_download([*lawful, artifact(DownloadMode.FLEETPROMPT_SIGNED_URL)])
    assert refusal is not None
    assert (refusal.code, refusal.status) == (Code.UNSUPPORTED, 400)


def test_i_rel_01_the_refusal_names_the_release_that_holds_the_version() -> None:
    refusal = rules.version_exists("rel_x", was_revoked=True, identical=False)
    assert (refusal.reason, refusal.release_id, refusal.identical) == (Reason.VERSION_EXISTS, "rel_x", False)
    assert "revoked" in refusal.message
