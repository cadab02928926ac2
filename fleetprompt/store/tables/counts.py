"""What is counted: installs of a listing by the day, and listings by facet (spec 3 Statistics, 8).

A mutation appends deltas; a job folds them.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Uuid, text

from fleetprompt.store.tables.columns import id_column, metadata, text_column

stat_deltas = Table(
    "stat_deltas",
    metadata,
    id_column(),
    Column("listing_id", Uuid, nullable=False),
    Column("day", Integer, nullable=False),
    Column("install_intents", Integer, nullable=False),
    Column("redemptions", Integer, nullable=False),
    PrimaryKeyConstraint("id"),
    Index("stat_deltas_listing_ix", "listing_id", "day"),
)

stat_days = Table(
    "stat_days",
    metadata,
    Column("listing_id", Uuid, ForeignKey("listings.id"), nullable=False),
    Column("day", Integer, nullable=False),
    Column("install_intents", Integer, nullable=False),
    Column("redemptions", Integer, nullable=False),
    PrimaryKeyConstraint("listing_id", "day"),
    Index("stat_days_day_ix", "day", "listing_id"),
)

stat_totals = Table(
    "stat_totals",
    metadata,
    Column("listing_id", Uuid, ForeignKey("listings.id"), nullable=False),
    Column("install_intents_30d", Integer, nullable=False),
    Column("redemptions_30d", Integer, nullable=False),
    Column("as_of_day", Integer, nullable=False),
    PrimaryKeyConstraint("listing_id"),
    Index("stat_totals_as_of_ix", "as_of_day"),
    Index("stat_totals_popular_ix", "redemptions_30d", "listing_id"),
)

facet_deltas = Table(
    "facet_deltas",
    metadata,
    id_column(),
    text_column("facet", collation="C"),
    text_column("value", collation="C"),
    Column("listings", Integer, nullable=False),
    PrimaryKeyConstraint("id"),
)

facet_counts = Table(
    "facet_counts",
    metadata,
    text_column("facet", collation="C"),
    text_column("value", collation="C"),
    Column("listings", Integer, nullable=False),
    PrimaryKeyConstraint("facet", "value"),
    Index("facet_counts_top_ix", "facet", text("listings desc"), "value"),
)
