"""Times as files and messages write them: ISO 8601, UTC without a zone; what could be read two ways is no time."""

import re
from datetime import UTC, datetime
from typing import Any

_WRITTEN = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?( ?Z|[+-]\d\d(:?\d\d)?)?)?")


def moment(value: Any) -> datetime | None:
    """The moment, with its zone; None for anything that is no ISO 8601 time."""
    text = str(value).strip()
    if not _WRITTEN.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text.replace(" Z", "Z"))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
