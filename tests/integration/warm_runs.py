"""Starts syncs that can be killed: each is a fork of this process, which has imported everything before.

`python -m connectors` spends longer importing than a small account takes to sync, so that random instants would mostly
hit the imports. Each `go` line prints a run's process id; the line after it waits for its end, prints its exit status.
"""

import os
import sys
from pathlib import Path

import connectors.__main__
import connectors.stripe.client as client


def run(log: Path) -> int:
    """What `python -m connectors stripe` does, told to the file `log`."""
    with log.open("a") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    try:
        return connectors.__main__.main(["stripe"])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def main(log: Path, page_size: int) -> None:
    """Serve until standard input ends."""
    import adbc_driver_postgresql.dbapi  # noqa: F401
    import dlt.destinations  # noqa: F401

    client.PAGE_SIZE = page_size
    while sys.stdin.readline():
        pid = os.fork()
        if pid == 0:
            os._exit(run(log))
        print(pid, flush=True)
        sys.stdin.readline()  # not reaped before, so that the id stays its own while it may be killed
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
