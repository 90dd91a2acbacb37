"""One module per page of the site: what it asks of the marts, in which order it is shown."""
