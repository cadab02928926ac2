-- rerendering.renew.listings
WITH touched AS
(UPDATE listings SET description_html=%(new_html)s::VARCHAR, description_policy=%(new_policy)s::SMALLINT WHERE
  listings.id = %(key_id)s::UUID AND listings.description_markdown = %(rendered_source)s::VARCHAR AND
  listings.description_policy < %(new_policy)s::SMALLINT RETURNING 1 AS one)
 SELECT must_touch(1, count(*)) AS must_touch_1
FROM touched
