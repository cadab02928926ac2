"""Writing a publisher's profile; the first time makes a user a publisher."""

from __future__ import annotations

import secrets
from typing import Any, Final

import msgspec
from msgspec import UNSET

from fleetprompt.accounts import events, rules, shapes
from fleetprompt.accounts.model import ProfileReply, WriteProfile
from fleetprompt.accounts.statements import publishers, sessions, users
from fleetprompt.accounts.statements.publishers import ProfileRow, StandingRow
from fleetprompt.authz import Access, Actor, own_as_user
from fleetprompt.enums import Capability, EventType, KeyScope, VerificationStatus
from fleetprompt.errors import Reason, conflict, invalid, not_found, unauthenticated, unauthorized
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.audit import Event
from fleetprompt.runtime.judged_markdown import StoredMarkdown, judge_for_storage
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx
from fleetprompt.runtime.services import Services
from fleetprompt.store.statements import Bound

SUFFIX_BYTES: Final = 4


async def _judge_bio(services: Services, actor: Actor, command: WriteProfile) -> StoredMarkdown | None:
    if command.bio is UNSET:
        return None
    return await judge_for_storage(services, actor, command.bio.markdown, "bio.markdown")


@mutation(
    "publishers.write_profile",
    who=Access.SIGNED_IN,
    scope=KeyScope.PUBLISH,
    rate=(RateClass.WRITE,),
    ledger=Ledger.ACCEPTED,
    emits=(
        EventType.PUBLISHER_PROFILE_UPDATED,
        EventType.PUBLISHER_VERIFICATION_SET,
        EventType.CAPABILITY_GRANTED,
        EventType.SESSION_ENDED,
    ),
    prepare=_judge_bio,
)
async def write_profile(
    tx: MutationTx, actor: Actor, command: WriteProfile, bio: StoredMarkdown | None
) -> Outcome[ProfileReply]:
    """Replace the caller's profile; the first one grants `publisher` (spec 3 Publishers, 6.4).

    Raises UNAUTHENTICATED where she was suspended meanwhile; UNAUTHORIZED where an admin took the capability from her;
    CONFLICT (`handle_taken`) where somebody has the chosen handle or it is reserved; VALIDATION_FAILED on `handle`
    where hers is another one already, and on `bio.markdown` where the markdown policy refuses it; UNAVAILABLE where
    nobody can judge it.
    """
    wanted = rules.slug_of(command.display_name) if command.handle is UNSET else command.handle
    standing = await tx.one(
        publishers.standing(
            own_as_user(actor), wanted_handle=wanted, kept_session_id=actor.session_id, now_ms=tx.now_ms
        )
    )
    if standing is None:
        raise not_found()
    if standing.suspended_at_ms is not None:
        raise unauthenticated("suspended")
    if standing.publisher_barred and Capability.PUBLISHER not in standing.capabilities:
        raise unauthorized("An admin took the publisher capability from this account.")
    if standing.profile is not None:
        return _rewritten(tx, standing.profile, command, bio)
    return _first(tx, actor, command, bio, _first_handle(command, wanted, standing), standing)


def _first_handle(command: WriteProfile, wanted: str, standing: StandingRow) -> str:
    if command.handle is UNSET:
        return rules.derived_handle(wanted, is_taken=standing.handle_taken, suffix=secrets.token_hex(SUFFIX_BYTES))
    if standing.handle_taken or wanted in rules.RESERVED_HANDLES:
        raise conflict(Reason.HANDLE_TAKEN, "This handle is taken or reserved; choose another one.")
    return wanted


def _first(
    tx: MutationTx, actor: Actor, command: WriteProfile, bio: StoredMarkdown | None, handle: str, standing: StandingRow
) -> Outcome[ProfileReply]:
    row = ProfileRow(
        publisher_id=tx.new_id(),
        handle=handle,
        display_name=command.display_name,
        verification_status=VerificationStatus.UNVERIFIED,
        verification_checked_at_ms=None,
        **_bio_columns(bio),
    )
    fields = ("displayName", "handle") if bio is None else ("displayName", "handle", "bio")
    updated = events.profile_updated(row.publisher_id, fields)
    capabilities = sorted({*standing.capabilities, Capability.PUBLISHER})
    writes: list[Bound[Any]] = [
        publishers.insert_publisher(actor.user, row, tx.now_ms),
        # Also where she has the capability already: whoever suspends her meets this row, and hides the publisher too.
        users.set_capabilities(actor.user, capabilities, publisher_barred=standing.publisher_barred, now_ms=tx.now_ms),
    ]
    happened: list[Event] = [updated]
    if Capability.PUBLISHER not in standing.capabilities:
        granted = events.capability_granted(
            actor.user, Capability.PUBLISHER, publisher_id=row.publisher_id, cause=updated.event_id
        )
        happened += [granted, *events.sessions_ended(actor.user, standing.other_session_ids, granted.event_id)]
        writes.append(sessions.end_sessions(standing.other_session_ids, tx.now_ms))
    return Outcome(ProfileReply(shapes.profile(row)), writes=writes, events=happened)


def _rewritten(
    tx: MutationTx, before: ProfileRow, command: WriteProfile, bio: StoredMarkdown | None
) -> Outcome[ProfileReply]:
    if command.handle not in (UNSET, before.handle):
        raise invalid(("handle", f"is {before.handle} for good; leave it out"))
    renamed = command.display_name != before.display_name
    rewritten = (None if bio is None else bio.source) != before.bio_markdown
    if not renamed and not rewritten:
        return Outcome(ProfileReply(shapes.profile(before)))
    after = msgspec.structs.replace(before, display_name=command.display_name)
    if rewritten:
        after = msgspec.structs.replace(after, **_bio_columns(bio))
    fields = (*(("displayName",) if renamed else ()), *(("bio",) if rewritten else ()))
    happened = [events.profile_updated(before.publisher_id, fields)]
    if renamed and before.verification_status == VerificationStatus.VERIFIED:
        status = VerificationStatus.UNVERIFIED
        after = msgspec.structs.replace(after, verification_status=status, verification_checked_at_ms=None)
        happened.append(events.verification_set(before.publisher_id, status, cause=happened[0].event_id))
    return Outcome(
        ProfileReply(shapes.profile(after)), writes=[publishers.update_publisher(after, tx.now_ms)], events=happened
    )


def _bio_columns(bio: StoredMarkdown | None) -> dict[str, Any]:
    if bio is None:
        return {"bio_markdown": None, "bio_html": None, "bio_policy": None}
    return {"bio_markdown": bio.source, "bio_html": str(bio.html), "bio_policy": bio.policy}
