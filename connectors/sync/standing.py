"""How syncing stands, for whoever decides what to start: histories, changes no report shows, who is at work.

Belongs here: these questions to `ingest`, cheap at any size. Does not: what is done about them (`orchestration/`).
"""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from connectors.connector import Connection
from connectors.sync import ledger, tenant
from connectors.sync.landing import session_name
from connectors.sync.lock import is_held

_HELD = """
select
    connections.synced_at,
    connections.restarted_at,
    count(windows.window_id) as unfinished
from ingest.connections
left join ingest.windows
    on windows.connection = connections.connection and windows.kind = 'history' and windows.finished_at is null
    and not exists (
        select from ingest.access
        where access.connection = windows.connection and access.table_name = windows.table_name and not access.may_read
    )
where connections.connection = %s
group by 1, 2
"""


@dataclass(frozen=True)
class Standing:
    """One connection: what is missing of its history ("" when it is whole), since when that was asked for again.

    `synced_at` is the start of the last sync that ended well; `is_running` says that its vendor is being synced now.
    """

    missing: str
    restarted_at: datetime | None
    synced_at: datetime | None
    is_running: bool


@dataclass(frozen=True)
class Unbuilt:
    """Changes no report shows: the last of them, and since when there may have been some: the last good build."""

    changed_at: datetime
    since: datetime


def of_connection(db: psycopg.Connection, connection: Connection) -> Standing:
    """How the connection stands; a warehouse that holds another tenant's data holds nothing of it."""
    running = is_held(db, session_name(connection.connector))
    if not tenant.is_wanted(db):
        return Standing("it was never synced", None, None, running)
    ledger.create(db)  # columns that an older version did not have
    row = db.execute(_HELD, [connection.name]).fetchone()
    if row is None:
        return Standing("it was never synced", None, None, running)
    synced_at, restarted_at, unfinished = row
    if restarted_at:
        missing = f"it was asked for again at {restarted_at:%Y-%m-%d %H:%M}"
    elif synced_at is None:
        missing = "no sync has come to its end yet"
    else:
        missing = f"{unfinished} tables are still to be read" if unfinished else ""
    return Standing(missing, restarted_at, synced_at, running)


def unbuilt(db: psycopg.Connection) -> Unbuilt | None:
    """What was written since the last good build read raw; None when there is nothing."""
    if not tenant.is_wanted(db):
        return None
    ledger.create(db)
    changed_at, connected_at, read_at = db.execute(
        "select max(changed_at), min(connected_at), (select max(read_at) from ingest.builds) from ingest.connections"
    ).fetchone()  # type: ignore[misc]
    if changed_at is None or (read_at is not None and changed_at <= read_at):
        return None
    return Unbuilt(changed_at, read_at or connected_at or changed_at)
