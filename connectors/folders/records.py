"""What stands in a file, record by record with its line: CSV, JSONL and Parquet, gzip-compressed or not.

Belongs here: formats, encodings, and what is no record at all. Does not: what a record must hold (each connector).
"""

import csv
import gzip
import io
import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from connectors.connector import Object
from connectors.folders.listing import File
from connectors.sync.storable import storable

FORMATS = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")
LONGEST_LINE = 1_000_000
"""Bytes of one JSONL line; a CSV field has the csv module's own limit of 131,072."""
_SHOWN = 2_000
_BATCH = 5_000


class FileRefused(Exception):
    """A file that cannot be read at all; the message says what was found and what was expected."""


@dataclass(frozen=True)
class Record:
    """One record: `line` counts from 1 (in Parquet: rows); `value`, or why there is none and what stood there."""

    line: int
    value: Object | None
    reason: str = ""
    text: str = ""


def format_of(path: str) -> str | None:
    """The format a file's name tells, or None."""
    name = path.lower().removesuffix(".gz")
    return next((suffix for suffix in FORMATS if name.endswith(suffix)), None)


def records(file: File, columns: list[str], is_exact: bool) -> Iterator[Record]:
    """The records of a file; `columns` is filled with those a CSV or Parquet file declares, before the first record.

    With `is_exact`, fractions arrive as text, as they were written; else as floats. Raises `FileRefused` for a file
    that is not what its name says.
    """
    kind = format_of(file.path)
    with file.opened() as opened:
        stream: Any = gzip.GzipFile(fileobj=opened) if file.path.lower().endswith(".gz") else opened
        try:
            if kind == ".parquet":
                yield from _parquet(stream, columns, is_exact)
            elif kind in (".jsonl", ".ndjson"):
                yield from _jsonl(stream, is_exact)
            else:
                yield from _csv(stream, columns)
        except (gzip.BadGzipFile, EOFError, OSError) as error:
            raise FileRefused(f"the file breaks off or is not readable ({error}); write it again") from error


def _csv(stream: IO[bytes], columns: list[str]) -> Iterator[Record]:
    buffered: Any = stream if hasattr(stream, "peek") else io.BufferedReader(stream)  # type: ignore[type-var]
    if buffered.peek(2)[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise FileRefused("the file is UTF-16; save it as UTF-8")
    text = io.TextIOWrapper(buffered, encoding="utf-8-sig", errors="surrogateescape", newline="")
    head = text.readline()
    delimiter = max(",;\t", key=head.count)
    header = next(csv.reader([head], delimiter=delimiter), [])
    columns += [name.strip() for name in header]
    if len(set(columns)) != len(columns):
        raise FileRefused(f"a column stands twice in the header: {_shown(', '.join(columns))}")
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = lines.begin()
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Record(line, None, f"no CSV ({error}); is a quote not closed?", _shown(lines.give_back()))
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            continue
        if not any(fields):
            continue
        written = delimiter.join(fields)
        if len(fields) != len(columns):
            reason = f"{len(fields)} fields, but the header has {len(columns)}"
            yield Record(line, None, reason, _shown(written))
        elif not _is_unicode(written):
            yield Record(line, None, "not UTF-8; save the file as UTF-8", _shown(written))
        else:
            value = {name: field for name, field in zip(columns, fields, strict=True) if field != ""}
            yield Record(line, storable(value) if "\x00" in written else value)


class _Lines:
    """Lines for the csv module, which can be given back: a quote left open must not swallow the rows below it."""

    def __init__(self, text: Iterator[str]) -> None:
        self._text, self._returned, self._taken, self._number = text, deque[str](), list[str](), 1

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else next(self._text)
        self._taken.append(line)
        self._number += 1
        return line

    def begin(self) -> int:
        """The number of the line that a record now begins on."""
        self._taken.clear()
        return self._number + 1

    def give_back(self) -> str:
        """The first line of the record just begun; those after it will be read again."""
        first, *others = self._taken
        self._returned.extendleft(reversed(others))
        self._number -= len(others)
        return first


def _jsonl(stream: IO[bytes], is_exact: bool) -> Iterator[Record]:
    fraction, line = (str if is_exact else float), 0
    while raw := stream.readline(LONGEST_LINE):
        line += 1
        if not raw.strip() and raw.endswith(b"\n"):
            continue
        shown = _shown(raw[: _SHOWN * 4].decode("utf-8", "replace"))
        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            while (rest := stream.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                continue
            yield Record(line, None, f"the line is longer than {LONGEST_LINE:,} bytes", shown)
            continue
        try:
            value = json.loads(
                raw.decode("utf-8-sig"), parse_float=fraction, parse_int=_integer, parse_constant=_no_number
            )
        except UnicodeDecodeError:
            yield Record(line, None, "not UTF-8; save the file as UTF-8", shown)
        except (ValueError, RecursionError) as error:
            yield Record(line, None, f"no JSON ({error}); one object a line is expected", shown)
        else:
            if not isinstance(value, dict):
                yield Record(line, None, "JSON, but no object", shown)
            else:
                yield Record(line, storable(value) if b"\\u" in raw or b"\0" in raw else value)


def _parquet(stream: IO[bytes], columns: list[str], is_exact: bool) -> Iterator[Record]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(io.BytesIO(stream.read()) if isinstance(stream, gzip.GzipFile) else stream)
        columns += file.schema_arrow.names
        line = 0
        for batch in file.iter_batches(_BATCH):
            for row in batch.to_pylist():
                line += 1
                value = {name: _json_value(value, is_exact) for name, value in row.items() if value is not None}
                yield Record(line, storable(value))
    except pa.ArrowException as error:
        raise FileRefused(f"the file is no readable Parquet ({str(error).splitlines()[0]})") from error


def _json_value(value: Any, is_exact: bool) -> Any:
    """A Parquet value as JSON can say it; an exact fraction is text, in the fewest digits that name the number."""
    if isinstance(value, float) and not is_exact:
        return value
    if isinstance(value, float | Decimal):
        return format(value if isinstance(value, Decimal) else Decimal(repr(value)), "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, list):
        return [_json_value(item, is_exact) for item in value]
    if isinstance(value, dict):
        return {str(key): _json_value(item, is_exact) for key, item in value.items()}
    return value if isinstance(value, bool | int | None) else str(value)


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) < 19 else digits


def _no_number(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text) if not text.isascii() else True


def _shown(text: str) -> str:
    """The text, cut short, as every database can hold it."""
    kept = text[:_SHOWN].encode("utf-8", "replace").decode()
    return kept.replace("\x00", "\ufffd") + ("…" if len(text) > _SHOWN else "")
