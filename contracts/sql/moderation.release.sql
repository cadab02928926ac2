-- moderation.release -> ReleaseRow
SELECT releases.id, releases.listing_id, releases.version, releases.status, releases.refs, releases.asset_digest,
  releases.compat, releases.artifacts, releases.published_at_ms, releases.revoked_at_ms, releases.revoke_reason,
  releases.notes_markdown, releases.notes_html, releases.notes_policy
FROM releases
WHERE releases.id = %(release_id)s::UUID
