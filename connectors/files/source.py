"""Files as a connector.

    folder ──► connectors.folders.follow ──► Records.fitted ──► raw_files.<table>

Run it alone: `python -m connectors files`.
"""

import hashlib
import re
from datetime import timedelta

from connectors.connector import Connection, Connector, Credential, Opened
from connectors.errors import ConfigError
from connectors.files.currencies import EXPONENTS
from connectors.files.record import Records
from connectors.files.tables import TABLES
from connectors.folders.follow import follow as follow_folder
from connectors.folders.listing import listed
from connectors.folders.reading import Reading
from connectors.folders.records import FORMATS, format_of
from connectors.folders.restart import of_files
from connectors.sync.session import Session

_NAMES = sorted((table.name for table in TABLES), key=len, reverse=True)


def tables_of(path: str) -> tuple[str, ...]:
    """The table a file fills: the one its folder is named after, else the one its own name begins with."""
    if not format_of(path):
        return ()
    *folders, name = path.lower().split("/")
    for folder in reversed(folders):
        if folder in _NAMES:
            return (folder,)
    return next(((table,) for table in _NAMES if re.match(rf"{table}(?![a-z])", name)), ())


def follow(session: Session) -> None:
    """Bring the raw tables to what the folder holds; name the columns no table knows."""
    records = _records(session.connection)
    contract = hashlib.blake2b(
        repr([(table.columns, table.key) for table in TABLES] + [records.currency, records.is_minor]).encode(),
        digest_size=8,
    ).hexdigest()  # fmt: skip
    follow_folder(
        session,
        Reading("url", tables_of, records.declared, records.fitted, buries=True, is_exact=True, contract=contract),
    )
    for name, columns in sorted(records.unknown.items()):
        if columns:
            session.notes.append(f"{name}: columns kept that mean nothing here: {', '.join(sorted(columns)[:20])}")


def probe(connection: Connection) -> Opened:
    """List the folder. Raises `ConfigError` when it is not there or holds no file of a known name."""
    _records(connection)
    if not any(tables_of(file.path) for file in listed(connection, "url")):
        raise ConfigError(
            f"{connection.name}: the folder in {connection.variable('url')} holds no file whose name begins with one of"
            f" {', '.join(table.name for table in TABLES)} and ends with one of {', '.join(FORMATS)} (or that and .gz)."
        )
    return Opened(title="a folder of files")


def _records(connection: Connection) -> Records:
    """By the connection's settings. Raises `ConfigError` for a value that is none."""
    currency = (connection.optional("currency") or "").lower() or None
    if currency and currency not in EXPONENTS:
        raise ConfigError(f"{connection.variable('currency')} is {currency!r}; a currency is written usd.")
    amounts = connection.optional("amounts") or "major"
    if amounts not in ("major", "minor"):
        raise ConfigError(f"{connection.variable('amounts')} is {amounts!r}; it is major (45.00) or minor (4500).")
    return Records(currency, amounts == "minor")


CONNECTOR = Connector(
    name="files",
    title="Files",
    tables=TABLES,
    credentials=(
        Credential("url", "The folder: a path on this machine, file://, s3://bucket/folder or gs://bucket/folder."),
        Credential("currency", "Currency of files that have no such column, e.g. usd.", is_required=False),
        Credential("amounts", "minor when amounts are whole minor units (cents), as SegMetrics takes them.", False),
    ),
    cadence=timedelta(minutes=15),
    follow=follow,
    probe=probe,
    restart=of_files(tables_of),
    guide=(
        "Put the files into one folder, on this machine or in a bucket; connectors/files/README.md says which files and"
        " columns are read.",
        "For a bucket, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or GOOGLE_APPLICATION_CREDENTIALS, wherever"
        " Leadline runs.",
    ),
)
