"""Website events as a connector.

    a Postgres schema ──► schema.follow_schema ┐
    a folder of files ──► folders.follow ──────┴──► raw_web_events.pages, .identifies, .tracks

Run it alone: `python -m connectors web_events`.
"""

from collections.abc import Collection
from datetime import timedelta

import psycopg

from connectors.connector import Connection, Connector, Credential, Opened, Span
from connectors.errors import ConfigError
from connectors.folders.follow import follow as follow_folder
from connectors.folders.listing import listed
from connectors.folders.reading import Reading
from connectors.folders.records import FORMATS, format_of
from connectors.folders.restart import of_files
from connectors.sync import restart as again
from connectors.sync.session import Session
from connectors.web_events.messages import TABLES, Messages
from connectors.web_events.schema import OWN, follow_schema, opened, tables_of

_DATABASES = ("postgres://", "postgresql://", f"{OWN}://")


def follow(session: Session) -> None:
    """Land what is new, wherever it comes from."""
    messages, source = Messages(), session.connection.required("source")
    if source.startswith(_DATABASES):
        follow_schema(session, source, messages)
    else:
        follow_folder(session, _reading(messages))
    if note := messages.note():
        session.notes.append(note)


def probe(connection: Connection) -> Opened:
    """Look into the schema or list the folder. Raises `ConfigError` when there are no events."""
    source = connection.required("source")
    if source.startswith(_DATABASES):
        with opened(connection, source) as (db, schema):
            return Opened(title=f"schema {schema} with {', '.join(tables_of(db, connection, schema))}")
    if not any(format_of(file.path) for file in listed(connection, "source")):
        raise ConfigError(
            f"{connection.name}: the folder in {connection.variable('source')} holds no file that ends with one of"
            f" {', '.join(FORMATS)} (or that and .gz)."
        )
    return Opened(title="a folder of events")


def restart(db: psycopg.Connection, connection: Connection, tables: Collection[str], span: Span) -> list[str]:
    """Have the files, or the schema's tables, read again: from their beginning, and all of them together."""
    if connection.required("source").startswith(_DATABASES):
        names = [table.name for table in TABLES]
        return again.of_cursors({", ".join(names): ["schema:*"]}, "rows are read by load time, not by day")(
            db, connection, [", ".join(names)], span
        )
    return of_files(lambda _: tables)(db, connection, tables, span)


def _reading(messages: Messages) -> Reading:
    """Events that vanish from a folder have still happened: nothing is buried."""
    names = tuple(table.name for table in TABLES)
    return Reading(
        "source",
        lambda path: names if format_of(path) else (),
        lambda _, __: None,
        messages.fitted,
        buries=False,
        is_exact=False,
        contract="1",
    )


CONNECTOR = Connector(
    name="web_events",
    title="Website events",
    tables=TABLES,
    credentials=(
        Credential(
            "source",
            "postgresql://user:password@host:5432/database?schema=name, warehouse://name for a schema of the warehouse"
            " itself, or a folder of files (a path, s3://bucket/folder, gs://bucket/folder).",
        ),
    ),
    cadence=timedelta(minutes=15),
    follow=follow,
    probe=probe,
    restart=restart,
    guide=(
        "Find out where your page views already lie: the Postgres schema that Segment, RudderStack or Jitsu fills, or a"
        " folder of files in the Segment spec.",
        "For a schema, have a role ready that may read it; for a bucket, set AWS_ACCESS_KEY_ID and"
        " AWS_SECRET_ACCESS_KEY, or GOOGLE_APPLICATION_CREDENTIALS, wherever Leadline runs.",
    ),
)
