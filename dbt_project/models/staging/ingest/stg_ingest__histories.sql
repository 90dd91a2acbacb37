{{ raw_histories() }}
