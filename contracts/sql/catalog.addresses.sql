-- catalog.addresses -> AddressRow
SELECT listings.id, listings.publisher_id, listings.updated_at_ms, ((get_byte(uuid_send(id), 14) << 8) |
  get_byte(uuid_send(id), 15)) AS slice_number
FROM listings
WHERE listings.status = 'published' AND (listings.publisher_id NOT IN (SELECT publishers.id
FROM publishers
WHERE publishers.suspended_at_ms IS NOT NULL)) AND %(last)s::INTEGER >= ((get_byte(uuid_send(id), 14) << 8) |
  get_byte(uuid_send(id), 15)) AND (((get_byte(uuid_send(id), 14) << 8) | get_byte(uuid_send(id), 15)), listings.id) >
  (%(after_slice)s::INTEGER, %(after_id)s::UUID) ORDER BY ((get_byte(uuid_send(id), 14) << 8) |
  get_byte(uuid_send(id), 15)), listings.id
 LIMIT %(fetch)s
