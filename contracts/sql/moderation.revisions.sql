-- moderation.revisions -> RevisionRow
SELECT listing_revisions.revision, listing_revisions.content - 'description' AS content,
  listing_revisions.replaced_at_ms
FROM listing_revisions
WHERE listing_revisions.listing_id = %(listing_id)s::UUID AND listing_revisions.revision < %(before)s::INTEGER ORDER
  BY listing_revisions.revision DESC
 LIMIT %(fetch)s
