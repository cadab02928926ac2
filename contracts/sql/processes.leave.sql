-- processes.leave
DELETE FROM processes WHERE processes.id = %(process)s::UUID
