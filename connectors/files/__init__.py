"""Files of one's own: contacts, tags, orders, subscriptions and ad spend as CSV, JSONL or Parquet."""
