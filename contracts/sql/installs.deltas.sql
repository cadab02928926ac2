-- installs.deltas -> Delta
SELECT stat_deltas.id, stat_deltas.listing_id, stat_deltas.day, stat_deltas.install_intents, stat_deltas.redemptions
FROM stat_deltas ORDER BY stat_deltas.id
 LIMIT %(limit)s FOR UPDATE SKIP LOCKED
