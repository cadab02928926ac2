"""Users, publishers, sessions and keys: who somebody is, and what she shows to prove it."""
