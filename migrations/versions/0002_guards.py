"""What the database itself refuses, whoever asks: rewritten history, revived tokens, moved ownership (spec 2.4, 2.5)."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MUST_TOUCH = """
create function must_touch(expected bigint, touched bigint) returns bigint
language plpgsql immutable as $$
begin
  if expected <> touched then
    raise exception 'a write touched % rows instead of %', touched, expected using errcode = 'FP001';
  end if;
  return touched;
end $$
"""

REFUSE = """
create function refuse_change() returns trigger
language plpgsql as $$
begin
  raise exception '% of % is refused', tg_op, tg_table_name using errcode = 'FP002';
end $$
"""

GUARD_RELEASE = """
create function guard_release() returns trigger
language plpgsql as $$
declare
  frozen releases := old;
begin
  if old.status = 'published' and new.status = 'revoked' then
    frozen.status := new.status;
    frozen.revoked_at_ms := new.revoked_at_ms;
    frozen.revoke_reason := new.revoke_reason;
  end if;
  if new.notes_html is not null and new.notes_policy <> old.notes_policy then
    frozen.notes_html := new.notes_html;
    frozen.notes_policy := new.notes_policy;
  end if;
  if new is distinct from frozen then
    raise exception 'a release is immutable but for its revocation' using errcode = 'FP002';
  end if;
  return new;
end $$
"""

GUARD_TOKEN = """
create function guard_install_token() returns trigger
language plpgsql as $$
declare
  frozen install_tokens := old;
begin
  if old.status = 'issued' then
    frozen.status := new.status;
    frozen.ended_at_ms := new.ended_at_ms;
  end if;
  if new is distinct from frozen then
    raise exception 'an install token changes once, from issued' using errcode = 'FP002';
  end if;
  return new;
end $$
"""

GUARD_INTENT = """
create function guard_install_intent() returns trigger
language plpgsql as $$
declare
  frozen install_intents := old;
begin
  if (old.status in ('created', 'token_issued') and new.status in ('token_issued', 'expired', 'canceled'))
    or (old.status = 'token_issued' and new.status = 'redeemed') then
    frozen.status := new.status;
    frozen.current_token_id := new.current_token_id;
    frozen.updated_at_ms := new.updated_at_ms;
  end if;
  if new is distinct from frozen then
    raise exception 'this is no transition of an install intent' using errcode = 'FP002';
  end if;
  return new;
end $$
"""

GUARD_OWNER = """
create function guard_listing_owner() returns trigger
language plpgsql as $$
begin
  if (new.id, new.publisher_id, new.asset_kind, new.created_at_ms)
    is distinct from (old.id, old.publisher_id, old.asset_kind, old.created_at_ms) then
    raise exception 'a listing keeps its owner and its kind' using errcode = 'FP002';
  end if;
  return new;
end $$
"""

GUARD_PUBLISHER = """
create function guard_publisher() returns trigger
language plpgsql as $$
begin
  if (new.id, new.owner_user_id, new.handle) is distinct from (old.id, old.owner_user_id, old.handle) then
    raise exception 'a publisher keeps its owner and its handle' using errcode = 'FP002';
  end if;
  return new;
end $$
"""

GUARD_USER = """
create function guard_user() returns trigger
language plpgsql as $$
begin
  if (new.id, new.external_id) is distinct from (old.id, old.external_id) then
    raise exception 'a user keeps her identity' using errcode = 'FP002';
  end if;
  return new;
end $$
"""

APPEND_ONLY = (
    "create trigger releases_delete before delete on releases for each row execute function refuse_change()",
    "create trigger releases_truncate before truncate on releases for each statement execute function refuse_change()",
    "create trigger audit_events_change before update or delete on audit_events"
    " for each row execute function refuse_change()",
    "create trigger audit_events_truncate before truncate on audit_events"
    " for each statement execute function refuse_change()",
    "create trigger listing_revisions_change before update or delete on listing_revisions"
    " for each row execute function refuse_change()",
    "create trigger listing_revisions_truncate before truncate on listing_revisions"
    " for each statement execute function refuse_change()",
    "create trigger key_versions_change before update or delete on key_versions"
    " for each row execute function refuse_change()",
    "create trigger key_versions_truncate before truncate on key_versions"
    " for each statement execute function refuse_change()",
)


def upgrade() -> None:
    """Create the functions and hang them on their tables."""
    for function in (
        MUST_TOUCH,
        REFUSE,
        GUARD_RELEASE,
        GUARD_TOKEN,
        GUARD_INTENT,
        GUARD_OWNER,
        GUARD_PUBLISHER,
        GUARD_USER,
    ):
        op.execute(function)
    op.execute("create trigger releases_update before update on releases for each row execute function guard_release()")
    op.execute(
        "create trigger install_tokens_update before update on install_tokens"
        " for each row execute function guard_install_token()"
    )
    op.execute(
        "create trigger install_intents_update before update on install_intents"
        " for each row execute function guard_install_intent()"
    )
    op.execute(
        "create trigger listings_update before update on listings for each row execute function guard_listing_owner()"
    )
    op.execute(
        "create trigger publishers_update before update on publishers for each row execute function guard_publisher()"
    )
    op.execute("create trigger users_update before update on users for each row execute function guard_user()")
    for trigger in APPEND_ONLY:
        op.execute(trigger)
