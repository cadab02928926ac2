-- retention.delete.processes
WITH touched AS
(DELETE FROM processes WHERE (processes.id) IN (SELECT anon_1.id
FROM unnest(%(id_list)s::UUID[]) AS anon_1(id)) RETURNING 1 AS one)
 SELECT must_touch(cardinality(%(id_list)s::UUID[]), count(*)) AS must_touch_1
FROM touched
