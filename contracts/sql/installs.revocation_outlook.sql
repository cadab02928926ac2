-- installs.revocation_outlook -> OutlookRow
SELECT releases.id, releases.listing_id, releases.version, releases.status, releases.refs, releases.asset_digest,
  releases.compat, releases.artifacts, releases.published_at_ms, releases.revoked_at_ms, releases.revoke_reason,
  releases.notes_markdown, releases.notes_html, releases.notes_policy, releases.publisher_id, listings.asset_kind,
  listings.tags, listings.categories, listings.status AS listing_status, listings.published_releases,
  listings.latest_release_id, listings.latest_version, listings.latest_published_at_ms, best.id AS best_remaining_id,
  best.version AS best_remaining_version, best.published_at_ms AS best_remaining_published_at_ms, (SELECT count(*) AS
  count_1
FROM install_intents
WHERE (install_intents.status = 'created' OR install_intents.status = 'token_issued') AND
  install_intents.expires_at_ms > %(now_ms)s::BIGINT AND install_intents.listing_id = releases.listing_id AND
  install_intents.release_id = releases.id) AS open_intents
FROM releases JOIN listings ON listings.id = releases.listing_id LEFT OUTER JOIN LATERAL (SELECT other.id AS id,
  other.version AS version, other.published_at_ms AS published_at_ms
FROM releases AS other
WHERE other.listing_id = releases.listing_id AND other.status = 'published' AND other.id != releases.id ORDER BY
  other.is_prerelease, other.precedence DESC
 LIMIT 1) AS best ON true
WHERE releases.id = %(release_id)s::UUID AND releases.publisher_id = %(publisher_id)s::UUID
