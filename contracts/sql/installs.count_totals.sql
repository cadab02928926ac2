-- installs.count_totals
INSERT INTO stat_totals (listing_id, install_intents_30d, redemptions_30d, as_of_day) SELECT anon_1.listing_id,
  coalesce(sum(stat_days.install_intents), 0) AS coalesce_1, coalesce(sum(stat_days.redemptions), 0) AS coalesce_2,
  %(today)s::INTEGER AS anon_2
FROM unnest(%(listing_ids)s::UUID[]) AS anon_1(listing_id) LEFT OUTER JOIN stat_days ON stat_days.listing_id =
  anon_1.listing_id AND stat_days.day > %(last_day_outside)s::INTEGER GROUP BY anon_1.listing_id ON CONFLICT
  (listing_id) DO UPDATE SET install_intents_30d = excluded.install_intents_30d, redemptions_30d =
  excluded.redemptions_30d, as_of_day = excluded.as_of_day
