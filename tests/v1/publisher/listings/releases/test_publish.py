"""POST /v1/publisher/listings/{listingId}/releases."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from fleetprompt import ids
from fleetprompt.enums import AssetKind
from tests.support import market
from tests.support.answers import assert_created, assert_error, assert_ok, assert_replayed, assert_same_refusal
from tests.support.application import App
from tests.support.callers import fresh_key
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.databases import Database
from tests.support.market import Listing
from tests.support.people import People, Person
from tests.v1.publisher.facets import facet_changes

LISTINGS = "/v1/publisher/listings"
DIGEST = "sha256:" + "0f" * 32

WHOLE: dict[str, Any] = {
    "version": "1.4.0-rc.1+build.7",
    "refs": {"whsAgentId": "agent 1/ä", "whsDeploymentId": "deployment-1"},
    "assetDigest": DIGEST,
    "compat": {"minWHSVersion": "2.0", "minAgentromaticVersion": "3", "minAgentelicVersion": "4.1"},
    "artifacts": [
        {"kind": "source_bundle", "sha256": "ab" * 32, "sizeBytes": 0, "download": {"mode": "none"}},
        {
            "kind": "manifest",
            "sha256": "cd" * 32,
            "sizeBytes": 9_007_199_254_740_991,
            "download": {"mode": "specprompt_fulfillment", "hint": "order-7"},
        },
    ],
    "notes": {"format": "markdown", "markdown": "* Faster"},
}


@pytest.fixture(scope="module")
async def ada(people: People) -> Person:
    """A publisher."""
    return await people.publisher("Ada")


async def publish(listing: Listing, **over: Any) -> Any:
    """The answer to publishing the least, with `over`."""
    return await listing.publisher.post(f"{LISTINGS}/{listing.id}/releases", market.release_request(**over))


async def shown(listing: Listing) -> dict[str, Any]:
    """The listing as it now is."""
    body: dict[str, Any] = assert_ok(await listing.publisher.get(f"{LISTINGS}/{listing.id}"), "listing")
    return body


def suspend(listing: Listing, database: Database) -> None:
    """What an admin's suspension writes."""
    database.change(
        "update listings set status_before_suspension = status, status = 'suspended', suspended_at_ms = 17,"
        " suspend_reason = 'It is a copy.' where id = %s",
        ids.decode("lst", listing.id),
    )


async def test_i_pubc_03_she_publishes_a_release(ada: Person, clock: FakeClock, database: Database) -> None:
    listing = await market.listing(ada)
    clock.advance(seconds=5)
    with added_rows(database) as added:
        answer = await ada.post(f"{LISTINGS}/{listing.id}/releases", WHOLE)
    release = assert_created(answer, "release")
    assert release == {
        "releaseId": release["releaseId"],
        "listingId": listing.id,
        "version": "1.4.0-rc.1+build.7",
        "status": "published",
        "compat": WHOLE["compat"],
        "refs": WHOLE["refs"],
        "assetDigest": DIGEST,
        "artifacts": WHOLE["artifacts"],
        "notes": {"format": "markdown", "markdown": "* Faster", "html": "<ul>\n<li>Faster</li>\n</ul>\n"},
        "publishedAtMs": clock.now_ms(),
    }
    assert added == {"releases": 1, "audit_events": 1, "idempotency_keys": 1}
    assert await shown(listing) == listing.body | {
        "publishedReleases": 1,
        "latestRelease": {
            "releaseId": release["releaseId"],
            "version": "1.4.0-rc.1+build.7",
            "publishedAtMs": clock.now_ms(),
        },
        "updatedAtMs": clock.now_ms(),
    }
    assert database.rows(
        "select type, listing_id, details from audit_events where release_id = %s",
        ids.decode("rel", release["releaseId"]),
    ) == [("release.published", ids.decode("lst", listing.id), {"version": "1.4.0-rc.1+build.7"})]


async def test_what_is_not_given_is_empty_or_absent(ada: Person) -> None:
    release = assert_created(await publish(await market.listing(ada)), "release")
    assert (release["compat"], release["artifacts"]) == ({}, [])
    assert release.keys().isdisjoint({"assetDigest", "notes", "revokedAtMs", "revokeReason"})


@pytest.mark.parametrize("status", ["draft", "published", "unlisted"])
async def test_drafts_published_and_unlisted_listings_take_releases(
    ada: Person, database: Database, status: str
) -> None:
    listing = (await market.on_sale(ada)).listing
    if status != "published":
        await listing.set_status(status)
    with facet_changes(database) as changed:
        await market.release(listing, "2.0.0")
    body = await shown(listing)
    assert (body["status"], body["publishedReleases"]) == (status, 2)
    assert changed == {}


async def test_a_suspended_listing_takes_none(ada: Person, database: Database) -> None:
    listing = await market.listing(ada)
    suspend(listing, database)
    with unchanged(database):
        assert_error(await publish(listing), "CONFLICT", "suspended")


@pytest.mark.parametrize(
    ("versions", "latest"),
    [
        (["1.0.0", "1.0.1"], "1.0.1"),
        (["1.10.0", "1.9.0"], "1.10.0"),
        (["1.0.0", "2.0.0-rc.1"], "1.0.0"),
        (["2.0.0-rc.1", "1.0.0"], "1.0.0"),
        (["1.0.0-rc.1", "1.0.0-beta.11", "1.0.0-beta.2"], "1.0.0-rc.1"),
        (["0.1.0-alpha", "0.1.0-alpha.1"], "0.1.0-alpha.1"),
    ],
)
async def test_the_latest_release_has_the_highest_precedence_and_stable_ones_come_first(
    ada: Person, versions: list[str], latest: str
) -> None:
    listing = await market.listing(ada)
    for version in versions:
        await market.release(listing, version)
    assert (await shown(listing))["latestRelease"]["version"] == latest


@pytest.mark.parametrize(
    ("again", "identical"),
    [
        ({}, True),
        ({"version": "1.4.0-rc.1"}, True),
        ({"artifacts": WHOLE["artifacts"][::-1]}, True),
        ({"notes": {"format": "markdown", "markdown": "* Faster\r"}}, False),
        ({"refs": {"whsAgentId": "agent 2", "whsDeploymentId": "deployment-1"}}, False),
        ({"refs": {"whsAgentId": "agent 1/ä"}}, False),
        ({"assetDigest": "sha256:" + "00" * 32}, False),
        ({"compat": {}}, False),
        ({"artifacts": WHOLE["artifacts"][:1]}, False),
        ({"notes": {"format": "markdown", "markdown": ""}}, False),
    ],
)
@pytest.mark.parametrize("revoked", [False, True])
async def test_i_rel_01_a_version_is_published_once_build_metadata_ignored(
    ada: Person, database: Database, again: dict[str, Any], identical: bool, revoked: bool
) -> None:
    listing = await market.listing(ada)
    first = await market.release(listing, **WHOLE)
    if revoked:
        await first.revoke()
    with unchanged(database):
        answer = await ada.post(f"{LISTINGS}/{listing.id}/releases", WHOLE | again)
    details = assert_error(answer, "CONFLICT", "version_exists")["details"]
    assert details == {"reason": "version_exists", "releaseId": first.id, "identical": identical}
    await market.release(await market.listing(ada), **(WHOLE | again))


async def test_i_rel_01_two_that_publish_a_version_at_once_get_it_once(ada: Person, database: Database) -> None:
    for round_number in range(4):
        listing = await market.listing(ada)
        answers = await asyncio.gather(
            *(publish(listing, notes={"format": "markdown", "markdown": f"{n % 2}"}) for n in range(4))
        )
        (first,) = (answer.json()["release"] for answer in answers if answer.is_success)
        refused = [answer for answer in answers if not answer.is_success]
        assert len(refused) == 3, round_number
        for answer in refused:
            details = assert_error(answer, "CONFLICT", "version_exists")["details"]
            assert details["releaseId"] == first["releaseId"]
        assert sum(answer.json()["error"]["details"]["identical"] for answer in refused) == 1
        assert (await shown(listing))["publishedReleases"] == 1


async def test_versions_published_at_once_are_all_counted(ada: Person) -> None:
    listing = await market.listing(ada)
    versions = [f"1.{minor}.0" for minor in range(6)]
    answers = await asyncio.gather(*(publish(listing, version=version) for version in versions))
    assert [answer.status_code for answer in answers] == [201] * 6
    body = await shown(listing)
    assert (body["publishedReleases"], body["latestRelease"]["version"]) == (6, "1.5.0")


AGENT, DEPLOYMENT, WORKFLOW, SPEC = "whsAgentId", "whsDeploymentId", "agentromaticWorkflowId", "specAssetId"


@pytest.mark.parametrize(
    ("kind", "given", "problems"),
    [
        (AssetKind.WHS_AGENT, [], [AGENT]),
        (AssetKind.WHS_AGENT, [DEPLOYMENT], [AGENT]),
        (AssetKind.WHS_AGENT, [SPEC], [AGENT, SPEC]),
        (AssetKind.WHS_AGENT, [AGENT, WORKFLOW], [WORKFLOW]),
        (AssetKind.AGENTROMATIC_WORKFLOW, [], [WORKFLOW]),
        (AssetKind.AGENTROMATIC_WORKFLOW, [WORKFLOW, AGENT, DEPLOYMENT], [AGENT, DEPLOYMENT]),
        (AssetKind.SPEC_ASSET, [], [SPEC]),
        (AssetKind.SPEC_ASSET, [DEPLOYMENT, WORKFLOW], [DEPLOYMENT, SPEC, WORKFLOW]),
    ],
)
async def test_u_val_07_the_missing_and_the_irrelevant_ref_are_each_refused_by_name(
    ada: Person, database: Database, kind: AssetKind, given: list[str], problems: list[str]
) -> None:
    listing = await market.listing(ada, kind)
    with unchanged(database):
        answer = await publish(listing, refs=dict.fromkeys(given, "x"))
    assert_error(answer, "VALIDATION_FAILED", fields=[f"refs.{name}" for name in problems])


@pytest.mark.parametrize("kind", AssetKind)
async def test_u_val_07_the_refs_of_its_kind_are_taken(ada: Person, kind: AssetKind) -> None:
    release = await market.release(await market.listing(ada, kind))
    assert release.body["refs"] == market.REFS[kind]


@pytest.mark.parametrize(
    ("field", "value", "problems"),
    [
        *(
            pytest.param("version", version, ["version"], id=f"u_val_06_{version!r}")
            for version in ("1.0", "v1.0.0", "01.0.0", "1.0.0-01", " 1.0.0", "1.0.0\n", "", "1.0.0+" + "b" * 59, None)
        ),
        pytest.param("refs", None, ["refs"], id="no_refs"),
        pytest.param("refs", {"whsAgentId": ""}, ["refs.whsAgentId"], id="empty_ref"),
        pytest.param("refs", {"whsAgentId": "x" * 201}, ["refs.whsAgentId"], id="long_ref"),
        pytest.param("refs", {"url": "x", "whsAgentId": "x"}, ["refs.url"], id="unknown_ref"),
        pytest.param("assetDigest", "0f" * 32, ["assetDigest"], id="bare_digest"),
        pytest.param("assetDigest", "sha256:" + "0F" * 32, ["assetDigest"], id="upper_case_digest"),
        pytest.param("compat", {"minWHSVersion": "x" * 65}, ["compat.minWHSVersion"], id="long_compat"),
        pytest.param("compat", {"minWhsVersion": "1"}, ["compat.minWhsVersion"], id="compat_of_another_name"),
        pytest.param("artifacts", WHOLE["artifacts"][:1] * 21, ["artifacts"], id="many_artifacts"),
        pytest.param(
            "artifacts",
            [{"kind": "zip", "sha256": "ab", "sizeBytes": -1, "download": {"mode": "ftp"}}],
            [
                "artifacts[0].kind",
                "artifacts[0].sha256",
                "artifacts[0].sizeBytes",
                "artifacts[0].download.mode",
            ],
            id="all_of_an_artifact",
        ),
        pytest.param(
            "notes", {"format": "markdown", "markdown": "x" * 10_001}, ["notes.markdown"], id="u_val_03_long_notes"
        ),
        pytest.param("notes", {"format": "text", "markdown": ""}, ["notes.format"], id="u_val_03_another_format"),
        pytest.param(
            "notes",
            {"format": "markdown", "markdown": "![x](https://example.org/x.png)"},
            ["notes.markdown"],
            id="image",
        ),
        pytest.param("listingId", "lst_x", ["listingId"], id="another_listing"),
        pytest.param("status", "revoked", ["status"], id="a_status"),
    ],
)
async def test_u_val_03_06_what_does_not_fit_is_refused_by_name(
    ada: Person, database: Database, field: str, value: Any, problems: list[str]
) -> None:
    listing = await market.listing(ada)
    with unchanged(database):
        answer = await ada.post(f"{LISTINGS}/{listing.id}/releases", {**WHOLE, field: value})
    assert_error(answer, "VALIDATION_FAILED", fields=problems)


async def test_hosting_an_artifact_is_unsupported(ada: Person, people: People, database: Database) -> None:
    listing, bea = await market.listing(ada), await people.publisher("Bea")
    hosted = WHOLE["artifacts"][0] | {"download": {"mode": "fleetprompt_signed_url"}}
    request = WHOLE | {"artifacts": [*WHOLE["artifacts"], hosted]}
    with unchanged(database):
        for caller in (ada, bea):
            answer = await caller.post(f"{LISTINGS}/{listing.id}/releases", request)
            assert_error(answer, "UNSUPPORTED", status=400)


@pytest.mark.parametrize("refs", [{"whsAgentId": "x"}, {"specAssetId": "x"}])
async def test_i_pubc_05_another_publisher_learns_nothing_not_even_the_kind(
    ada: Person, people: People, database: Database, refs: dict[str, str]
) -> None:
    listing, bea = await market.listing(ada), await people.publisher("Bea")
    await market.release(listing, "1.0.0")
    suspend(listing, database)
    request = {"version": "1.0.0", "refs": refs}
    with unchanged(database):
        hidden = await bea.post(f"{LISTINGS}/{listing.id}/releases", request)
        unknown = await bea.post(f"{LISTINGS}/{ids.encode('lst', ids.new_uuid())}/releases", request)
    assert_error(hidden, "NOT_FOUND")
    assert_same_refusal(hidden, unknown)


async def test_r_idemp_02_a_retry_with_the_same_key_gives_the_same_release(ada: Person, database: Database) -> None:
    listing, key = await market.listing(ada), fresh_key()
    first = await ada.post(f"{LISTINGS}/{listing.id}/releases", WHOLE, key=key)
    with unchanged(database):
        assert_replayed(await ada.post(f"{LISTINGS}/{listing.id}/releases", WHOLE, key=key), first)
        other = await ada.post(f"{LISTINGS}/{listing.id}/releases", WHOLE | {"version": "2.0.0"}, key=key)
    assert_error(other, "CONFLICT", "idempotency_key_reused")


async def test_r_idemp_02_many_retries_at_once_publish_once(ada: Person) -> None:
    listing, key = await market.listing(ada), fresh_key()
    answers = await asyncio.gather(*(ada.post(f"{LISTINGS}/{listing.id}/releases", WHOLE, key=key) for _ in range(4)))
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 3
    assert (await shown(listing))["publishedReleases"] == 1


async def test_publishing_costs_two_round_trips_and_a_replay_one(app: App, ada: Person) -> None:
    listing, key = await market.listing(ada), fresh_key()
    for round_trips in (2, 1):
        with app.counting() as cost:
            await ada.post(f"{LISTINGS}/{listing.id}/releases", WHOLE, key=key)
        assert cost.round_trips == 1 + round_trips


async def test_i_pubc_06_a_user_without_the_capability_is_unauthorized(ada: Person, people: People) -> None:
    listing = await market.listing(ada)
    answer = await (await people.register()).post(f"{LISTINGS}/{listing.id}/releases", {"version": 1})
    assert_error(answer, "UNAUTHORIZED")
