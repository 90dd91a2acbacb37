"""The command line: `--world DIR --port N` plays a world, `generate` writes one; every refusal is one sentence."""

import argparse
import contextlib
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from connectors.sandbox.generator import generate
from connectors.sandbox.jsonl import WorldError
from connectors.sandbox.serving import address, environment, listen, server, stripe_api
from connectors.sandbox.world import load


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code: 0 done, 2 refused with a sentence on stderr."""
    try:
        if arguments[:1] == ["generate"]:
            return _generate(arguments[1:])
        return _play(arguments)
    except (WorldError, OSError) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 2


def _play(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m connectors.sandbox",
        description="Play the vendors' APIs from a world folder; `generate` writes such a folder.",
    )
    parser.add_argument("--world", required=True, type=Path, metavar="DIR", help="the world folder")
    parser.add_argument("--port", default=0, type=int, metavar="N", help="0 takes a free port (default)")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default 127.0.0.1)")
    asked = parser.parse_args(arguments)
    world = load(asked.world)
    stripe = stripe_api(world)
    try:
        listening = listen(asked.host, asked.port)
    except (OSError, OverflowError) as error:
        raise WorldError(
            f"cannot listen on {asked.host} port {asked.port} ({error}); choose another with --port, 0 for a free one."
        ) from None
    with listening:
        running = server(world, stripe)

        def stop(*_: object) -> None:
            running.should_exit = True

        # uvicorn raises the signal again once it has stopped: ours makes that a quiet exit.
        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)
        for name, value in environment(world, address(listening)).items():
            print(f"{name}={value}")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            running.run(sockets=[listening])
    return 0


def _generate(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m connectors.sandbox generate",
        description="Write a coherent business and its truth; the same arguments give the same bytes.",
    )
    parser.add_argument("--seed", required=True, type=int, metavar="S")
    parser.add_argument("--contacts", required=True, type=int, metavar="N", help="how many CRM contacts")
    parser.add_argument(
        "--until",
        default=datetime.now(UTC).date(),
        type=date.fromisoformat,
        metavar="YYYY-MM-DD",
        help="the business as it stood when this UTC day began (default today)",
    )
    parser.add_argument("folder", type=Path, metavar="DIR")
    asked = parser.parse_args(arguments)
    written = generate(asked.folder, seed=asked.seed, contacts=asked.contacts, until=asked.until)
    for name, count in written.items():
        print(f"{name}: {count}")
    return 0
