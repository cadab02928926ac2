-- rerendering.renew.publishers
WITH touched AS
(UPDATE publishers SET bio_html=%(new_html)s::VARCHAR, bio_policy=%(new_policy)s::SMALLINT WHERE publishers.id =
  %(key_id)s::UUID AND publishers.bio_markdown = %(rendered_source)s::VARCHAR AND publishers.bio_policy <
  %(new_policy)s::SMALLINT RETURNING 1 AS one)
 SELECT must_touch(1, count(*)) AS must_touch_1
FROM touched
