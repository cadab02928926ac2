-- moderation.release -> ReleaseDetailRow
SELECT releases.id, releases.listing_id, releases.version, releases.status, releases.refs, releases.asset_digest,
  releases.compat, releases.artifacts, releases.published_at_ms, releases.revoked_at_ms, releases.revoke_reason,
  releases.notes_markdown, releases.notes_html, releases.notes_policy, listings.name AS listing_name, listings.status
  AS listing_status, listings.published_releases, (SELECT count(*) AS count_1
FROM install_intents
WHERE (install_intents.status = 'created' OR install_intents.status = 'token_issued') AND
  install_intents.expires_at_ms > %(now_ms)s::BIGINT AND install_intents.listing_id = releases.listing_id AND
  install_intents.release_id = releases.id) AS open_intents
FROM releases JOIN listings ON listings.id = releases.listing_id
WHERE releases.id = %(release_id)s::UUID
