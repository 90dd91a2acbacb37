"""The studio's business, its last days still to come: what is created on them is held back and happens day by day.

Belongs here: cutting the world, and making a day happen. Does not: what goes wrong on it (`troubles.py`).
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from connectors.sandbox.change import MovingWorld
from connectors.sandbox.stripe_resources import RESOURCES

STUDIO = Path(__file__).parent.parent / "worlds" / "studio"
LAST_DAY = date(2026, 6, 30)
EVENTS_SHOW_AFTER = 300
"""Seconds, of the world's clock."""

Object = dict[str, Any]


@dataclass(frozen=True)
class HeldBack:
    """What is still to be created, by list, the oldest first."""

    objects: dict[str, list[Object]]

    def happen(self, world: MovingWorld, day: date) -> int:
        """Let the day pass: create what belongs to it at its time; returns how many things happened."""
        until = _midnight(day + timedelta(days=1))
        due = sorted(self._due(until), key=lambda one: one[1][RESOURCES[one[0]].created_key])
        for kind, obj in due:
            world.clock.stop(at=obj[RESOURCES[kind].created_key])
            world.create(kind, obj)
        world.clock.stop(at=until + EVENTS_SHOW_AFTER)
        world.clock.run()
        return len(due)

    def _due(self, until: int) -> Iterator[tuple[str, Object]]:
        for kind, waiting in self.objects.items():
            while waiting and waiting[0][RESOURCES[kind].created_key] < until:
                yield kind, waiting.pop(0)


def cut(folder: Path, days: int) -> HeldBack:
    """Write the studio into `folder` as it was `days` before its end, and return the rest."""
    shutil.copytree(STUDIO, folder)
    since = _midnight(LAST_DAY - timedelta(days=days - 1))
    held: dict[str, list[Object]] = {}
    for kind, resource in RESOURCES.items():
        file = folder / "stripe" / f"{kind}.jsonl"
        if file.exists():
            objects = [json.loads(line) for line in file.read_text().splitlines() if line.strip()]
            objects.sort(key=lambda obj: obj[resource.created_key])
            held[kind] = [obj for obj in objects if obj[resource.created_key] >= since]
            kept = [obj for obj in objects if obj[resource.created_key] < since]
            file.write_text("".join(json.dumps(obj) + "\n" for obj in kept))
    settings = (folder / "world.toml").read_text()
    (folder / "world.toml").write_text(f"{settings}\n[stripe]\nnow = {since}\n")
    return HeldBack(held)


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())
