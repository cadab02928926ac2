-- installs.outdated_totals -> OutdatedRow
SELECT stat_totals.listing_id
FROM stat_totals
WHERE stat_totals.as_of_day < %(today)s::INTEGER ORDER BY stat_totals.as_of_day
 LIMIT %(limit)s FOR UPDATE SKIP LOCKED
