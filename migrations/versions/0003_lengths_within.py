"""Lengths and words within arrays and documents: the database refuses what the decoder does (spec 5, 8)."""

from __future__ import annotations

from alembic import op

from fleetprompt.store import online

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Lengths are counted as everywhere: in code points of the normal form C.
TEXTS_FIT = """
create or replace function texts_fit(texts jsonb, shortest integer, longest integer) returns boolean
language sql immutable parallel safe
return not exists (
  select from jsonb_array_elements(texts) each
  where jsonb_typeof(each) <> 'string'
    or char_length(normalize(each #>> '{}', NFC)) not between shortest and longest
)
"""

CHECKS = {
    "install_intents": {
        "install_intents_target_context_length_check":
            "texts_fit(jsonb_path_query_array(target_context, '$.*'), 1, 200)",
    },
    "listing_revisions": {
        "listing_revisions_content_check": "octet_length(content::text) <= 262144",
    },
    "listings": {
        "listings_tags_length_check": "texts_fit(to_jsonb(tags), 1, 32)",
        "listings_categories_length_check": "texts_fit(to_jsonb(categories), 1, 32)",
        "listings_image_url_length_check": "texts_fit(jsonb_path_query_array(images, '$[*].url'), 1, 2048)",
        "listings_image_alt_length_check": "texts_fit(jsonb_path_query_array(images, '$[*].alt'), 0, 200)",
    },
    "processes": {
        "processes_key_versions_length_check": "texts_fit(to_jsonb(key_versions), 2, 10)",
    },
    "releases": {
        "releases_artifact_kind_check":
            "jsonb_path_query_array(artifacts, '$[*].kind')"
            " <@ '[\"source_bundle\", \"build_artifact\", \"manifest\"]'",
        "releases_artifact_download_mode_check":
            "jsonb_path_query_array(artifacts, '$[*].download.mode')"
            " <@ '[\"none\", \"fleetprompt_signed_url\", \"specprompt_fulfillment\"]'",
        "releases_artifact_download_hint_length_check":
            "texts_fit(jsonb_path_query_array(artifacts, '$[*].download.hint'), 1, 200)",
        "releases_artifact_sha256_length_check":
            "texts_fit(jsonb_path_query_array(artifacts, '$[*].sha256'), 64, 64)",
        "releases_refs_length_check": "texts_fit(jsonb_path_query_array(refs, '$.*'), 1, 200)",
        "releases_compat_length_check": "texts_fit(jsonb_path_query_array(compat, '$.*'), 1, 64)",
    },
}


def upgrade() -> None:
    """Expand: the code before this keeps these bounds without being told."""
    op.execute(TEXTS_FIT)
    for table, conditions in CHECKS.items():
        online.add_checks(table, conditions)
