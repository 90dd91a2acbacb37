"""`python -m connectors stripe`: sync one connection (or one vendor's connections) without Dagster."""

import sys
import time

from dotenv import load_dotenv

from connectors.registry import (
    LeadlineError,
    Progress,
    SyncResult,
    connections,
    connector,
    sync,
    warehouse,
)

SECONDS_BETWEEN = 2.0


def main(names: list[str]) -> int:
    """Sync the named connections, printing a line a table; returns the exit code."""
    load_dotenv()
    try:
        chosen = [c for c in connections() if not names or c.name in names or c.connector in names]
        for name in names:
            if not any(name in (c.name, c.connector) for c in chosen):
                vendor = connector(name.partition("@")[0])
                missing = ", ".join(c.name.upper() for c in vendor.required_credentials)
                prefix = f"SOURCES__{name.replace('@', '__').upper()}__"
                print(f"{name} is not connected: set {prefix}… ({missing}) in .env.", file=sys.stderr)
                return 2
        if not chosen:
            print("Nothing is connected: put credentials into .env (see .env.example).", file=sys.stderr)
            return 2
        target = warehouse.resolve()
        warehouse.check(target)
        for connection in chosen:
            _tell(sync(connector(connection.connector), connection, target, _Line(connection.name)))
    except LeadlineError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


class _Line:
    """Prints progress, a line every two seconds at most."""

    def __init__(self, connection: str) -> None:
        self._connection, self._said = connection, time.monotonic()

    def __call__(self, progress: Progress) -> None:
        if time.monotonic() - self._said >= SECONDS_BETWEEN:
            self._said = time.monotonic()
            print(f"{self._connection}: {progress}", flush=True)


def _tell(result: SyncResult) -> None:
    for note in result.notes:
        print(f"{result.connection}: {note}")
    for table in result.tables:
        said = f"{table.read:,} read, {table.written:,} written, {table.total:,} held"
        if table.quarantined:
            said += f", {table.quarantined:,} quarantined"
        if table.missed:
            said += f", {table.missed:,} changes no event had told of"
        print(f"{result.connection}/{table.table}: {table.denied or said}")
    print(f"{result.connection}: {result.seconds:.1f} s, {result.requests:,} requests")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
