"""`python -m connectors stripe`: sync one connection (or one vendor's connections) without Dagster."""

import sys

from dotenv import load_dotenv

from connectors.registry import LeadlineError, connections, connector, sync, warehouse


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
            result = sync(connector(connection.connector), connection, target)
            for table in result.tables:
                print(
                    f"{result.connection}/{table.table}: {table.read:,} read, {table.written:,} written,"
                    f" {table.total:,} held" + (f", {table.quarantined:,} quarantined" if table.quarantined else "")
                )
            print(f"{result.connection}: {result.seconds:.1f} s")
    except LeadlineError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
