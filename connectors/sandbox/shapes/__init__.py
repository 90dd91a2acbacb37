"""Stripe worlds made in memory by the shape of their history, for tests and benchmarks of reading."""
