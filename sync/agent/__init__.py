"""The cloud agent: one process, one thread; keeps nothing that is not in the ledger."""
