-- catalog.delete_facet_deltas
DELETE FROM facet_deltas WHERE facet_deltas.id = ANY (%(ids)s::UUID[])
