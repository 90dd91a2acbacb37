{{ raw_counts() }}
