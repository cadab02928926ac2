-- retention.delete.sessions
--   param_1 = 1
WITH touched AS
(DELETE FROM sessions WHERE (sessions.id) IN (SELECT anon_1.id
FROM unnest(%(id_list)s::UUID[]) AS anon_1(id)) RETURNING %(param_1)s::INTEGER AS one)
 SELECT must_touch(cardinality(%(id_list)s::UUID[]), count(*)) AS must_touch_1
FROM touched
