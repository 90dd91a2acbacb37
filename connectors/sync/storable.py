"""Text that Postgres can hold: jsonb refuses U+0000 and lone surrogates, which vendors' free-text fields can carry.

Both become U+FFFD, the replacement character, so that the rest of the object is kept. Its longest numbers are kept as
text: no JSON is written of integers of more than 64 bits.
"""

import re
from typing import Any

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(value: Any) -> Any:
    """The same JSON value with every unstorable character replaced, in keys too, and integers too long as text."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return str(value)
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    return value
