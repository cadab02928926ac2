"""What makes a function an operation: its declaration, its transaction, its ledger entry and its audit events."""
