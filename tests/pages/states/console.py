"""The console's states."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import count

from tests.pages.scene import Scene
from tests.pages.states.state import State
from tests.support import market
from tests.support.answers import assert_ok

HTML = "# Atlas\n\nPlans <b>routes</b> for fleets.\n\n![map](https://images.example.org/map.png)\n"


async def states(scene: Scene) -> list[State]:
    """What a publisher looks at, and who wants to be one."""
    await _in_need(scene)
    review = f"/console/listings/{scene.review.listing.id}"
    draft = await market.listing(scene.ada, name="Tide tables", summary="Reads tide tables aloud.")
    release = f"/console/releases/{scene.review.id}"
    only = await market.on_sale(scene.ada, name="Only one")
    new, profile = "/console/listings/new", "/console/profile"
    stale, meanwhile = await _edited_meanwhile(scene)
    return [
        State("console", "not_a_publisher", "/console", who="buyer", status=403),
        State("console", "needs", "/console?notice=publisher", who="publisher"),
        State("console", "drafts", "/console?status=draft", who="publisher"),
        State("new_console_listing", "empty", new, who="publisher"),
        State("new_console_listing", "wrong", new, who="publisher", status=400, typed={"tags": "A B"},
              press="Create the draft"),
        State("console_listing", "published", f"{review}?notice=saved", who="publisher"),
        State("console_listing", "draft", f"/console/listings/{draft.id}?notice=created", who="publisher"),
        State("edit_console_listing", "saved", f"{review}/edit", who="publisher"),
        State("edit_console_listing", "problems", f"{review}/edit", who="publisher", status=400,
              typed={"description.markdown": HTML}, press="Save"),
        State("edit_console_listing", "stale", stale, who="publisher", status=409,
              typed={"summary": "Mine: plans routes for fleets.", "tags": "routes"}, press="Save", meanwhile=meanwhile),
        State("console_status", "publish_early", f"/console/listings/{draft.id}/status?to=published", who="publisher"),
        State("console_status", "unlist", f"{review}/status?to=unlisted", who="publisher"),
        State("new_console_release", "first", f"/console/listings/{draft.id}/releases/new", who="publisher"),
        State("new_console_release", "wrong", f"{review}/releases/new", who="publisher", status=400,
              typed={"version": "v1", "artifacts[0].sha256": "zz"}, press="Publish the release"),
        State("console_releases", "some", f"{review}/releases", who="publisher"),
        State("console_releases", "none", f"/console/listings/{draft.id}/releases", who="publisher"),
        State("console_release", "latest", release, who="publisher"),
        State("console_release", "revoked", f"/console/releases/{scene.revoked.id}", who="publisher"),
        State("revoke_console_release", "latest", f"{release}/revoke", who="publisher"),
        State("revoke_console_release", "only_one", f"/console/releases/{only.id}/revoke", who="publisher", status=400,
              press="Revoke release 1.0.0"),
        State("console_statistics", "some", f"{review}/statistics", who="publisher"),
        State("console_statistics", "nothing", f"/console/listings/{draft.id}/statistics?days=7", who="publisher"),
        State("profile", "first", profile, who="buyer"),
        State("profile", "verified", f"{profile}?notice=saved", who="publisher"),
    ]  # fmt: skip


async def _in_need(scene: Scene) -> None:
    """Listings that wait for their publisher, one for each reason."""
    await market.release(await market.listing(scene.ada, name="Ready to go"))
    bare = await market.on_sale(scene.ada, name="Bare")
    await bare.revoke()
    suspended = await market.on_sale(scene.ada, name="Suspended")
    reason = {"reason": "Its documentation asks for a password."}
    assert_ok(await scene.ines.post(f"/v1/admin/listings/{suspended.listing.id}/suspend", reason))
    buyer = await scene.app.people.register("Stan")
    for _ in range(7):
        await market.intent(buyer, scene.review)


async def _edited_meanwhile(scene: Scene) -> tuple[str, Callable[[], Awaitable[None]]]:
    """A form, and somebody who saves another version while it is filled in."""
    listing = await market.listing(scene.ada, name="Harbour notes", summary="Notes of harbours.", tags=["notes"])
    revision = count(1)

    async def edit() -> None:
        change = {"summary": f"Theirs, version {next(revision)}: notes of harbours and locks."}
        assert_ok(await scene.ada.patch(f"/v1/publisher/listings/{listing.id}", change))

    return f"/console/listings/{listing.id}/edit", edit
