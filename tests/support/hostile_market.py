"""A market whose every stored text is hostile: whatever shows it, through the API or on a page, must show it as text.

A suite stocks it with a sample of one-line text and one of markdown at a time, and then visits what `Stock` names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from tests.support import market
from tests.support.answers import assert_created, assert_ok
from tests.support.people import People, Person

LINES: Final = {
    "script": "<script>alert(1)</script>",
    "the end of an attribute": '"><img src=x onerror=alert(1)>',
    "the end of another attribute": "' autofocus onfocus='alert(1)",
    "the end of a script": "</script><script>alert(1)</script>",
    "the end of a title": "</title></textarea></style><svg/onload=alert(1)>",
    "a comment": "<!--><img src=x onerror=alert(1)>-->",
    "a scheme": "javascript:alert(1)",
    "a template of Jinja's": "{{ 7 * 7 }}{% include '/etc/passwd' %}",
    "a template of a browser's": "${alert(1)} #{alert(1)} {{constructor.constructor('alert(1)')()}}",
    "entities": "&lt;script&gt;alert(1)&lt;/script&gt; &#60;b&#62; &amp;lt;",
    "markdown": "[a](javascript:alert(1)) ![b](https://x.example/b.png) <b>",
    "a formula": '=HYPERLINK("https://x.example","a")',
    "a header": "a Set-Cookie: fp_session=x; Location: https://x.example",
    "other scripts and emoji": "שלום <b> مرحبا 你好 👩🏽",
    "JSON": '"}],"isAdmin":true,"x":[{"y":"\\u003cscript\\u003e',
    "SQL": "'; drop table listings; -- \\' or 1=1 %s %(name)s $1",
}
"""One-line texts that a name or a summary may hold."""

ADDRESSES: Final = {
    "a scheme in the query": "https://x.example/?next=javascript:alert(1)",
    "a scheme in the fragment": "https://x.example/#javascript:alert(1)",
    "quotes that are encoded": "https://x.example/%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    "a quote": "https://x.example/'onmouseover=alert(1)//",
    "entities": "https://x.example/?a=1&lt=2&quot;onclick=alert(1)",
}
"""Addresses that a link may hold."""

REFUSED_ADDRESSES: Final = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "http://x.example",
    "//x.example",
    "https:javascript:alert(1)",
    'https://x.example/"onmouseover=alert(1)',
    "https://x.example/<script>",
    "https://user@x.example",
    "https://x.example\\@evil.example",
    "ftp://x.example",
    "/relative",
    "blob:https://x.example/1",
)
"""Addresses that no link may hold."""


@dataclass(frozen=True)
class Stock:
    """What stands in the market with one sample: its owner, who also buys, and the ids that lead to it."""

    owner: Person
    line: str
    markdown: str
    address: str
    ids: dict[str, str]


async def stock(people: People, admin: Person, *, line: str, markdown: str, address: str) -> Stock:
    """Store a sample in every field that takes it, and leave everything published.

    line: fits a name. markdown: the policy accepts it. address: a link accepts it.
    """
    owner = await people.register(line)
    await owner.become_publisher(bio={"format": "markdown", "markdown": markdown})
    await owner.api_key(name=line)
    image = {"url": f"{address.partition('#')[0]}", "alt": line}
    listing = await market.listing(owner, name="A quiet name")
    described = {
        "name": line,
        "summary": line,
        "description": {"format": "markdown", "markdown": markdown},
        "links": {"docsUrl": address, "repoUrl": address},
        "images": [image],
    }
    for _ in range(2):  # what the second edit replaces is a revision
        assert_ok(await owner.patch(f"/v1/publisher/listings/{listing.id}", described))
        described["summary"] = f"{line} "[:240]
    withdrawn = await market.release(listing, "0.9.0")
    offer = await market.release(listing, "1.0.0", **_release(line, markdown))
    await withdrawn.revoke(line)
    await listing.set_status("published")
    intent = await market.intent(owner, offer, state=line, targetContext={"telespaceId": line, "roomId": line})
    report = {"listingId": listing.id, "kind": "other", "summary": line}
    reported = assert_created(await owner.post("/v1/reports", report), "report")
    partner = await admin.post("/v1/admin/partner-keys", {"targetSystem": "whs", "label": line})
    assert_created(partner, "partnerKey", "secret")
    ids = {**_ids(owner, offer, intent), "reportId": reported["reportId"]}
    return Stock(owner, line, markdown, address, ids)


def _release(line: str, markdown: str) -> dict[str, Any]:
    return {
        "notes": {"format": "markdown", "markdown": markdown},
        "refs": {"whsAgentId": line, "whsDeploymentId": line},
        "compat": {"minWHSVersion": line[:64]},
        "artifacts": [
            {
                "kind": "manifest",
                "sha256": "5e" * 32,
                "sizeBytes": 1,
                "download": {"mode": "specprompt_fulfillment", "hint": line},
            }
        ],
    }


def _ids(owner: Person, offer: market.Release, intent: market.Intent) -> dict[str, str]:
    return {
        "userId": owner.user_id,
        "publisherId": owner.publisher_id or "",
        "listingId": offer.listing.id,
        "releaseId": offer.id,
        "installIntentId": intent.id,
        "revision": "1",
    }
