"""The whole schema (spec 8): every table, by the noun that it belongs to.

account      users  publishers  sessions  api_keys
listing      listings  listing_revisions
release      releases
install      install_intents  install_tokens
partner      partner_keys  request_nonces
report       reports
counts       stat_deltas  stat_days  stat_totals  facet_deltas  facet_counts
ledger       idempotency_keys  audit_events
deployment   instance  processes  key_versions  job_runs

Times are epoch milliseconds (`…_ms`). Keys begin with a row's natural shard: the listing for releases, the buyer for
intents and tokens, the caller for the ledger. Triggers stand in the migrations, and what the serving role may do in
`grants.py`.
"""

from fleetprompt.store.tables.account import api_keys, publishers, sessions, users
from fleetprompt.store.tables.columns import metadata
from fleetprompt.store.tables.counts import facet_counts, facet_deltas, stat_days, stat_deltas, stat_totals
from fleetprompt.store.tables.deployment import instance, job_runs, key_versions, processes
from fleetprompt.store.tables.install import install_intents, install_tokens
from fleetprompt.store.tables.ledger import audit_events, idempotency_keys
from fleetprompt.store.tables.listing import LISTING_SLICE, listing_revisions, listings
from fleetprompt.store.tables.partner import partner_keys, request_nonces
from fleetprompt.store.tables.release import releases
from fleetprompt.store.tables.report import reports

__all__ = [
    "LISTING_SLICE",
    "api_keys",
    "audit_events",
    "facet_counts",
    "facet_deltas",
    "idempotency_keys",
    "install_intents",
    "install_tokens",
    "instance",
    "job_runs",
    "key_versions",
    "listing_revisions",
    "listings",
    "metadata",
    "partner_keys",
    "processes",
    "publishers",
    "releases",
    "reports",
    "request_nonces",
    "sessions",
    "stat_days",
    "stat_deltas",
    "stat_totals",
    "users",
]
