"""What a publisher writes, her profile and her listings: once, previewed, and never lost."""

from __future__ import annotations

from tests.support import market
from tests.support.answers import assert_ok
from tests.support.application import App
from tests.support.forms import fields_of, fill_in, named, parsed, said, send, text_of, visit, with_class
from tests.support.people import People

NEW = "/console/listings/new"
PROFILE = "/console/profile"
HTML = "One\n\n<b>two</b> and <script>x</script>\n"


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
    (listing,) = await market.listings_of(publisher)
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
    assert len(await market.listings_of(publisher)) == 1


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
    assert await market.listings_of(publisher) == []


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
    assert await market.listings_of(publisher) == [], "a preview stores nothing"
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
    (same,) = await market.listings_of(publisher)
    assert same["etag"] == listing.body["etag"], "saving what was there changes nothing"
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
    assert (await market.listings_of(publisher))[0]["name"] == "Mine"


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
