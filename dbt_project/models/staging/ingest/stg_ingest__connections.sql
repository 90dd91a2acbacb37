{{ raw_connections() }}
