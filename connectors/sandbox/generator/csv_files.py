"""CSV files of a world, written row by row: what a second processor exports, and truth too long to keep in memory."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any


class CsvFiles:
    """Open CSV files by name, such as `files/orders`; `counts` says how many rows each holds below its header."""

    def __init__(self, files: Mapping[str, IO[str]], headers: Mapping[str, Iterable[str]]) -> None:
        self._writers = {name: csv.writer(file, lineterminator="\n") for name, file in files.items()}
        for name, writer in self._writers.items():
            writer.writerow(headers[name])
        self.counts = dict.fromkeys(files, 0)

    def write(self, name: str, row: Iterable[Any]) -> None:
        """Append one row to the file `name`."""
        self._writers[name].writerow(row)
        self.counts[name] += 1


@contextmanager
def opened_csv(folder: Path, headers: Mapping[str, Iterable[str]]) -> Iterator[CsvFiles]:
    """Files `folder/<name>.csv` with the header given for each name, made empty first."""
    with ExitStack() as stack:
        files: dict[str, IO[str]] = {}
        for name in headers:
            path = folder / f"{name}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            files[name] = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
        yield CsvFiles(files, headers)
