"""Website events as the sandbox plays them: the world's folder `web_events`, whatever its files are called."""

from connectors.sandbox.folder_vendor import folder_vendor

WEB_EVENTS = folder_vendor("web_events", "source", ("*.jsonl*", "*.csv*", "*.parquet"))
