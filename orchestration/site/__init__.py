"""The report site: self-contained HTML pages that show what the reports say, and why it can be trusted."""
