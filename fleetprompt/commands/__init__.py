"""The command line: one file per command (spec 7)."""
