"""What the public sees: search, listings with their releases, publishers, facets."""
