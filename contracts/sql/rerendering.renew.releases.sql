-- rerendering.renew.releases
WITH touched AS
(UPDATE releases SET notes_html=%(new_html)s::VARCHAR, notes_policy=%(new_policy)s::SMALLINT WHERE releases.listing_id
  = %(key_listing_id)s::UUID AND releases.id = %(key_id)s::UUID AND releases.notes_markdown =
  %(rendered_source)s::VARCHAR AND releases.notes_policy < %(new_policy)s::SMALLINT RETURNING 1 AS one)
 SELECT must_touch(1, count(*)) AS must_touch_1
FROM touched
