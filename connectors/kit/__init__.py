"""Kit (formerly ConvertKit): subscribers, and the tags, forms and sequences they were added to."""
