"""What Superset's files call things: ids that follow from names, so that a second import finds what the first made."""

import uuid

VERSION = "1.0.0"
"""Of Superset's export format."""
_IDS = uuid.uuid5(uuid.NAMESPACE_DNS, "leadline")


def identity(kind: str, name: str) -> str:
    """The same for the same thing, whenever and wherever it is written."""
    return str(uuid.uuid5(_IDS, f"{kind}/{name}"))


def chart_identity(dashboard: str, chart: str) -> str:
    """Of a chart, whose title is its own within a dashboard."""
    return identity("chart", f"{dashboard}/{chart}")


def slug(title: str) -> str:
    """A title as part of a file's name and of an address."""
    return "-".join("".join(c if c.isalnum() else " " for c in title.lower()).split())
