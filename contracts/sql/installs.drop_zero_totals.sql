-- installs.drop_zero_totals
DELETE FROM stat_totals WHERE stat_totals.listing_id = ANY (%(listing_ids)s::UUID[]) AND
  stat_totals.install_intents_30d = 0 AND stat_totals.redemptions_30d = 0
