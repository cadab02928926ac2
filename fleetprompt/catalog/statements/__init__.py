"""Every SQL statement of the public catalog. Each takes published listings of publishers that are not suspended."""
