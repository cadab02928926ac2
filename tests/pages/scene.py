"""A small market that has everything in it that pages must show well: long and short, bare and full, every script."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from fleetprompt import ids
from fleetprompt.enums import AssetKind
from tests.support import market
from tests.support.answers import assert_ok
from tests.support.application import App
from tests.support.callers import KeyHolder
from tests.support.clock import FakeClock
from tests.support.market import Listing, Release
from tests.support.people import Person

SETTINGS: Final = {
    "ABUSE_CONTACT": "abuse@example.org",
    "INSTALL_URLS": "whs=https://whs.example/from-fleetprompt",
}
"""What the site is set to that has the market on it."""

IMAGES: Final = [
    {"url": "https://images.example.org/review.png", "alt": "A review with two remarks"},
    {"url": "https://images.example.org/settings.png", "alt": "Where the rules of a review are set"},
]
DAY_MS: Final = 86_400_000
DIGEST: Final = "sha256:" + "5e" * 32

DESCRIPTION: Final = """# What it does

Reads a pull request, asks for what is missing, and says **what it would change** and why. It writes no code of its own.

## How to begin

1. Install it into a telespace.
2. Name the repositories that it may read.
3. Open a pull request.

```yaml
review:
  repositories: [atlas, harbour]
  remarks_at_most: 12
  languages_of_the_remarks_that_are_written_into_the_pull_request: [en, de, fr, es, pt, nl, da, sv]
```

| Setting | Default | What it does |
|---|---|---|
| `remarks_at_most` | 12 | Stops after so many remarks |
| `tone` | plain | `plain` or `friendly` |

> It reads what it is given and nothing else.

See the [handbook](https://docs.example.org/review-agent) for the rest.

### Limits

* Files over 1 MB are named and not read.
* Generated files are left out.
"""

NOTES: Final = "Reads **monorepos**: one review for each package.\n\n* Faster on large pull requests\n* `tone` is new\n"


@dataclass
class Scene:
    """The people and the things. states: of pages, by whom they are looked at."""

    app: App
    ada: Person
    bea: Person
    ines: Person
    empty_publisher: Person
    review: Release
    revoked: Release
    bare: Release
    extremes: dict[str, Listing] = field(default_factory=dict)
    key: KeyHolder | None = None

    def person(self, who: str) -> Person | None:
        """Who looks: nobody, buyer, publisher or admin."""
        return {"nobody": None, "buyer": self.bea, "publisher": self.ada, "admin": self.ines}[who]


async def arranged(app: App) -> Scene:
    """The market, made through the API."""
    people, clock = app.people, app.clock
    ines = await people.admin("Ines Moderator")
    ada = await people.publisher(
        "Ada Labs",
        handle="ada-labs",
        bio={"format": "markdown", "markdown": "We build **small** agents.\n\n* Reviews\n* Plans\n"},
    )
    verified = await ines.post(
        f"/v1/admin/publishers/{ada.publisher_id}/verification", {"status": "verified", "reason": "Met."}
    )
    assert_ok(verified)
    eve = await people.publisher("Eve Unconfirmed")
    assert_ok(
        await ines.post(f"/v1/admin/publishers/{eve.publisher_id}/verification", {"status": "failed", "reason": "No."})
    )
    empty_publisher = await people.publisher("Quiet Harbour")
    for number in range(24):
        kind = list(AssetKind)[number % 3]
        await market.on_sale(
            [ada, eve][number % 2],
            kind,
            name=f"{['Harbour', 'Meridian', 'Lantern', 'Quarry', 'Saffron', 'Tidewater'][number % 6]} {number + 1}",
            summary=["Plans routes for fleets that share depots.", "Turns meeting notes into tickets.", ""][number % 3],
            tags=["planning", "routes", "notes"][: number % 4],
            categories=[["logistics", "writing", "operations"][number % 3]],
        )
        if number % 4 == 0:
            await later(clock, 28, ada, eve)
    bare = await market.on_sale(eve, name="Plain")
    await later(clock, 72, eve)
    extremes = await _extremes(eve)
    await later(clock, 5, ada)
    listing = await market.listing(
        ada,
        name="Review agent",
        summary="Reviews pull requests and explains what it would change, in the words of your own style guide.",
        description={"format": "markdown", "markdown": DESCRIPTION},
        tags=["code-review", "pull-requests", "ci", "quality", "security"],
        categories=["development"],
        images=IMAGES,
        links={"docsUrl": "https://docs.example.org/review-agent", "repoUrl": "https://git.example.org/ada/review"},
    )
    revoked = await market.release(listing, "1.0.0")
    await later(clock, 48, ada)
    await market.release(listing, "1.1.0", notes={"format": "markdown", "markdown": NOTES})
    await listing.set_status("published")
    await revoked.revoke("It read files that it should not.")
    await later(clock, 96, ada)
    review = await market.release(
        listing,
        "1.2.0",
        assetDigest=DIGEST,
        compat={"minWHSVersion": "2.3", "minAgentelicVersion": "0.9"},
        notes={"format": "markdown", "markdown": NOTES},
        artifacts=[
            {"kind": "source_bundle", "sha256": "ab" * 32, "sizeBytes": 1_843_200, "download": {"mode": "none"}},
            {
                "kind": "manifest",
                "sha256": "cd" * 32,
                "sizeBytes": 912,
                "download": {"mode": "specprompt_fulfillment", "hint": "Ask for it by its digest."},
            },
        ],
    )
    await later(clock, 3, ada, ines)
    _install(app, [listing, extremes["cjk"], extremes["long"]])
    bea = await people.register("Bea Buyer")
    return Scene(app, ada, bea, ines, empty_publisher, review, revoked, bare, extremes)


def _install(app: App, listings: list[Listing]) -> None:
    """Thirty days of installs, as the folding job leaves them; of each listing fewer than of the one before it."""
    today = app.clock.now_ms() // DAY_MS
    for fewer, listing in enumerate(listings):
        listing_id = ids.decode("lst", listing.id)
        days = [(today - 29 + day, max(0, (day * 7) % 13 - fewer * 4)) for day in range(30)]
        for day, redeemed in days:
            app.database.change(
                "insert into stat_days values (%s, %s, %s, %s)", listing_id, day, redeemed + 2, redeemed
            )
        total = sum(redeemed for _, redeemed in days)
        app.database.change("insert into stat_totals values (%s, %s, %s, %s)", listing_id, total + 60, total, today)


async def later(clock: FakeClock, hours: int, *people: Person) -> None:
    """Some time passes; who goes on then signs in anew, for her session may have ended."""
    clock.advance(hours=hours)
    for person in people:
        person.client.cookies.clear()
        await person.sign_in()


async def _extremes(publisher: Person) -> dict[str, Listing]:
    longest = "A" + "bcdefghij" * 8 + "klmnopq"
    wanted: dict[str, dict[str, Any]] = {
        "long": {
            "name": longest,
            "summary": "x" * 120
            + " "
            + "Every word of this summary is here to fill two hundred and forty characters "
            + "y" * 42,
            "tags": [f"a-rather-long-tag-number-{number:02d}" for number in range(20)],
            "categories": [f"category-number-{number}" for number in range(10)],
            "description": {
                "format": "markdown",
                "markdown": ("A paragraph of some length, again and again. " * 12 + "\n\n") * 36,
            },
        },
        "rtl": {
            "name": "وكيل المراجعة",
            "summary": "يراجع طلبات السحب ويشرح ما الذي سيغيره ولماذا.",
            "description": {
                "format": "markdown",
                "markdown": "# ما الذي يفعله\n\nيقرأ الطلب ثم **يشرح**.\n\n* أولاً\n* ثانياً\n",
            },
        },
        "cjk": {
            "name": "レビュー・エージェント 审查代理",
            "summary": "プルリクエストを読み、何を変えるべきかをその理由とともに説明します。",
            "description": {"format": "markdown", "markdown": "プルリクエストを読み、説明します。" * 60},
        },
        "emoji": {"name": "🚢 Harbour pilot 🧭", "summary": "👩‍✈️ Brings fleets in. 🇩🇰"},
    }
    return {name: (await market.on_sale(publisher, **request)).listing for name, request in wanted.items()}
