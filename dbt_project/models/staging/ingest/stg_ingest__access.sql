{{ raw_access() }}
