"""One at a time: advisory locks in the warehouse, which die with whoever held them.

Belongs here: taking a lock, ending what a killed holder left behind, telling whether one is held. Does not: what is
done under it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from connectors.errors import RetryError


@contextmanager
def alone(db: psycopg.Connection, name: str) -> Iterator[None]:
    """Hold the lock `name`; end what a killed holder left running under that application name.

    Raises `RetryError` when a living holder has it. The lock dies with its holder, so nothing is ever stuck.
    """
    got = db.execute("select pg_try_advisory_lock(hashtextextended(%s, 0))", [name]).fetchone()
    if not got or not got[0]:
        raise RetryError(f"Another {name} is running on this warehouse; wait for it to end, then run this again.")
    try:
        db.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where application_name = %s and datname = current_database() and pid <> pg_backend_pid()",
            [name],
        )
        yield
    finally:
        if not db.closed and not db.broken:
            db.execute("select pg_advisory_unlock(hashtextextended(%s, 0))", [name])


def is_held(db: psycopg.Connection, name: str) -> bool:
    """Whether somebody alive holds the lock `name` on this warehouse; takes nothing, so nobody is kept out."""
    found = db.execute(
        "select from pg_locks where locktype = 'advisory' and granted and objsubid = 1"
        " and database = (select oid from pg_database where datname = current_database())"
        " and (classid::bigint << 32 | objid::bigint) = hashtextextended(%s, 0)",
        [name],
    )
    return found.fetchone() is not None
