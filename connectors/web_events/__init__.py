"""Website events in the Segment spec: page views, identifies and tracks, from a Postgres schema or from files."""
