-- rerendering.renew.releases
--   must_touch_2 = 1
--   param_1 = 1
WITH touched AS
(UPDATE releases SET notes_html=%(new_html)s::VARCHAR, notes_policy=%(new_policy)s::SMALLINT WHERE releases.listing_id
  = %(key_listing_id)s::UUID AND releases.id = %(key_id)s::UUID AND releases.notes_markdown =
  %(rendered_source)s::VARCHAR AND releases.notes_policy < %(new_policy)s::SMALLINT RETURNING %(param_1)s::INTEGER AS
  one)
 SELECT must_touch(%(must_touch_2)s::INTEGER, count(*)) AS must_touch_1
FROM touched
