"""What a connector says of its files, and what is remembered of each file that was read.

Belongs here: these declarations. Does not: following a folder (`follow.py`), formats (`records.py`).
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from connectors.connector import Object
from connectors.folders.listing import File

_LATER = timedelta(milliseconds=1)


class Unfit(Exception):
    """A record or a header that does not fit; the message says what was found and what was expected."""


@dataclass(frozen=True)
class Reading:
    """How a connector reads the folder its `setting` names.

    `tables_of` gives the tables a file can fill by its path, none for a file that is not read. `declared` gets such a
    table and the columns a file declares; `fitted` a table of the file and a record, and returns the table it belongs
    to and the object to land, or None for a record that is of no interest. Both raise `Unfit`. With `buries`, a record
    that vanishes from its file is gone. With `is_exact`, fractions arrive as text, never as floats. Another `contract`
    has every file read again.
    """

    setting: str
    tables_of: Callable[[str], tuple[str, ...]]
    declared: Callable[[str, list[str]], None]
    fitted: Callable[[str, Object], tuple[str, Object] | None]
    buries: bool
    is_exact: bool
    contract: str


@dataclass(frozen=True)
class Read:
    """A file as it was read: its modification time and size, and the time its records are dated (`at`).

    `at` only moves forward, whatever a restored file's modification time is.
    """

    modified: str
    size: int
    contract: str
    at: str
    is_gone: bool = False

    @classmethod
    def of(cls, file: File, contract: str, before: "Read | None") -> "Read":
        """The file as it is now; equal to `before` when it need not be read again."""
        now = cls(file.modified_at.isoformat(), file.size, contract, file.modified_at.isoformat())
        if before is None:
            return now
        if replace(now, at=before.at) == before:
            return before
        return replace(now, at=max(file.modified_at, before.dated + _LATER).isoformat())

    @property
    def dated(self) -> datetime:
        """The time its records are dated."""
        return datetime.fromisoformat(self.at)

    def gone(self) -> "Read":
        """The file once it is no longer there."""
        return replace(self, at=(self.dated + _LATER).isoformat(), is_gone=True)

    def lent(self, at: datetime) -> "Read":
        """The file once records of it were landed with a later date."""
        return replace(self, at=max(at, self.dated).isoformat())

    def text(self) -> str:
        """As a cursor holds it."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> "Read":
        """The reverse of `text`."""
        return cls(**json.loads(text))
