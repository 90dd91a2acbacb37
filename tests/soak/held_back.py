"""The studio's business, its last days still to come: what is created on them is held back and happens bit by bit.

Belongs here: cutting the world, and letting time pass in it. Does not: what goes wrong meanwhile (`troubles.py`).
"""

import json
import shutil
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from connectors.sandbox.change import MovingWorld
from connectors.sandbox.stripe_resources import RESOURCES

STUDIO = Path(__file__).parent.parent / "worlds" / "studio"
LAST_DAY = date(2026, 6, 30)
PLAYED = frozenset({"stripe", "hubspot", "google_ads", "meta_ads", "files", "web_events"})
PAYMENTS_AND_CONTACTS = frozenset({"stripe", "hubspot", "files"})
OF_PAYMENTS_AND_CONTACTS = frozenset(
    {"orders.csv", "orders_by_utc_month.csv", "totals.csv", "balance.csv", "list_memberships.csv", "files_orders.csv"}
)
EVENTS_SHOW_AFTER = 300
"""Seconds, of the world's clock."""

Object = dict[str, Any]


@dataclass(frozen=True)
class HeldBack:
    """What is still to be created, by list, the oldest first."""

    objects: dict[str, list[Object]]

    def happen(self, world: MovingWorld, until: datetime) -> int:
        """Let the time pass: create what belongs to it at its time; returns how many things happened.

        A customer is edited as well, so that there is news of every time, however quiet it was.
        """
        due = sorted(self._due(int(until.timestamp())), key=lambda one: one[1][RESOURCES[one[0]].created_key])
        for kind, obj in due:
            _move(world, obj[RESOURCES[kind].created_key])
            world.create(kind, obj)
        _move(world, int(until.timestamp()))
        customer = next(iter(world.state("customers")))
        world.update("customers", customer, description=f"Seen at {until:%Y-%m-%d %H:%M}")
        world.clock.advance(EVENTS_SHOW_AFTER)
        world.clock.run()
        return len(due) + 1

    def _due(self, until: int) -> Iterator[tuple[str, Object]]:
        for kind, waiting in self.objects.items():
            while waiting and waiting[0][RESOURCES[kind].created_key] < until:
                yield kind, waiting.pop(0)


def cut(folder: Path, days: int, vendors: AbstractSet[str]) -> HeldBack:
    """Write the studio into `folder` as it was `days` before its end, and return the rest.

    Of its truth, what is not of these `vendors` alone is left out.
    """
    shutil.copytree(STUDIO, folder)
    if not vendors >= PLAYED:
        for file in (folder / "truth").iterdir():
            if file.name not in OF_PAYMENTS_AND_CONTACTS:
                file.unlink()
    since = midnight(LAST_DAY - timedelta(days=days - 1))
    held: dict[str, list[Object]] = {}
    for kind, resource in RESOURCES.items():
        file = folder / "stripe" / f"{kind}.jsonl"
        if file.exists():
            objects = [json.loads(line) for line in file.read_text().splitlines() if line.strip()]
            objects.sort(key=lambda obj: obj[resource.created_key])
            held[kind] = [obj for obj in objects if obj[resource.created_key] >= since.timestamp()]
            kept = [obj for obj in objects if obj[resource.created_key] < since.timestamp()]
            file.write_text("".join(json.dumps(obj) + "\n" for obj in kept))
    settings = (folder / "world.toml").read_text()
    (folder / "world.toml").write_text(f"{settings}\n[stripe]\nnow = {int(since.timestamp())}\n")
    return HeldBack(held)


def _move(world: MovingWorld, at: int) -> None:
    """Stop the clock there; it ran on since the last time, and no vendor's clock goes back."""
    world.clock.stop(at=max(at, int(world.clock.now())))


def midnight(day: date) -> datetime:
    """When the day begins, in UTC."""
    return datetime.combine(day, time(), UTC)
