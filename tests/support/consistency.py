"""What holds in every database at every instant, whatever was tried at once or killed on the way (spec 2, 4, 6.7)."""

from __future__ import annotations

from typing import Final

from tests.support.databases import Database

_BROKEN: Final = {
    "a listing counts its published releases, and its latest one is the highest": """
        select l.id, l.published_releases, l.latest_release_id, counted.n, best.id
        from listings l
        cross join lateral (
          select count(*) n from releases r where r.listing_id = l.id and r.status = 'published'
        ) counted
        left join lateral (
          select r.id from releases r where r.listing_id = l.id and r.status = 'published'
          order by r.is_prerelease, r.precedence collate "C" desc limit 1
        ) best on true
        where l.published_releases <> counted.n or l.latest_release_id is distinct from best.id""",
    "a published listing has a published release": """
        select l.id from listings l where l.status = 'published'
        and not exists (select from releases r where r.listing_id = l.id and r.status = 'published')""",
    "an intent and its tokens agree": """
        select i.id, i.status, t.status, issued.ids
        from install_intents i
        left join install_tokens t on t.id = i.current_token_id and t.intent_id = i.id
        cross join lateral (
          select coalesce(array_agg(o.id), '{}') ids from install_tokens o
          where o.intent_id = i.id and o.status = 'issued'
        ) issued
        where not case i.status
          when 'created' then t.id is null and issued.ids = '{}'
          when 'token_issued' then t.status in ('issued', 'expired') and issued.ids <@ array[t.id]
          when 'redeemed' then t.status = 'redeemed' and issued.ids = '{}'
          else issued.ids = '{}' and t.status is distinct from 'redeemed'
        end""",
    "every row has the events that made it, once": """
        select told.type, told.n, held.n from (
          values
            ('user.registered', (select count(*) from users)),
            ('session.created', (select count(*) from sessions)),
            ('session.ended', (select count(*) from sessions where ended_at_ms is not null)),
            ('listing.created', (select count(*) from listings)),
            ('listing.updated', (select count(*) from listing_revisions)),
            ('release.published', (select count(*) from releases)),
            ('release.revoked', (select count(*) from releases where status = 'revoked')),
            ('install_intent.created', (select count(*) from install_intents)),
            ('install_token.issued', (select count(*) from install_tokens)),
            ('install_token.revoked', (select count(*) from install_tokens where status = 'revoked')),
            ('install_token.redeemed', (select count(*) from install_tokens where status = 'redeemed')),
            ('install_token.redeemed', (select count(*) from install_intents where status = 'redeemed'))
        ) held(type, n)
        cross join lateral (select held.type, count(*) n from audit_events e where e.type = held.type) told
        where told.n <> held.n""",
    "an event is about a row of its own": """
        select type, release_id, install_intent_id, details->>'installTokenId', count(*) from audit_events
        where type in ('release.published', 'release.revoked', 'install_intent.created', 'install_token.redeemed')
        group by 1, 2, 3, 4 having count(*) > 1""",
    "a listing's events lead from its draft to the status that it has": """
        with went(listing_id, status, n) as (
          select listing_id, coalesce(details->>'from', 'suspended'), -1 from audit_events
          where type in ('listing.status_changed', 'listing.suspended', 'listing.reinstated')
          union all
          select listing_id, coalesce(details->>'to', 'suspended'), 1 from audit_events
          where type in ('listing.status_changed', 'listing.suspended', 'listing.reinstated')
          union all select id, 'draft', 1 from listings
          union all select id, status, -1 from listings
        )
        select listing_id, status, sum(n) from went group by 1, 2 having sum(n) <> 0""",
    "what the ledger remembers has happened": """
        select k.operation, k.key from idempotency_keys k
        where not exists (select from audit_events e where e.request_id = k.request_id)""",
    "what happened under a key is in the ledger": """
        select e.type, e.id from audit_events e
        where not exists (select from idempotency_keys k where k.request_id = e.request_id)
        and not exists (
          select from audit_events o where o.request_id = e.request_id
          and o.type in ('user.registered', 'session.created', 'key_ring.changed')
        )""",
    "statistics count every intent and redemption": """
        select counted.listing_id, counted.intents, counted.redemptions from (
          select listing_id, sum(install_intents) intents, sum(redemptions) redemptions from (
            select listing_id, install_intents, redemptions from stat_deltas
            union all select listing_id, install_intents, redemptions from stat_days
          ) every group by 1
        ) counted
        full join (
          select listing_id, count(*) intents, count(*) filter (where status = 'redeemed') redemptions
          from install_intents group by 1
        ) held using (listing_id)
        where (counted.intents, counted.redemptions) is distinct from (held.intents, held.redemptions)""",
}


def assert_consistent(database: Database) -> None:
    """Fail with the rows that break a rule. For databases whose every write but sign-in and start-up came under a key.

    A PATCH or PUT that changed nothing leaves a ledger entry without an event, so send none.
    """
    with database.as_owner() as connection, connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        for rule, query in _BROKEN.items():
            broken = connection.execute(query.encode()).fetchall()
            assert not broken, f"{rule}: {broken}"
