-- rerendering.renew.publishers
--   must_touch_2 = 1
--   param_1 = 1
WITH touched AS
(UPDATE publishers SET bio_html=%(new_html)s::VARCHAR, bio_policy=%(new_policy)s::SMALLINT WHERE publishers.id =
  %(key_id)s::UUID AND publishers.bio_markdown = %(rendered_source)s::VARCHAR AND publishers.bio_policy <
  %(new_policy)s::SMALLINT RETURNING %(param_1)s::INTEGER AS one)
 SELECT must_touch(%(must_touch_2)s::INTEGER, count(*)) AS must_touch_1
FROM touched
