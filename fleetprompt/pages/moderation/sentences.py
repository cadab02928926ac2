"""Audit events as sentences: who did what to which thing, each thing a way to look at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, Final

from fleetprompt.enums import ActorType, EventType, InstallTargetSystem
from fleetprompt.moderation.model import AuditEvent
from fleetprompt.pages.words import label

SENTENCES: Final[Mapping[EventType, str]] = {
    EventType.USER_REGISTERED: "{actor} registered.",
    EventType.USER_PASSWORD_CHANGED: "{actor} changed the password of {user}.",
    EventType.USER_SUSPENDED: "{actor} suspended {user}.",
    EventType.USER_REINSTATED: "{actor} reinstated {user}.",
    EventType.SESSION_CREATED: "{actor} signed in.",
    EventType.SESSION_ENDED: "{actor} ended a session of {user}.",
    EventType.API_KEY_CREATED: "{actor} created an API key of {user}.",
    EventType.API_KEY_REVOKED: "{actor} revoked an API key of {user}.",
    EventType.CAPABILITY_GRANTED: "{actor} granted {capability} to {user}.",
    EventType.CAPABILITY_REVOKED: "{actor} took {capability} from {user}.",
    EventType.PUBLISHER_PROFILE_UPDATED: "{actor} wrote the profile of {publisher}: {fields}.",
    EventType.PUBLISHER_VERIFICATION_SET: "{actor} set the verification of {publisher} to {status}.",
    EventType.LISTING_CREATED: "{actor} created {listing}.",
    EventType.LISTING_UPDATED: "{actor} edited {listing}: {fields}.",
    EventType.LISTING_STATUS_CHANGED: "{actor} moved {listing} from {from} to {to}.",
    EventType.LISTING_SUSPENDED: "{actor} suspended {listing}, which was {from}.",
    EventType.LISTING_REINSTATED: "{actor} reinstated {listing} as {to}.",
    EventType.LISTING_FLAGGED: "{actor} {flagging} {listing}.",
    EventType.LISTING_REPORTED: "{actor} made {report} on {listing}: {kind}.",
    EventType.REPORT_RESOLVED: "{actor} decided on {report} on {listing}: {outcome}.",
    EventType.RELEASE_PUBLISHED: "{actor} published {release} of {listing}.",
    EventType.RELEASE_REVOKED: "{actor} revoked {release} of {listing}.",
    EventType.INSTALL_INTENT_CREATED: "{actor} opened {intent} of {release} of {listing} into {targetSystem}.",
    EventType.INSTALL_INTENT_CANCELED: "{actor} canceled {intent} of {listing}.",
    EventType.INSTALL_INTENT_EXPIRED: "{actor} noted that {intent} of {listing} expired.",
    EventType.INSTALL_INTENT_REVOKED: "{actor} revoked {intent} of {listing}.",
    EventType.INSTALL_TOKEN_ISSUED: "{actor} minted a token for {intent} of {listing}.",
    EventType.INSTALL_TOKEN_REVOKED: "{actor} revoked a token of {intent} of {listing}.",
    EventType.INSTALL_TOKEN_REDEEMED: "{actor} redeemed a token of {intent} and got {release} of {listing}.",
    EventType.INSTALL_TOKEN_EXPIRED: "{actor} noted that a token of {intent} of {listing} expired.",
    EventType.PARTNER_KEY_CREATED: "{actor} issued a partner key for {targetSystem}.",
    EventType.PARTNER_KEY_REVOKED: "{actor} revoked a partner key of {targetSystem}.",
    EventType.KEY_RING_CHANGED: "{actor}: {summary}",
    EventType.MARKDOWN_RERENDERED: "{actor}: {summary}",
    EventType.RETENTION_PURGED: "{actor}: {summary}",
    EventType.SYSTEM_RESTORED: "{actor}: {summary}",
}
"""What is said of each event; names in braces are things or details of it."""


@dataclass(frozen=True)
class Part:
    """A piece of a sentence. url: where the thing is looked at, empty for plain words."""

    text: str
    url: str = ""


def sentence_of(event: AuditEvent) -> list[Part]:
    """The event in words."""
    return [part for part in _parts(event) if part.text]


def reason_of(event: AuditEvent) -> str:
    """Why it was done, where whoever did it said so."""
    return str(_details(event).get("reason", ""))


def _parts(event: AuditEvent) -> Iterator[Part]:
    for words, name, _, _ in Formatter().parse(SENTENCES[event.type]):
        yield Part(words)
        if name is not None:
            yield _thing(event, name)


def _thing(event: AuditEvent, name: str) -> Part:
    details = _details(event)
    match name:
        case "actor":
            return actor_of(event)
        case "listing":
            return Part(event.listing_name or "a listing", _place("listings", event.listing_id))
        case "release":
            version = event.release_version or details.get("version", "")
            return Part(f"release {version}".strip(), _place("releases", event.release_id))
        case "intent":
            return Part("an install intent", _place("intents", event.install_intent_id))
        case "publisher":
            name = f"@{event.publisher_handle}" if event.publisher_handle else "a publisher"
            return Part(name, _place("publishers", event.publisher_id))
        case "user":
            is_own = details.get("userId") == event.actor.id
            return Part("their own account" if is_own else "a user", _place("users", details.get("userId")))
        case "report":
            report_id = details.get("reportId")
            return Part("a report", f"/moderation/reports/{report_id}/resolve" if report_id else "")
        case "flagging":
            return Part("flagged" if details.get("flagged") else "took the flag off")
        case "targetSystem":
            return Part(label(InstallTargetSystem(details["targetSystem"])))
        case "summary":
            return Part(event.summary)
        case _:
            return Part(_said(details.get(name, "")))


def actor_of(event: AuditEvent) -> Part:
    """Who acted."""
    actor = event.actor
    if actor.type is ActorType.SYSTEM or not actor.id:
        return Part("The system", "/moderation/audit?actor=system")
    if actor.type is ActorType.PARTNER:
        return Part(f"The partner system {actor.name or ''}".strip(), f"/moderation/audit?actor={actor.id}")
    return Part(actor.name or "A user", f"/moderation/users/{actor.id}")


def _details(event: AuditEvent) -> dict[str, Any]:
    return event.details or {}


def _place(area: str, thing_id: Any) -> str:
    return f"/moderation/{area}/{thing_id}" if thing_id else ""


def _said(detail: Any) -> str:
    return ", ".join(map(str, detail)) if isinstance(detail, list | tuple) else str(detail)
