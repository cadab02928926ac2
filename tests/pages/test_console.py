"""The publisher console: what needs her first, and every write once, shown before and told after."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from fleetprompt.enums import AssetKind
from tests.support import market
from tests.support.answers import assert_ok
from tests.support.application import App
from tests.support.forms import fields_of, fill_in, named, parsed, send, text_of, visit
from tests.support.people import People, Person

SVG = "{http://www.w3.org/2000/svg}"
NEW = "/console/listings/new"
PROFILE = "/console/profile"
HTML = "One\n\n<b>two</b> and <script>x</script>\n"


def said(root: Element) -> str:
    return text_of(named(root, "main"))


def with_class(root: Element, name: str) -> list[Element]:
    return [each for each in root.iter() if name in (each.get("class") or "").split()]


async def own(publisher: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await publisher.get("/v1/publisher/listings")).json()["items"]
    return found


async def test_i_pubc_06_who_is_no_publisher_is_led_to_becoming_one(people: People) -> None:
    person = await people.register("Nora")
    refused = await visit(person, "/console", 403)
    assert PROFILE in [link.get("href") for link in named(refused, "main").iter("a")]
    begun = await visit(person, PROFILE)
    assert fields_of(begun, PROFILE)["displayName"] == ["Nora"]
    answer = await fill_in(person, PROFILE, {"handle": "nora-labs", "bio.markdown": "We build **small** agents."})
    assert (answer.status_code, answer.headers["location"]) == (303, "/console?notice=publisher")
    assert "You are a publisher now." in said(await visit(person, "/console?notice=publisher"))
    profile = assert_ok(await person.get("/v1/publisher/profile"), "publisher")
    assert (profile["handle"], profile["displayName"]) == ("nora-labs", "Nora")
    assert "<strong>small</strong>" in profile["bio"]["html"]


async def test_a_profile_is_changed_and_a_taken_handle_is_told_with_the_text_kept(people: People) -> None:
    await people.publisher("First", handle="taken-already")
    person = await people.register("Nora")
    taken = await fill_in(person, PROFILE, {"handle": "taken-already", "bio.markdown": "Kept"})
    assert taken.status_code == 409
    held = fields_of(parsed(taken.text), PROFILE)
    assert (held["handle"], held["bio.markdown"]) == (["taken-already"], ["Kept"])
    assert (await send(person, PROFILE, {**held, "handle": ""})).status_code == 303
    changed = await fill_in(person, PROFILE, {"displayName": "Nora Labs", "bio.markdown": ""})
    assert changed.headers["location"] == "/console/profile?notice=saved"
    profile = assert_ok(await person.get("/v1/publisher/profile"), "publisher")
    assert profile["displayName"] == "Nora Labs"
    assert "bio" not in profile


async def test_i_pubc_01_a_draft_is_created_once_however_often_it_is_sent(people: People) -> None:
    publisher = await people.publisher()
    held = fields_of(await visit(publisher, NEW), NEW)
    typed = {
        **held,
        "assetKind": "spec_asset",
        "name": " Atlas ",
        "summary": "Plans.",
        "description.markdown": "# Atlas\r\n\r\nPlans **routes**.",
        "tags": "routes, fleets",
        "images[0].url": "https://images.example.org/a.png",
        "images[0].alt": "A map",
        "links.docsUrl": "https://docs.example.org/",
    }
    first, second = await send(publisher, NEW, typed), await send(publisher, NEW, typed)
    (listing,) = await own(publisher)
    path = f"/console/listings/{listing['listingId']}"
    assert first.headers["location"] == second.headers["location"] == f"{path}?notice=created"
    assert (listing["name"], listing["status"], listing["tags"]) == ("Atlas", "draft", ["routes", "fleets"])
    assert listing["images"] == [{"url": "https://images.example.org/a.png", "alt": "A map"}]
    assert listing["links"] == {"docsUrl": "https://docs.example.org/"}
    shown = said(await visit(publisher, f"{path}?notice=created"))
    assert "The draft is created." in shown
    assert "Next: a release" in shown
    changed = await send(publisher, NEW, {**typed, "name": "Another"})
    assert changed.status_code == 409, "Back, changed and sent again: told, not silently lost"
    again = fields_of(parsed(changed.text), NEW)
    assert again["name"] == ["Another"]
    assert len(await own(publisher)) == 1


async def test_a_draft_with_mistakes_is_shown_again_as_it_was_typed(people: People) -> None:
    publisher = await people.publisher()
    answer = await fill_in(publisher, NEW, {"name": "", "tags": "Not A Tag", "images[0].url": "http://a.example/x.svg"})
    assert answer.status_code == 400
    root = parsed(answer.text)
    assert fields_of(root, NEW)["tags"] == ["Not A Tag"]
    alert = text_of(next(each for each in root.iter() if each.get("role") == "alert"))
    assert "Name" in alert
    assert "Tags, number 1," in alert
    assert "Image 1, address," in alert
    assert "Kind" in alert
    assert await own(publisher) == []


async def test_the_policys_problems_are_marked_at_their_lines_with_the_suggestion_beside_them(people: People) -> None:
    publisher = await people.publisher()
    typed = {"assetKind": "whs_agent", "name": "Atlas", "description.markdown": HTML}
    refused = await fill_in(publisher, NEW, typed)
    assert refused.status_code == 400
    for text in (refused.text, (await fill_in(publisher, NEW, {**typed, "_act": "preview"})).text):
        root = parsed(text)
        (line,) = with_class(root, "problems")[0].findall("li")
        assert text_of(line).startswith("Line 3")
        assert [text_of(each) for each in line.iter() if each.tag in {"del", "ins"}] == [
            "Now: <b>two</b> and <script>x</script>",
            "Suggested: \\<b>two\\</b> and \\<script>x\\</script>",
        ]
        assert fields_of(root, NEW)["description.markdown"] == [HTML]
    taken = await fill_in(publisher, NEW, {**typed, "_act": "suggestion"})
    assert taken.status_code == 200
    held = fields_of(parsed(taken.text), NEW)
    assert held["description.markdown"] == ["One\n\n\\<b>two\\</b> and \\<script>x\\</script>\n"]
    assert "It is not saved yet." in said(parsed(taken.text))
    assert await own(publisher) == [], "a preview stores nothing"
    assert (await send(publisher, NEW, {**held, "assetKind": "whs_agent"})).status_code == 303


async def test_a_preview_is_what_would_be_shown(people: People) -> None:
    publisher = await people.publisher()
    shown = await fill_in(publisher, NEW, {"description.markdown": "# Title\n\n**bold**", "_act": "preview"})
    root = parsed(shown.text)
    (prose,) = with_class(root, "shown")
    assert [each.tag for each in prose] == ["h3", "p"]
    too_long = await fill_in(publisher, NEW, {"description.markdown": "x" * 20_001, "_act": "preview"})
    assert too_long.status_code == 400
    assert "Description must" in said(parsed(too_long.text))
    empty = await fill_in(publisher, NEW, {"description.markdown": " ", "_act": "preview"})
    assert with_class(parsed(empty.text), "shown") == []


async def test_another_row_for_an_image_is_had_without_scripts(people: People) -> None:
    publisher = await people.publisher()
    more = await fill_in(publisher, NEW, {"images[0].url": "https://images.example.org/a.png", "_act": "row"})
    held = fields_of(parsed(more.text), NEW)
    assert held["images[0].url"] == ["https://images.example.org/a.png"]
    assert held["images[1].url"] == [""]


async def test_i_pubc_02_a_listing_is_edited_and_what_is_cleared_is_gone(people: People) -> None:
    publisher = await people.publisher()
    listing = await market.listing(
        publisher, name="Atlas", tags=["a"], description={"format": "markdown", "markdown": "Text"},
        images=[{"url": "https://images.example.org/a.png", "alt": "A"}], links={"docsUrl": "https://d.example.org/"},
    )  # fmt: skip
    path = f"/console/listings/{listing.id}/edit"
    shown = await visit(publisher, path)
    assert text_of(with_class(shown, "saved")[0]).startswith("Saved; last changed")
    held = fields_of(shown, path)
    unchanged = await send(publisher, path, held)
    assert unchanged.headers["location"] == f"{path}?notice=saved"
    assert (await own(publisher))[0]["etag"] == listing.body["etag"], "saving what was there changes nothing"
    cleared = {"tags": "", "description.markdown": "", "images[0].url": "", "images[0].alt": "", "links.docsUrl": ""}
    assert (await fill_in(publisher, path, {**cleared, "name": "Atlas 2"})).status_code == 303
    body = assert_ok(await publisher.get(f"/v1/publisher/listings/{listing.id}"), "listing")
    assert (body["name"], body["tags"], body["images"], body["links"]) == ("Atlas 2", [], [], {})
    assert body["description"]["markdown"] == ""


async def test_i_pubc_02_a_stale_edit_shows_both_versions_and_loses_neither(people: People) -> None:
    publisher = await people.publisher()
    listing = await market.listing(publisher, name="Atlas", summary="Old.", tags=["a"])
    path = f"/console/listings/{listing.id}/edit"
    held = fields_of(await visit(publisher, path), path)
    elsewhere = {"summary": "Theirs.", "tags": ["theirs"], "images": [{"url": "https://i.example.org/t.png"}]}
    assert_ok(await publisher.patch(f"/v1/publisher/listings/{listing.id}", elsewhere))
    typed = {**held, "name": "Atlas", "summary": "Mine.", "description.markdown": "Mine\r\n\r\nToo"}
    stale = await send(publisher, path, typed)
    assert stale.status_code == 409
    root = parsed(stale.text)
    parts = {text_of(next(each.iter("legend"))): each for each in with_class(root, "difference-of")}
    assert parts.keys() == {"Summary", "Description", "Tags", "Images"}
    versions = [text_of(each) for each in with_class(parts["Summary"], "version")]
    assert versions == ["Mine.", "Theirs."]
    assert text_of(with_class(root, "saved")[0]).startswith("Not saved")
    again = fields_of(root, path)
    assert again["summary"] == ["Mine."]
    assert again["description.markdown"] == ["Mine\n\nToo"]

    merged = await send(publisher, path, {**again, "theirs": ["tags", "images"], "_act": "theirs"})
    held = fields_of(parsed(merged.text), path)
    assert (held["summary"], held["tags"], held["images[0].url"]) == (
        ["Mine."],
        ["theirs"],
        ["https://i.example.org/t.png"],
    )
    assert with_class(parsed(merged.text), "difference-of") == []
    assert (await send(publisher, path, held)).status_code == 303
    body = assert_ok(await publisher.get(f"/v1/publisher/listings/{listing.id}"), "listing")
    assert (body["summary"], body["tags"]) == ("Mine.", ["theirs"])
    assert body["images"] == [{"url": "https://i.example.org/t.png", "alt": ""}]


async def test_a_stale_edit_can_be_saved_over_what_is_stored_once_that_was_shown(people: People) -> None:
    publisher = await people.publisher()
    listing = await market.listing(publisher, name="Atlas")
    path = f"/console/listings/{listing.id}/edit"
    held = fields_of(await visit(publisher, path), path)
    assert_ok(await publisher.patch(f"/v1/publisher/listings/{listing.id}", {"name": "Theirs"}))
    again = fields_of(parsed((await send(publisher, path, {**held, "name": "Mine"})).text), path)
    assert_ok(await publisher.patch(f"/v1/publisher/listings/{listing.id}", {"name": "Theirs, again"}))
    third = await send(publisher, path, again)
    assert third.status_code == 409, "what was not shown is not overwritten"
    assert (await send(publisher, path, fields_of(parsed(third.text), path))).status_code == 303
    assert (await own(publisher))[0]["name"] == "Mine"


async def test_i_pubc_05_a_listing_of_another_publisher_is_not_there(people: People) -> None:
    listing = await market.listing(await people.publisher())
    other = await people.publisher("Eve")
    for path in ("", "/edit"):
        await visit(other, f"/console/listings/{listing.id}{path}", 404)


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
    assert "Spec asset is required" in said(parsed(without.text))
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
    assert (await own(publisher))[0]["status"] == "unlisted"
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


async def test_i_pubc_05_a_release_and_its_pages_are_not_there_for_another_publisher(people: People) -> None:
    release = await market.on_sale(await people.publisher())
    other = await people.publisher("Eve")
    pages = ("/releases", "/releases/new", "/statistics", "/status?to=draft")
    paths = [f"/console/listings/{release.listing.id}{page}" for page in pages]
    for path in (*paths, f"/console/releases/{release.id}", f"/console/releases/{release.id}/revoke"):
        await visit(other, path, 404)


async def test_what_was_typed_into_the_console_survives_the_end_of_the_session(people: People, app: App) -> None:
    publisher = await people.publisher()
    listing = await market.listing(publisher, name="Atlas")
    path = f"/console/listings/{listing.id}/edit"
    held = fields_of(await visit(publisher, path), path)
    app.database.change("update sessions set ended_at_ms = 1 where ended_at_ms is null")
    asked = await send(publisher, path, {**held, "description.markdown": "Long\r\ntext"})
    assert asked.status_code == 401
    entry = fields_of(parsed(asked.text), "/sign-in")
    back = await send(publisher, "/sign-in", {**entry, "email": publisher.email, "password": publisher.password})
    again = fields_of(parsed(back.text), path)
    assert again["description.markdown"] == ["Long\ntext"]
    assert (await send(publisher, path, again)).status_code == 303
