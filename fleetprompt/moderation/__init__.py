"""What admins see and do: suspend, reinstate, flag, verify, revoke, handle reports, read the audit log."""
