"""Where written objects go: one JSON line each, in the file of their list, and a running number for ids."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

import orjson

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WIDTH = 8


class Sink:
    """Open files of a world; `counts` says how many objects each holds."""

    def __init__(self, files: dict[str, IO[bytes]]) -> None:
        self._files = files
        self._next = 0
        self.counts = dict.fromkeys(files, 0)

    def id(self, prefix: str) -> str:
        """A fresh id: ids are unique over all lists."""
        self._next += 1
        number, digits = self._next, ""
        while number:
            number, digit = divmod(number, len(_ALPHABET))
            digits = _ALPHABET[digit] + digits
        return f"{prefix}_1Sbx{digits.rjust(_WIDTH, '0')}"

    def write(self, name: str, item: dict[str, Any]) -> None:
        """Append one object to the file `name`, such as `stripe/charges`."""
        self._files[name].write(orjson.dumps(item, option=orjson.OPT_APPEND_NEWLINE))
        self.counts[name] += 1


@contextmanager
def opened(folder: Path, names: list[str]) -> Iterator[Sink]:
    """A sink writing `folder/<name>.jsonl` for each name, made empty first."""
    with ExitStack() as stack:
        files: dict[str, IO[bytes]] = {}
        for name in names:
            path = folder / f"{name}.jsonl"
            path.parent.mkdir(parents=True, exist_ok=True)
            files[name] = stack.enter_context(path.open("wb", buffering=1 << 20))
        yield Sink(files)
