-- rerendering.renew.listings
--   must_touch_2 = 1
--   param_1 = 1
WITH touched AS
(UPDATE listings SET description_html=%(new_html)s::VARCHAR, description_policy=%(new_policy)s::SMALLINT WHERE
  listings.id = %(key_id)s::UUID AND listings.description_markdown = %(rendered_source)s::VARCHAR AND
  listings.description_policy < %(new_policy)s::SMALLINT RETURNING %(param_1)s::INTEGER AS one)
 SELECT must_touch(%(must_touch_2)s::INTEGER, count(*)) AS must_touch_1
FROM touched
