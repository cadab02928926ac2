"""What people report about listings (spec 6.4, 8)."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Uuid, text

from fleetprompt import enums
from fleetprompt.store.tables.columns import id_column, length, metadata, ms_column, one_of, text_column

reports = Table(
    "reports",
    metadata,
    id_column(),
    Column("listing_id", Uuid, ForeignKey("listings.id"), nullable=False),
    Column("reporter_user_id", Uuid, ForeignKey("users.id"), nullable=False),
    text_column("kind"),
    text_column("summary"),
    Column("listing_revision", Integer, nullable=False),
    text_column("status"),
    text_column("resolution_reason", nullable=True),
    ms_column("resolved_at_ms", nullable=True),
    Column("resolved_by_user_id", Uuid, ForeignKey("users.id"), nullable=True),
    ms_column("created_at_ms"),
    PrimaryKeyConstraint("id"),
    one_of("kind", enums.ReportKind),
    one_of("status", enums.ReportStatus),
    length("summary", 1, 1000),
    length("resolution_reason", 1, 1000),
    CheckConstraint(
        "(status = 'open') = (resolved_at_ms is null) and (status = 'open') = (resolved_by_user_id is null)"
        " and (status = 'open') = (resolution_reason is null)",
        name="resolution",
    ),
    Index("reports_status_ix", "status", "id"),
    Index("reports_listing_ix", "listing_id", "id"),
    Index("reports_open_ix", "listing_id", "id", postgresql_where=text("status = 'open'")),
    Index("reports_reporter_ix", "reporter_user_id", "id"),
    Index("reports_resolved_by_ix", "resolved_by_user_id"),
)
