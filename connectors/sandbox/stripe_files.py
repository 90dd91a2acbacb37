"""Reading the files of a Stripe account: one list a file, connected accounts in folders of their own."""

from collections.abc import Iterator
from pathlib import Path

from connectors.sandbox.jsonl import Line, read_lines, require_created, require_id
from connectors.sandbox.stripe_resource import Resource
from connectors.sandbox.stripe_resources import RESOURCES
from connectors.sandbox.stripe_world import StripeWorld

CONNECTED = "accounts"
"""The folder below `stripe/` with one folder a connected account, named after its id."""


def load_stripe(folder: Path) -> StripeWorld:
    """Read every list of `folder`; a missing file is an empty list. Raises `WorldError` naming file and line."""
    world = StripeWorld()
    for resource in RESOURCES.values():
        lines = _objects(resource, folder / f"{resource.name}.jsonl")
        world.fill(resource.name, [world.row(resource, line.value, line.raw) for line in lines])
    return world


def load_connected(folder: Path) -> dict[str, StripeWorld]:
    """Read the connected accounts below the Stripe folder `folder`, by id; raises `WorldError` as `load_stripe`."""
    below = folder / CONNECTED
    found = sorted(entry for entry in below.iterdir() if entry.is_dir()) if below.is_dir() else []
    return {entry.name: load_stripe(entry) for entry in found}


def _objects(resource: Resource, path: Path) -> Iterator[Line]:
    seen: dict[str, int] = {}
    for line in read_lines(path):
        require_id(line, seen)
        require_created(line, resource.created_key)
        yield line
