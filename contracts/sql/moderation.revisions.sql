-- moderation.revisions -> RevisionPageRow
SELECT page.revision, page.content, page.replaced_at_ms, page.revision IS NOT NULL AS is_there
FROM listings LEFT OUTER JOIN LATERAL (SELECT listing_revisions.revision AS revision, listing_revisions.content -
  'description' AS content, listing_revisions.replaced_at_ms AS replaced_at_ms
FROM listing_revisions
WHERE listing_revisions.listing_id = listings.id AND listing_revisions.revision < %(before)s::INTEGER ORDER BY
  listing_revisions.revision DESC
 LIMIT %(fetch)s) AS page ON true
WHERE listings.id = %(listing_id)s::UUID ORDER BY page.revision DESC
