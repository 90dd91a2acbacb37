"""Small worlds written by hand and one generated world, played on loopback for the tests of the sandbox."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from connectors.sandbox.generator import generate
from connectors.sandbox.serving import Playing, serving
from connectors.sandbox.settings import Settings
from connectors.sandbox.shapes import times
from connectors.sandbox.shapes.sales import sales_world
from connectors.sandbox.stripe_resources import RESOURCES
from connectors.sandbox.stripe_settings import StripeSettings
from connectors.sandbox.stripe_world import StripeWorld
from connectors.sandbox.world import World

UNTIL = date(2026, 3, 15)
NOW = 1_780_000_000
WorldWriter = Callable[..., Path]


@pytest.fixture
def write_world(tmp_path: Path) -> WorldWriter:
    """Write a world from `{"stripe/charges": [objects or raw lines], ...}` and return its folder."""

    def write(files: dict[str, list[Any]], toml: str = "") -> Path:
        folder = tmp_path / "world"
        folder.mkdir(exist_ok=True)
        for name, items in files.items():
            path = folder / f"{name}.jsonl"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join((i if isinstance(i, str) else json.dumps(i)) + "\n" for i in items))
        if toml:
            (folder / "world.toml").write_text(toml)
        return folder

    return write


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated world of 700 contacts."""
    folder = tmp_path_factory.mktemp("generated") / "world"
    generate(folder, seed=7, contacts=700, until=UNTIL)
    return folder


@pytest.fixture(scope="session")
def playing(generated: Path) -> Iterator[Playing]:
    """The generated world, played."""
    with serving(generated) as playing:
        yield playing


@pytest.fixture(scope="session")
def sdk(playing: Playing) -> stripe.StripeClient:
    """The official SDK pointed at the generated world."""
    return stripe.StripeClient(
        playing.env["SOURCES__STRIPE__API_KEY"], base_addresses={"api": f"{playing.url}/stripe"}, max_network_retries=0
    )


@pytest.fixture(scope="session")
def sales() -> Iterator[Playing]:
    """A world of 300 sales in which every list has objects, played; tests must not change it."""
    with serving(sales_world(times.uniform(300), many_children=0.3)) as playing:
        yield playing


@pytest.fixture
def play() -> Iterator[Callable[..., Playing]]:
    """Play `{"charges": [objects], ...}` with the Stripe settings given, its clock stopped at `NOW`."""
    with ExitStack() as stack:

        def start(lists: dict[str, list[dict[str, Any]]] | None = None, **settings: Any) -> Playing:
            books = StripeWorld()
            for name, items in (lists or {}).items():
                books.fill(name, [books.row(RESOURCES[name], item) for item in items])
            world = World(settings=Settings(stripe=StripeSettings(**settings)), stripe=books)
            world.clock.stop(at=NOW)
            return stack.enter_context(serving(world))

        yield start


@pytest.fixture
def get() -> Callable[..., requests.Response]:
    """GET a Stripe address of a played world with its key, or with the headers given."""

    def send(playing: Playing, path: str, **more: Any) -> requests.Response:
        if "headers" not in more:
            more["auth"] = (playing.env["SOURCES__STRIPE__API_KEY"], "")
        return requests.get(f"{playing.url}/stripe{path}", timeout=10, **more)

    return send
