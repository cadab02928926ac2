-- installs.append_delta
INSERT INTO stat_deltas (id, listing_id, day, install_intents, redemptions) VALUES (%(id)s::UUID,
  %(listing_id)s::UUID, %(day)s::INTEGER, %(install_intents)s::INTEGER, %(redemptions)s::INTEGER)
