-- installs.delete_deltas
--   param_1 = 1
WITH touched AS
(DELETE FROM stat_deltas WHERE stat_deltas.id = ANY (%(ids)s::UUID[]) RETURNING %(param_1)s::INTEGER AS one)
 SELECT must_touch(cardinality(%(ids)s::UUID[]), count(*)) AS must_touch_1
FROM touched
