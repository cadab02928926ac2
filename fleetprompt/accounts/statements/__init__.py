"""Every SQL statement of accounts, by what it is about."""
