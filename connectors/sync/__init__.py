"""The engine every connector shares: polite HTTP, the raw tables, the guarded sink and one run of a connection."""
