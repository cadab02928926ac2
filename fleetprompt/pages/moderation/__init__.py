"""What admins look at and do: the queue, listings, people, releases, intents, partner keys, the audit log."""
