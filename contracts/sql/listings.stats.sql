-- listings.stats -> DayRow
SELECT counts.day, sum(counts.install_intents) AS install_intents, sum(counts.redemptions) AS redemptions
FROM listings LEFT OUTER JOIN (SELECT stat_days.listing_id AS listing_id, stat_days.day AS day,
  stat_days.install_intents AS install_intents, stat_days.redemptions AS redemptions
FROM stat_days
WHERE stat_days.listing_id = %(listing_id)s::UUID AND stat_days.day = ANY (%(days)s::INTEGER[]) UNION ALL SELECT
  stat_deltas.listing_id AS listing_id, stat_deltas.day AS day, stat_deltas.install_intents AS install_intents,
  stat_deltas.redemptions AS redemptions
FROM stat_deltas
WHERE stat_deltas.listing_id = %(listing_id)s::UUID AND stat_deltas.day = ANY (%(days)s::INTEGER[])) AS counts ON true
WHERE listings.id = %(listing_id)s::UUID AND listings.publisher_id = %(publisher_id)s::UUID GROUP BY listings.id,
  counts.day
