"""What publishers see and do: their listings, releases, statistics and profile."""
