"""The storefront's states."""

from __future__ import annotations

from tests.pages.scene import Scene
from tests.pages.states.state import State


def states(scene: Scene) -> list[State]:
    """What anyone looks at, and the report of a listing."""
    listing = f"/listings/{scene.review.listing.id}"
    extremes = [State("listing", name, f"/listings/{each.id}") for name, each in scene.extremes.items()]
    found = [State("search", name, f"/search?q={q}") for name, q in (("rtl", "المراجعة"), ("long", "abcdefghij"))]
    return [
        State("home", "signed_out", "/"),
        State("home", "signed_in", "/", who="buyer"),
        State("home", "nothing_here", "/nothing-of-this-name", status=404),
        State("search", "all", "/search"),
        State("search", "words", "/search?q=review%20agent"),
        State("search", "misspelt", "/search?q=harbuor"),
        State("search", "narrowed", "/search?q=plan&tags=planning&categories=logistics&assetKind=whs_agent&sort=name"),
        State("search", "nothing", "/search?q=zzzzzzz"),
        State("search", "refused", "/search?tags=Not%20A%20Tag", status=400),
        State("search", "cursor_of_another", "/search?cursor=nonsense", status=400),
        *found,
        State("listing", "full", listing),
        State("listing", "full_signed_in", listing, who="buyer"),
        State("listing", "bare", f"/listings/{scene.bare.listing.id}"),
        State("listing", "gone", "/listings/lst_00000000000000000000000000", status=404),
        *extremes,
        State("releases", "published", f"{listing}/releases"),
        State("releases", "with_revoked", f"{listing}/releases?includeRevoked=true"),
        State("report", "empty", f"{listing}/report", who="buyer"),
        State("report", "wrong", f"{listing}/report", who="buyer", status=400, press="Send the report"),
        State("reported", "sent", f"{listing}/reported", who="buyer"),
        State("release", "latest", f"/releases/{scene.review.id}"),
        State("release", "revoked", f"/releases/{scene.revoked.id}"),
        State("release", "bare", f"/releases/{scene.bare.id}"),
        State("publisher", "verified", f"/publishers/{scene.ada.publisher_id}"),
        State("publisher", "empty", f"/publishers/{scene.empty_publisher.publisher_id}"),
        State("feed", "all", "/feed.atom", is_document=True),
        State("listing_feed", "one", f"{listing}/feed.atom", is_document=True),
        State("site_map", "all", "/sitemap.xml", is_document=True),
        State("site_map", "slice", "/sitemap.xml?slice=0", is_document=True),
        State("robots", "all", "/robots.txt", is_document=True),
    ]
