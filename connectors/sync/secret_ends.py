"""When a connection's secrets end, as its vendor or a setting says, kept in `ingest.secrets` to be told in time.

Belongs here: asking once a day and after a change, keeping the answer, its words. Does not: how a vendor is asked
(each connector's client), who is told (`orchestration/`).
"""

import hashlib
from datetime import UTC, datetime, time, timedelta

import psycopg

from connectors.connections import EVERYBODYS
from connectors.connector import Connection, Connector, SecretEnd
from connectors.errors import ConfigError, LeadlineError
from connectors.sync.session import Session

ASKED_AGAIN_AFTER = timedelta(hours=20)
WARNED_BEFORE = timedelta(days=14)
SETTING = EVERYBODYS
"""Of any connection: the day on which its secret ends, for vendors that cannot be asked."""


def look(session: Session) -> SecretEnd | None:
    """The first end of a secret that is known of; a vendor that does not answer is noted, and fails nothing.

    Raises `ConfigError` for a day that is none.
    """
    set_by_hand = _set_by_hand(session.connection)
    told = _told(session) if session.connector.secret_end else None
    known = [end for end in (told, set_by_hand) if end]
    first = min(known, key=lambda end: end.at, default=None)
    _keep_first(session.db, session.connection, first)
    return first


def held(db: psycopg.Connection) -> dict[str, SecretEnd]:
    """The first end known of each connection, by name, as the last sync found it."""
    if db.execute("select to_regclass('ingest.secrets')").fetchone() == (None,):
        return {}
    rows = db.execute("select connection, setting, ends_at from ingest.secrets where ends_at is not null").fetchall()
    return {connection: SecretEnd(setting, at.astimezone(UTC)) for connection, setting, at in rows}


def is_soon(end: SecretEnd, now: datetime) -> bool:
    """Whether people should hear of it."""
    return end.at - now < WARNED_BEFORE


def said(connection: str, end: SecretEnd, now: datetime) -> str:
    """The end and, when it is near, its cure, in one sentence without its stop."""
    days = (end.at - now) // timedelta(days=1)
    when = f"in {days} days" if days > 1 else "within two days" if days >= 0 else "it is over"
    vendor, _, account = connection.partition("@")
    command = f"leadline connect {vendor}" + (f" --account {account}" if account else "")
    renewed = f" and put the new secret's day into {end.setting.upper()}" if end.setting == SETTING else ""
    cure = f": run `{command}`{renewed}" if is_soon(end, now) else ""
    what = "secret" if end.setting == SETTING else end.setting
    return f"{connection}: its {what} ends on {end.at:%Y-%m-%d} ({when}){cure}"


def _set_by_hand(connection: Connection) -> SecretEnd | None:
    text = connection.optional(SETTING)
    if not text:
        return None
    try:
        return SecretEnd(SETTING, datetime.combine(datetime.strptime(text, "%Y-%m-%d").date(), time(), UTC))
    except ValueError as error:
        raise ConfigError(f"{connection.variable(SETTING)} is {text!r}; a day is written 2026-01-31.") from error


def _told(session: Session) -> SecretEnd | None:
    """What the vendor says, asked anew when that was long ago or of another secret."""
    connector, connection, db = session.connector, session.connection, session.db
    assert connector.secret_end
    digest = _digest(connector, connection)
    row = db.execute(
        "select told_setting, told_ends_at from ingest.secrets"
        " where connection = %s and digest = %s and asked_at > now() - %s",
        [connection.name, digest, ASKED_AGAIN_AFTER],
    ).fetchone()
    if row:
        return SecretEnd(row[0], row[1].astimezone(UTC)) if row[1] else None
    told = None
    try:
        session.requests += 1
        told = connector.secret_end(connection)
    except LeadlineError as error:
        session.notes.append(f"when the secret ends could not be asked: {error}")
    db.execute(
        "insert into ingest.secrets (connection, digest, asked_at, told_setting, told_ends_at)"
        " values (%s, %s, now(), %s, %s) on conflict (connection) do update set digest = excluded.digest,"
        " asked_at = excluded.asked_at, told_setting = excluded.told_setting, told_ends_at = excluded.told_ends_at",
        [connection.name, digest, told.setting if told else None, told.at if told else None],
    )
    return told


def _keep_first(db: psycopg.Connection, connection: Connection, first: SecretEnd | None) -> None:
    if first:
        db.execute(
            "insert into ingest.secrets (connection, setting, ends_at) values (%s, %s, %s)"
            " on conflict (connection) do update set setting = excluded.setting, ends_at = excluded.ends_at",
            [connection.name, first.setting, first.at],
        )
    else:
        db.execute(
            "update ingest.secrets set setting = null, ends_at = null where connection = %s and ends_at is not null",
            [connection.name],
        )


def _digest(connector: Connector, connection: Connection) -> str:
    """Names the connection's secrets without telling them."""
    values = [(one.name, connection.optional(one.name)) for one in connector.credentials if one.is_secret]
    return hashlib.blake2b(repr(values).encode(), digest_size=6).hexdigest()
