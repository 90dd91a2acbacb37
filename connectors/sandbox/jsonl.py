"""Reading a file of one JSON object a line, with messages that name file and line.

What an object must carry for its vendor is checked by the module of that vendor, through `require_*`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

_LAST_SECOND = 253_402_300_799  # the year 9999


class WorldError(Exception):
    """A folder that cannot be played; the message is one sentence for a person."""


@dataclass(frozen=True, slots=True)
class Line:
    """One object of a file: where it stands, its bytes as written, and what they decode to."""

    path: Path
    number: int
    raw: bytes
    value: dict[str, Any]

    @property
    def where(self) -> str:
        """`file, line n`, to begin a message with."""
        return f"{self.path}, line {self.number}"


def read_lines(path: Path) -> Iterator[Line]:
    """Yield the objects of `path` in file order, skipping blank lines; a missing file has none.

    Raises `WorldError` for a line that is not a JSON object.
    """
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, text in enumerate(file, start=1):
            raw = text.strip()
            if not raw:
                continue
            try:
                value = orjson.loads(raw)
            except orjson.JSONDecodeError as error:
                raise WorldError(f"{path}, line {number}: not JSON ({error}); write one object a line.") from None
            if not isinstance(value, dict):
                found = type(value).__name__
                raise WorldError(f"{path}, line {number}: found a JSON {found}, expected an object.")
            yield Line(path, number, raw, value)


def require_id(line: Line, seen: dict[str, int]) -> str:
    """Return the object's `id` and note it in `seen` (id to line number).

    Raises `WorldError` when it is missing, no text, or was seen before.
    """
    found = line.value.get("id")
    if not isinstance(found, str) or not found:
        raise WorldError(f"{line.where}: the object has no `id`; expected a non-empty text, found {found!r}.")
    if found in seen:
        raise WorldError(
            f"{line.where}: the id {found!r} already stands on line {seen[found]}; keep one of the two lines."
        )
    seen[found] = line.number
    return found


def require_created(line: Line, key: str = "created") -> int:
    """Return when the object was made, in Unix seconds under `key`.

    Raises `WorldError` when it is missing, no integer, or not a time at all.
    """
    found = line.value.get(key)
    if not isinstance(found, int) or isinstance(found, bool):
        raise WorldError(
            f"{line.where}: `{key}` is {found!r}; Stripe objects carry whole Unix seconds there, so add them."
        )
    if abs(found) > _LAST_SECOND:
        raise WorldError(f"{line.where}: `{key}` is {found}, no time in Unix seconds; are these milliseconds?")
    return found
