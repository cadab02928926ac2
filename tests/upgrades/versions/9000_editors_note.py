"""A migration of a later version: a nullable column, its index and check, and what stands in it for older rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fleetprompt.store import migrate, online

revision = "9000"
down_revision = max(path.name[:4] for path in (migrate.SCRIPTS / "versions").glob("[0-9]*.py"))
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand: the code before this neither knows the column nor minds it."""
    op.add_column("listings", sa.Column("editors_note", sa.Text(), nullable=True), if_not_exists=True)
    online.add_index("listings_editors_note_ix", "listings", ["editors_note"])
    online.backfill(
        "update listings set editors_note = 'none' where id in"
        " (select id from listings where editors_note is null order by id limit :batch for update skip locked)"
    )
    online.add_checks("listings", {"listings_editors_note_check": "char_length(editors_note) <= 1000"})
