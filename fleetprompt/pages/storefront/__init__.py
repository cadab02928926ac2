"""What anyone may look at: home, search, listings, releases, publishers, feeds."""
