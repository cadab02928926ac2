-- catalog.delete_facet_deltas
WITH touched AS
(DELETE FROM facet_deltas WHERE facet_deltas.id = ANY (%(ids)s::UUID[]) RETURNING 1 AS one)
 SELECT must_touch(cardinality(%(ids)s::UUID[]), count(*)) AS must_touch_1
FROM touched
