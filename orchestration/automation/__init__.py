"""When things run by themselves: jobs, sensors and schedules; it re-exports nothing."""
