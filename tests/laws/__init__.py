"""The laws of the house as checks, and for each law the proof that it catches who breaks it."""
