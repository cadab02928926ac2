"""Every SQL statement of moderation, by what it is about."""
