"""The engine every connector shares: rate budget, ranges of history, spool, landing, ledger, one run."""
