"""Having the files of a folder read again.

Belongs here: forgetting what was read, and keeping what is known of each file besides. Does not: reading (`follow.py`).
"""

from collections.abc import Callable, Collection
from dataclasses import replace

import psycopg

from connectors.connector import Connection, Restart, Span
from connectors.folders.follow import PREFIX
from connectors.folders.reading import Read
from connectors.sync import cursors
from connectors.sync.restart import refuse_part


def of_files(tables_of: Callable[[str], Collection[str]]) -> Restart:
    """Has every file read again that fills one of the tables asked for, as if another contract held for it."""

    def restart(db: psycopg.Connection, connection: Connection, asked: Collection[str], span: Span) -> list[str]:
        refuse_part(connection, span, "a file is read whole or not at all")
        held = {path: Read.from_text(text) for path, text in cursors.starting(db, connection, PREFIX).items()}
        again = [path for path, read in held.items() if not read.is_gone and set(tables_of(path)) & set(asked)]
        for path in again:
            cursors.put(db, connection, PREFIX + path, replace(held[path], contract="").text())
        return [f"{len(again):,} files are read again"]

    return restart
