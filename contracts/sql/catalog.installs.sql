-- catalog.installs -> DayRow
SELECT stat_days.day, stat_days.install_intents, stat_days.redemptions
FROM listings JOIN publishers ON publishers.id = listings.publisher_id AND publishers.suspended_at_ms IS NULL LEFT
  OUTER JOIN stat_days ON stat_days.listing_id = listings.id AND stat_days.day = ANY (%(days)s::INTEGER[])
WHERE listings.id = %(listing_id)s::UUID AND listings.status = 'published'
