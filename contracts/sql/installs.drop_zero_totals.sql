-- installs.drop_zero_totals
--   install_intents_30d_1 = 0
--   redemptions_30d_1 = 0
DELETE FROM stat_totals WHERE stat_totals.listing_id = ANY (%(listing_ids)s::UUID[]) AND
  stat_totals.install_intents_30d = %(install_intents_30d_1)s::INTEGER AND stat_totals.redemptions_30d =
  %(redemptions_30d_1)s::INTEGER
