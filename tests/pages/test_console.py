"""The publisher console: what needs her first, and releases and statuses with what they do told beforehand."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from fleetprompt.enums import AssetKind
from tests.support import market
from tests.support.answers import assert_ok
from tests.support.forms import fields_of, fill_in, named, parsed, said, send, text_of, visit, with_class
from tests.support.people import People, Person

SVG = "{http://www.w3.org/2000/svg}"
HTML = "One\n\n<b>two</b> and <script>x</script>\n"


async def test_what_needs_her_comes_first(people: People) -> None:
    publisher, admin = await people.publisher(), await people.admin()
    unreleased = await market.listing(publisher, name="Unreleased")
    ready = (await market.release(await market.listing(publisher, name="Ready"))).listing
    bare = await market.on_sale(publisher, name="Bare")
    await bare.revoke()
    suspended = await market.on_sale(publisher, name="Suspended")
    reason = {"reason": "It asks for a password."}
    assert_ok(await admin.post(f"/v1/admin/listings/{suspended.listing.id}/suspend", reason))
    await market.on_sale(publisher, name="Fine")
    root = await visit(publisher, "/console")
    needs = next(each for each in root.iter("section") if each.get("aria-labelledby") == "needs")
    names = [text_of(link) for link in needs.iter("a") if "button" not in (link.get("class") or "")]
    assert names == ["Suspended", "Bare", "Ready", "Unreleased"]
    assert reason["reason"] in text_of(needs)
    acts = [link.get("href") for link in needs.iter("a") if "button" in (link.get("class") or "")]
    paths = [f"/console/listings/{each}" for each in (suspended.listing.id, bare.listing.id, ready.id, unreleased.id)]
    ends = ["/edit", "/releases/new", "/status?to=published", "/releases/new"]
    assert acts == [path + end for path, end in zip(paths, ends, strict=True)]
    assert reason["reason"] in said(await visit(publisher, paths[0]))


async def test_a_status_is_chosen_and_pages_lead_on(people: People) -> None:
    publisher = await people.publisher()
    for number in range(31):
        await market.listing(publisher, name=f"Draft {number}")
    await market.on_sale(publisher, name="Fine")
    root = await visit(publisher, "/console?status=draft")
    shown = with_class(root, "row-link")
    assert len(shown) == 30
    after = next(link.get("href") for link in root.iter("a") if link.get("rel") == "next")
    assert after is not None
    assert [text_of(each) for each in with_class(await visit(publisher, after), "row-link")] == ["Draft 0"]
    assert "No listing of yours is suspended." in said(await visit(publisher, "/console?status=suspended"))
    await visit(publisher, "/console?status=gone", 400)


async def test_i_pubc_03_a_release_is_published_once_however_often_it_is_sent(people: People) -> None:
    publisher = await people.publisher()
    listing = await market.listing(publisher, name="Atlas")
    path = f"/console/listings/{listing.id}/releases/new"
    held = fields_of(await visit(publisher, path), path)
    typed = {
        **held,
        "version": " 1.0.0 ",
        "refs.whsAgentId": "agent-1",
        "compat.minWHSVersion": "2.3",
        "artifacts[0].kind": "manifest",
        "artifacts[0].sha256": "ab" * 32,
        "artifacts[0].sizeBytes": "912",
        "artifacts[0].download.mode": "none",
        "notes.markdown": "The **first**.",
    }
    first, second = await send(publisher, path, typed), await send(publisher, path, typed)
    assert first.headers["location"] == f"/console/listings/{listing.id}?notice=released"
    assert second.headers["location"] == first.headers["location"]
    (item,) = (await publisher.get(f"/v1/publisher/listings/{listing.id}/releases")).json()["items"]
    release = assert_ok(await publisher.get(f"/v1/publisher/releases/{item['releaseId']}"), "release")
    assert (release["version"], release["refs"]) == ("1.0.0", {"whsAgentId": "agent-1"})
    assert release["compat"] == {"minWHSVersion": "2.3"}
    artifact = {"kind": "manifest", "sha256": "ab" * 32, "sizeBytes": 912, "download": {"mode": "none"}}
    assert release["artifacts"] == [artifact]
    assert release["notes"]["html"] == "<p>The <strong>first</strong>.</p>\n"
    shown = said(await visit(publisher, f"/console/releases/{release['releaseId']}"))
    for told in ("agent-1", "Not pinned", "Manifest 912 bytes", "The first."):
        assert told in shown


async def test_u_val_07_the_refs_asked_for_are_those_of_the_kind_and_a_wrong_release_is_kept(people: People) -> None:
    publisher = await people.publisher()
    listing = await market.listing(publisher, AssetKind.SPEC_ASSET)
    path = f"/console/listings/{listing.id}/releases/new"
    held = fields_of(await visit(publisher, path), path)
    assert {name for name in held if name.startswith("refs.")} == {"refs.specAssetId"}
    typed = {"version": "v1", "artifacts[0].sha256": "zz", "notes.markdown": HTML}
    refused = await fill_in(publisher, path, typed)
    assert refused.status_code == 400
    root = parsed(refused.text)
    assert fields_of(root, path)["version"] == ["v1"]
    alert = text_of(next(each for each in root.iter() if each.get("role") == "alert"))
    for told in ("Version must", "Artifact 1, kind,", "Artifact 1, SHA-256,"):
        assert told in alert
    without = await fill_in(publisher, path, {"version": "1.0.0"})
    assert "“Spec asset” is missing" in said(parsed(without.text))
    shown = await fill_in(publisher, path, {"notes.markdown": HTML, "_act": "preview"})
    assert "Line 3" in said(parsed(shown.text))


async def test_what_comes_next_and_what_the_last_one_had_are_told(people: People) -> None:
    publisher = await people.publisher()
    listing = await market.listing(publisher)
    path = f"/console/listings/{listing.id}/releases/new"
    assert _suggested(await visit(publisher, path)) == ["0.1.0 first", "1.0.0 first"]
    await market.release(listing, "1.2.0", compat={"minWHSVersion": "2.3"}, assetDigest="sha256:" + "5e" * 32)
    await (await market.release(listing, "1.2.1")).revoke()
    root = await visit(publisher, path)
    assert _suggested(root) == ["1.2.2 patch", "1.3.0 minor", "2.0.0 major"]
    held = fields_of(root, path)
    assert (held["refs.whsAgentId"], held["compat.minWHSVersion"]) == (["agent-1"], ["2.3"])
    assert held["assetDigest"] == [""], "a digest is that of one release"
    for told in ("The last one is 1.2.0", "1.2.0 had agent-1.", "1.2.0 had sha256:5e", "1.2.0 had 0 artifacts."):
        assert told in said(root)
    chosen = await fill_in(publisher, path, {"refs.whsAgentId": "agent-2", "_act": "minor"})
    held = fields_of(parsed(chosen.text), path)
    assert (held["version"], held["refs.whsAgentId"]) == (["1.3.0"], ["agent-2"])
    taken = await send(publisher, path, {**held, "version": "1.2.1"})
    assert taken.status_code == 409
    assert "was published and revoked" in taken.text


def _suggested(root: Element) -> list[str]:
    return [text_of(button) for button in with_class(root, "choose")[0].iter("button")]


async def test_i_pubc_04_publishing_a_listing_says_what_it_does_and_needs_a_release(people: People) -> None:
    publisher = await people.publisher()
    listing = await market.listing(publisher, name="Atlas")
    path = f"/console/listings/{listing.id}/status"
    early = await visit(publisher, f"{path}?to=published")
    assert "needs a published release" in said(early)
    assert named(early, "main").find(".//form") is None
    await market.release(listing, "1.0.0")
    asked = await visit(publisher, f"{path}?to=published")
    assert "its one release; the latest is 1.0.0" in said(asked)
    held = fields_of(asked, path)
    assert (await publisher.get(f"/v1/publisher/listings/{listing.id}")).json()["listing"]["status"] == "draft"
    first, second = await send(publisher, path, held), await send(publisher, path, held)
    assert first.headers["location"] == second.headers["location"] == f"/console/listings/{listing.id}?notice=published"
    assert "everybody can find it now" in said(await visit(publisher, first.headers["location"]))
    other_tab = await send(publisher, path, {**held, "_idempotency_key": "another-tab"})
    assert other_tab.status_code == 409
    assert "does not go from published to published" in said(parsed(other_tab.text))
    await visit(publisher, path, 404)
    await visit(publisher, f"{path}?to=suspended", 404)


async def test_unlisting_says_how_many_installs_it_ends(people: People) -> None:
    publisher, buyer = await people.publisher(), await people.register()
    release = await market.on_sale(publisher)
    await market.intent(buyer, release)
    path = f"/console/listings/{release.listing.id}/status"
    asked = await visit(publisher, f"{path}?to=unlisted")
    assert "In the last 30 days 1 install was begun and 0 handed over." in said(asked)
    assert (await send(publisher, path, fields_of(asked, path))).status_code == 303
    assert (await people.visitor().get(f"/v1/public/listings/{release.listing.id}")).status_code == 404


async def test_i_rel_02_revoking_the_last_release_says_that_it_unlists_and_does(people: People) -> None:
    publisher = await people.publisher()
    first = await market.on_sale(publisher)
    second = await market.release(first.listing, "1.1.0")
    path = f"/console/releases/{first.id}/revoke"
    for _ in range(2):
        await market.intent(await people.register(), first)
    shown = said(await visit(publisher, path))
    assert "2 open installs can no longer be handed over" in shown
    assert "1 release stays published; 1.1.0 stays the latest." in shown
    assert (await fill_in(publisher, path, {"reason": ""})).status_code == 400
    held = fields_of(await visit(publisher, path), path)
    answers = [await send(publisher, path, {**held, "reason": "It reads too much."}) for _ in range(2)]
    assert {answer.headers["location"] for answer in answers} == {f"/console/releases/{first.id}?notice=revoked"}
    assert "It is revoked already" in said(await visit(publisher, path))
    assert "It reads too much." in said(await visit(publisher, f"/console/releases/{first.id}"))
    path = f"/console/releases/{second.id}/revoke"
    assert "the listing is unlisted with it" in said(await visit(publisher, path))
    assert (await fill_in(publisher, path, {"reason": "So does this."})).status_code == 303
    assert (await market.listings_of(publisher))[0]["status"] == "unlisted"
    history = await visit(publisher, f"/console/listings/{first.listing.id}/releases")
    assert [text_of(row) for row in with_class(history, "row-link")] == ["1.1.0", "1.0.0"]
    assert said(history).count("Revoked") == 2


async def test_a_suspended_listing_is_edited_and_revoked_but_neither_released_nor_moved(people: People) -> None:
    publisher, admin = await people.publisher(), await people.admin()
    release = await market.on_sale(publisher)
    reason = {"reason": "It asks for a password."}
    assert_ok(await admin.post(f"/v1/admin/listings/{release.listing.id}/suspend", reason))
    path = f"/console/listings/{release.listing.id}"
    assert "takes no release" in said(await visit(publisher, f"{path}/releases/new"))
    assert "This listing is suspended" in said(await visit(publisher, f"{path}/status?to=unlisted"))
    assert (await fill_in(publisher, f"{path}/edit", {"name": "Mended"})).status_code == 303
    assert (await fill_in(publisher, f"/console/releases/{release.id}/revoke", {"reason": "x"})).status_code == 303


async def test_statistics_are_drawn_and_told_in_a_table(people: People) -> None:
    publisher, buyer = await people.publisher(), await people.register()
    release = await market.on_sale(publisher)
    for _ in range(3):
        await market.intent(buyer, release)
    path = f"/console/listings/{release.listing.id}/statistics"
    root = await visit(publisher, path)
    pictures = [each.get("aria-label") or "" for each in root.iter(f"{SVG}svg") if each.get("role") == "img"]
    told = [picture.partition(" from ")[0] for picture in pictures]
    assert told == ["Installs begun: 3 installs", "Handed over: 0 installs"]
    rows = [[text_of(cell) for cell in row][1:] for row in named(root, "table").iter("tr")]
    assert rows == [["Installs begun", "Handed over"], ["3", "0"], ["3", "0"]]
    assert "All 90 days" in said(await visit(publisher, f"{path}?days=90"))
    await visit(publisher, f"{path}?days=91", 400)


async def test_i_pubc_05_for_another_publisher_nothing_of_a_listing_is_there_and_nothing_can_be_done_to_it(
    people: People,
) -> None:
    ada, eve = await people.publisher(), await people.publisher("Eve")
    release = await market.on_sale(ada, name="Atlas")
    listing = f"/console/listings/{release.listing.id}"
    pages = ("", "/edit", "/releases", "/releases/new", "/statistics", "/status?to=draft")
    nothing = {release.listing.id: "lst_" + 26 * "0", release.id: "rel_" + 26 * "0"}
    for path in (*(listing + page for page in pages), f"/console/releases/{release.id}"):
        absent = path
        for hers, none in nothing.items():
            absent = absent.replace(hers, none)
        assert await _not_there(eve, path) == await _not_there(eve, absent)
    held = fields_of(await visit(eve, "/console/profile"), "/console/profile")
    acts = {
        f"{listing}/edit": {"name": "Eve's"},
        f"{listing}/status": {"status": "draft"},
        f"{listing}/releases/new": {"version": "2.0.0", "refs.whsAgentId": "eve"},
        f"/console/releases/{release.id}/revoke": {"reason": "It is Ada's."},
    }
    for path, typed in acts.items():
        assert (await send(eve, path, {**held, **typed})).status_code == 404
    (as_it_was,) = await market.listings_of(ada)
    assert (as_it_was["name"], as_it_was["status"], as_it_was["publishedReleases"]) == ("Atlas", "published", 1)


async def _not_there(person: Person, path: str) -> str:
    """What the page says that is not there, but for the request's own id."""
    return said(await visit(person, path, 404)).partition("Request id")[0]
