"""Files as the sandbox plays them: the world's folder `files`."""

from connectors.sandbox.folder_vendor import folder_vendor

_TABLES = ("contacts", "contact_tags", "orders", "order_items", "refunds", "subscriptions", "products", "ad_days",
           "exchange_rates")  # fmt: skip

FILES = folder_vendor("files", "url", tuple(f"{table}*" for table in _TABLES))
