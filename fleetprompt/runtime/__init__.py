"""What makes a function an operation: its declaration, its transaction, its ledger entry and its audit events.

Beside it the operations of a deployment itself, which belong to no slice: its keys, processes, jobs, what leaves when
its time is over, and what a restore ends with.
"""
