"""Data-driven attribution: the mathematics of channel weights, knowing nothing of Dagster or of the warehouse."""
