"""When things run: jobs now, schedules and sensors with the continuous syncs; it re-exports nothing."""
