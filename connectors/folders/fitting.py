"""The records of one file: those that fit with their id, the others with file, line and reason.

Belongs here: one file, once through. Does not: formats (`records.py`), what is done with records (`follow.py`).
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from connectors.connector import Object, Table
from connectors.folders.listing import File
from connectors.folders.reading import Reading, Unfit
from connectors.folders.records import records

LONGEST_ID = 500
_SHOWN = 10_000

Take = Callable[[str, str, Object], None]
"""Gets the table, the id and the object to land, which says its `_file` and `_line`."""
Refuse = Callable[[str, tuple[str, str], str | None], None]
"""Gets the table, what the quarantine holds (JSON text and reason), and the id where there is one."""


def each(file: File, reading: Reading, tables: Mapping[str, Table], take: Take, refuse: Refuse) -> None:
    """Hand on every record of the file. Raises `FileRefused` or `Unfit` for a file that does not fit as a whole."""
    first, columns, is_declared = reading.tables_of(file.path)[0], list[str](), False
    for record in records(file, columns, reading.is_exact):
        if columns and not is_declared:
            reading.declared(first, columns)
            is_declared = True
        if record.value is None:
            refuse(first, refusal(file.path, record.line, {"text": record.text}, record.reason), None)
            continue
        identity = None
        try:
            if (fitted := reading.fitted(first, record.value)) is None:
                continue
            name, obj = fitted
            if not (identity := tables[name].identify(obj)):
                raise Unfit("it has no id")
            if len(identity) > LONGEST_ID:
                raise Unfit(f"its id is longer than {LONGEST_ID} characters")
            tables[name].created(obj)
        except Unfit as error:
            held = identity or tables[first].identify(record.value)
            refuse(first, refusal(file.path, record.line, {"record": record.value}, str(error)), held)
        else:
            take(name, identity, {**obj, "_file": file.path, "_line": record.line})
    if columns and not is_declared:
        reading.declared(first, columns)


def refusal(path: str, line: int | None, held: dict[str, Any], reason: str) -> tuple[str, str]:
    """What the quarantine keeps of a record or a file: JSON text, and the reason with file and line."""
    place: dict[str, Any] = {"file": path} if line is None else {"file": path, "line": line}
    text = json.dumps({**place, **held}, default=str)
    if len(text) > _SHOWN:
        text = json.dumps({**place, "text": f"{text[:_SHOWN]}…"})
    return text, f"{path}{'' if line is None else f', line {line}'}: {reason}"
