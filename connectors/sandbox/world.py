"""A world folder read into memory: the one door for everything that plays it.

What a vendor's file must hold is the business of `stripe_world.py` and of each vendor's own `load`.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from connectors.sandbox.clock import Clock
from connectors.sandbox.jsonl import WorldError
from connectors.sandbox.settings import Settings, read_settings
from connectors.sandbox.stripe_files import CONNECTED, load_connected, load_stripe
from connectors.sandbox.stripe_resources import RESOURCES
from connectors.sandbox.stripe_world import StripeWorld
from connectors.sandbox.vendors import VENDORS

logger = logging.getLogger(__name__)

KNOWN_FILES: dict[str, tuple[str, ...]] = {
    "stripe": tuple(f"{name}.jsonl" for name in RESOURCES),
    **{vendor.name: vendor.files for vendor in VENDORS},
}


@dataclass(frozen=True)
class World:
    """Everything a world holds, ready to be played: `others` by vendor, `connected` by the Stripe account's id."""

    settings: Settings = field(default_factory=Settings)
    stripe: StripeWorld = field(default_factory=StripeWorld)
    others: Mapping[str, Any] = field(default_factory=dict)
    connected: Mapping[str, StripeWorld] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)


def load(path: str | Path) -> World:
    """Read the world at `path`; raises `WorldError` with one sentence when it cannot be played."""
    folder = Path(path)
    if not folder.is_dir():
        raise WorldError(f"{folder}: no such folder; name a world folder or write one with `generate`.")
    if not any((folder / vendor).is_dir() for vendor in KNOWN_FILES):
        raise WorldError(f"{folder}: not a world, it holds none of the folders {', '.join(KNOWN_FILES)}.")
    for vendor, known in KNOWN_FILES.items():
        _name_what_is_not_played(folder / vendor, (*known, *([CONNECTED] if vendor == "stripe" else [])))
    for connected in sorted((folder / "stripe" / CONNECTED).glob("*/")):
        _name_what_is_not_played(connected, KNOWN_FILES["stripe"])
    settings = read_settings(folder / "world.toml")
    return World(
        settings=settings,
        stripe=load_stripe(folder / "stripe"),
        others={vendor.name: vendor.load(folder / vendor.name, settings.others[vendor.name]) for vendor in VENDORS},
        connected=load_connected(folder / "stripe"),
        clock=Clock(settings.stripe.now),
    )


def _name_what_is_not_played(folder: Path, known: tuple[str, ...]) -> None:
    """A misspelt file would be a silently empty list; a world may also hold more than is played here."""
    if not folder.is_dir():
        return
    for entry in sorted(folder.iterdir()):
        if not any(fnmatch(entry.name, name) for name in known) and not entry.name.startswith("."):
            logger.warning("%s is not played; the names played here are %s.", entry, ", ".join(known))
