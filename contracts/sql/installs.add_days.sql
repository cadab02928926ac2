-- installs.add_days
INSERT INTO stat_days (listing_id, day, install_intents, redemptions) SELECT anon_1.listing_id, anon_1.day,
  anon_1.install_intents, anon_1.redemptions
FROM unnest(%(listing_ids)s::UUID[], %(of_days)s::INTEGER[], %(opened)s::INTEGER[], %(redeemed)s::INTEGER[]) AS
  anon_1(listing_id, day, install_intents, redemptions) ON CONFLICT (listing_id, day) DO UPDATE SET install_intents =
  (stat_days.install_intents + excluded.install_intents), redemptions = (stat_days.redemptions + excluded.redemptions)
