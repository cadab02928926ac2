"""Every SQL statement of installs, by what it is about."""
