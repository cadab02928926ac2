-- catalog.installs -> InstallsRow
SELECT stat_days.day, stat_days.install_intents, stat_days.redemptions
FROM listings JOIN publishers ON publishers.id = listings.publisher_id AND publishers.suspended_at_ms IS NULL LEFT
  OUTER JOIN stat_days ON (listings.id, %(first_day)s::INTEGER) <= (stat_days.listing_id, stat_days.day) AND
  (listings.id, %(last_day)s::INTEGER) >= (stat_days.listing_id, stat_days.day)
WHERE listings.id = %(listing_id)s::UUID AND listings.status = 'published'
