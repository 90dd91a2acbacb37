"""The demo: a world folder played by the sandbox in this process, with the connectors pointed at it.

Belongs here: which world, and the environment that makes it the connected account. Does not: the vendors' APIs
(`connectors/sandbox`), the run itself (`job_run.py`).
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors.registry import CONNECTORS, generate_world, play_world
from orchestration.paths import demo_world

SEED, CONTACTS = 7, 2_000

NEXT_STEPS = """Next:
  make dev                                    the Dagster UI: lineage, runs, checks
  psql "$(.venv/bin/leadline url --reader)"   ask the reports yourself: select * from reports.rpt_orders_daily
  make sync                                   your own accounts, once .env has a key (see .env.example)
  .venv/bin/leadline stop                     stop the embedded Postgres"""


@contextmanager
def playing(world: Path | None) -> Iterator[str]:
    """Play `world`, or the generated business, as the only connected account; yields what is played, in words.

    Raises `ConfigError` for a folder that is no world or has a malformed line.
    """
    folder = world if world is not None else _generated()
    with play_world(folder) as variables:
        ours = [name for name in os.environ if name.startswith("SOURCES__") or name in ("CONNECTIONS", "SANDBOX_WORLD")]
        before = {name: os.environ.pop(name) for name in ours}
        os.environ.update({**variables, "SANDBOX_WORLD": _fingerprint(folder)})
        try:
            yield f"the world {folder}" if world is not None else f"the generated business in {folder}"
        finally:
            for name in (*variables, "SANDBOX_WORLD"):
                os.environ.pop(name, None)
            os.environ.update(before)


def _generated() -> Path:
    folder = demo_world()
    if not (folder / "truth").exists():
        generate_world(folder, seed=SEED, contacts=CONTACTS)
    return folder


def _fingerprint(folder: Path) -> str:
    """Names the business by its files' content: a changed world is another business, not an update of this one."""
    digest = hashlib.blake2b(digest_size=12)
    for connector in CONNECTORS:
        for file in sorted((folder / connector.name).glob("*")):
            digest.update(f"{connector.name}/{file.name}:{file.stat().st_size}\n".encode())
            with file.open("rb") as stream:
                while block := stream.read(1 << 20):
                    digest.update(block)
    return digest.hexdigest()
