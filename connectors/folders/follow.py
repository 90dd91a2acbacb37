"""Following a folder: files that are new or changed are read as a whole, others are not opened.

    listing ──► changed files, oldest first ──► raw tables ──► what vanished from its file: another file's, or buried

A record is dated by its file's modification time, so the later file wins. A file is remembered once its records have
landed. Does not belong here: listing (`listing.py`), formats (`records.py`), what fits (each connector).
"""

from collections import Counter

import pyarrow as pa
from psycopg import sql

from connectors.connector import Object, Table
from connectors.errors import ConfigError
from connectors.folders.fitting import each, refusal
from connectors.folders.listing import listed
from connectors.folders.reading import Read, Reading, Unfit
from connectors.folders.records import FileRefused, format_of
from connectors.sync import cursors, gone, rows
from connectors.sync.progress import Progress
from connectors.sync.rows import Sight, version_of
from connectors.sync.session import Session

LANDED_AT_ONCE = 10_000
PREFIX = "file:"
"""How the cursor of a file is named that was read."""


def follow(session: Session, reading: Reading) -> None:
    """Bring the raw tables to what the folder holds. Raises `ConfigError` when there is none, or it is empty now."""
    Folder(session, reading).follow()


class Folder:
    """One run over one folder."""

    def __init__(self, session: Session, reading: Reading) -> None:
        """Lists the folder and recalls what was read of it."""
        self._session, self._reading = session, reading
        self._tables = {table.name: table for table in session.connector.tables}
        found = listed(session.connection, reading.setting)
        self._files = {file.path: file for file in found if self._is_asked_for(file.path)}
        held = cursors.starting(session.db, session.connection, PREFIX)
        self._before = {path: Read.from_text(text) for path, text in held.items() if self._is_asked_for(path)}
        self._note_unread([file.path for file in found if not reading.tables_of(file.path)])
        if not self._files and any(not read.is_gone for read in self._before.values()):
            raise ConfigError(
                f"{session.connection.name}: the folder in {session.connection.variable(reading.setting)} held files"
                " and holds none now; mount or address it again, or leave one empty file there if all is to go."
            )
        self._now = {
            path: Read.of(file, reading.contract, self._before.get(path)) for path, file in self._files.items()
        }
        self._pending: dict[str, dict[str, Sight]] = {name: {} for name in self._tables}
        self._refused: dict[str, list[tuple[str, str]]] = {name: [] for name in self._tables}
        self._finished: list[str] = []
        self._kept: dict[str, set[tuple[str, str]]] = {}
        self._seen: set[tuple[str, str]] = set()
        self._twice: Counter[str] = Counter()

    def follow(self) -> None:
        """Read what has changed, then deal with what vanished."""
        changed = [path for path, read in self._now.items() if read != self._before.get(path)]
        for path in sorted(changed, key=lambda path: (self._now[path].dated, path)):
            self._read(path)
        self._flush()
        if self._reading.buries:
            self._settle()
        for name, count in sorted(self._twice.items()):
            self._session.notes.append(f"{name}: {count:,} ids stood more than once; the later file or line won")

    def _read(self, path: str) -> None:
        """Land a file's records; a file that breaks off keeps the records held of it."""
        self._forget_refusals(path)
        kept: set[tuple[str, str]] | None = set()
        at = version_of(self._now[path].dated)

        def take(name: str, identity: str, obj: Object) -> None:
            if self._reading.buries:
                self._count(name, identity)
                if kept is not None:
                    kept.add((name, identity))
            self._pending[name][identity] = Sight(obj, at)
            if sum(map(len, self._pending.values())) >= LANDED_AT_ONCE:
                self._flush()

        def refuse(name: str, refused: tuple[str, str], identity: str | None) -> None:
            self._refused[name].append(refused)
            if identity and kept is not None:
                kept.add((name, identity))  # it is still there, only unfit: the record held stays

        try:
            each(self._files[path], self._reading, self._tables, take, refuse)
        except (FileRefused, Unfit) as error:
            refuse(self._reading.tables_of(path)[0], refusal(path, None, {}, str(error)), None)
            kept = None
        if kept is not None and path in self._before:
            self._kept[path] = kept
        self._finished.append(path)

    def _flush(self) -> None:
        """Land what waits, and remember the files that are through and have nothing to settle."""
        session, batches = self._session, {}
        for name, waiting in self._pending.items():
            if waiting:
                batches[name] = [self._rows(self._tables[name], list(waiting.values()))]
                waiting.clear()
        session.landing.land(batches)
        for name, refused in self._refused.items():
            session.landing.refuse(name, refused)
            refused.clear()
        for path in self._finished:
            if path not in self._kept:
                self._remember(path, self._now[path])
        self._finished.clear()
        for name in batches:
            read = session.landing.counts[name].read
            session.on_progress(Progress(name, read, tables={name: read}))

    def _settle(self) -> None:
        """What vanished from a file is taken from another that still holds it, or buried."""
        gone_now = [path for path, read in self._before.items() if path not in self._files and not read.is_gone]
        for path in [*self._kept, *gone_now]:
            now = self._now[path] if path in self._now else self._before[path].gone()
            for name in self._reading.tables_of(path):
                kept = {identity for of, identity in self._kept.get(path, ()) if of == name}
                vanished = self._held_from(name, path) - kept
                if vanished:
                    vanished -= self._land_from_elsewhere(name, vanished, path, now)
                    gone.bury(self._session, self._tables[name], vanished, now.dated)
            self._remember(path, now)
        if gone_now:
            self._session.notes.append(f"files gone, and their records with them: {', '.join(sorted(gone_now)[:5])}")

    def _land_from_elsewhere(self, name: str, wanted: set[str], path: str, now: Read) -> set[str]:
        found: dict[str, Sight] = {}
        lenders = set()
        for file in sorted(self._files.values()):
            if file.path == path or name not in self._reading.tables_of(file.path):
                continue

            def take(of: str, identity: str, obj: Object) -> None:
                if of == name and identity in wanted:
                    found[identity] = Sight(obj, version_of(now.dated))
                    lenders.add(obj["_file"])

            try:
                each(file, self._reading, self._tables, take, lambda *_: None)
            except (FileRefused, Unfit):
                continue  # refused and told of when it was read
        if found:
            self._session.landing.land({name: [self._rows(self._tables[name], list(found.values()))]})
        for lender in lenders:
            self._now[lender] = self._now[lender].lent(now.dated)
            self._remember(lender, self._now[lender])
        return found.keys() & wanted

    def _held_from(self, name: str, path: str) -> set[str]:
        query = sql.SQL(
            "select id from {} where connection = %s and data ->> '_file' = %s and not is_deleted"
        ).format(sql.Identifier(self._session.connector.schema, name))  # fmt: skip
        return {identity for (identity,) in self._session.db.execute(query, [self._session.connection.name, path])}

    def _rows(self, table: Table, seen: list[Sight]) -> pa.Table:
        return rows.of_sights(table, self._session.connection, seen, self._session.synced_at)

    def _count(self, name: str, identity: str) -> None:
        if (name, identity) in self._seen:
            self._twice[name] += 1
        self._seen.add((name, identity))

    def _remember(self, path: str, read: Read) -> None:
        cursors.put(self._session.db, self._session.connection, PREFIX + path, read.text())

    def _forget_refusals(self, path: str) -> None:
        """What a file was refused for before says nothing of what it holds now."""
        self._session.db.execute(
            "delete from ingest.quarantine where connection = %s and data ->> 'file' = %s",
            [self._session.connection.name, path],
        )

    def _is_asked_for(self, path: str) -> bool:
        return not set(self._reading.tables_of(path)).isdisjoint(self._session.tables)

    def _note_unread(self, paths: list[str]) -> None:
        known = [path for path in paths if format_of(path)]
        if known:
            shown = ", ".join(known[:5]) + (f" and {len(known) - 5} more" if len(known) > 5 else "")
            self._session.notes.append(
                f"files not read, for their names begin with no table's ({', '.join(self._tables)}): {shown}"
            )
