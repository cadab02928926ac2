"""HTML over the same operations: every page reads by `ask` and acts by `run`, as the API does."""
