"""The demo: a world folder played by the sandbox in this process, with the connectors pointed at it.

Belongs here: which world, and the environment that makes it the connected account. Does not: the vendors' APIs
(`connectors/sandbox`), the run itself (`job_run.py`).
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors.registry import CONNECTORS, generate_world, generator_version, play_world
from orchestration.paths import demo_world

SEED, CONTACTS = 7, 2_000

NEXT_STEPS = """Next:
  .venv/bin/leadline report --open            the reports as pages, in your browser
  make dev                                    the Dagster UI: lineage, runs, checks
  psql "$(.venv/bin/leadline url --reader)"   ask the reports yourself: select * from reports.rpt_orders_daily
  make sync                                   your own accounts, once .env has a key (see .env.example)
  .venv/bin/leadline stop                     stop the embedded Postgres"""


@contextmanager
def playing(world: Path | None) -> Iterator[str]:
    """Play `world`, or the generated business, as the only connected account; yields what is played, in words.

    Raises `ConfigError` for a folder that is no world or has a malformed line.
    """
    folder, words = (world, f"the world {world}") if world is not None else _generated()
    with play_world(folder) as variables:
        ours = [name for name in os.environ if name.startswith("SOURCES__") or name in ("CONNECTIONS", "SANDBOX_WORLD")]
        before = {name: os.environ.pop(name) for name in ours}
        os.environ.update({**variables, "SANDBOX_WORLD": _fingerprint(folder)})
        try:
            yield words
        finally:
            for name in (*variables, "SANDBOX_WORLD"):
                os.environ.pop(name, None)
            os.environ.update(before)


def _generated() -> tuple[Path, str]:
    """The generated business and what it is called: made when there is none, or when its generator would tell another.

    The stamp beside it is written last, so that a world half written is no world.
    """
    folder = demo_world()
    stamp, wanted = folder.with_name(f"{folder.name}.generator"), f"{generator_version()} {SEED} {CONTACTS}"
    stood = (folder / "truth").exists()
    if stood and stamp.exists() and stamp.read_text() == wanted:
        return folder, f"the generated business in {folder}"
    stamp.unlink(missing_ok=True)
    generate_world(folder, seed=SEED, contacts=CONTACTS)
    stamp.write_text(wanted)
    return folder, f"the generated business in {folder}" + (", made anew by a newer generator" if stood else "")


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
