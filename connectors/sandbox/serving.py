"""Running the application on a socket: in this thread for the command line, in another for tests and the demo."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from connectors.sandbox.change import MovingWorld
from connectors.sandbox.server import app
from connectors.sandbox.stripe_api import StripeApi
from connectors.sandbox.vendors import VENDORS
from connectors.sandbox.world import World, load

_START_SECONDS = 10
_UNLIMITED = 1_000
"""Requests a second to ask of a world without limits."""


@dataclass(frozen=True)
class Playing:
    """A world being played: `url` is the sandbox's address, `env` what to put in the environment to reach it.

    `stripe` changes Stripe's part while it runs, moves its clock and shows what was asked.
    """

    url: str
    env: dict[str, str]
    stripe: MovingWorld


def environment(world: World, url: str) -> dict[str, str]:
    """The names and values that point the connectors at `url` with this world's keys."""
    stripe = world.settings.stripe
    found = {
        "SANDBOX_URL": url,
        "SOURCES__STRIPE__API_KEY": stripe.api_key,
        "SOURCES__STRIPE__RATE_LIMIT": f"{stripe.requests_per_second or _UNLIMITED:g}",
    }
    for vendor in VENDORS:
        if vendor.name in world.others:
            found |= vendor.environment(world.others[vendor.name], world.settings.others[vendor.name])
    return found


def listen(host: str, port: int) -> socket.socket:
    """Open the socket to serve on; port 0 takes a free one. Raises `OSError` when it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=512)


def address(listening: socket.socket) -> str:
    """The URL of an open socket."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def stripe_api(world: World) -> StripeApi:
    """Stripe's part of `world`, ready to answer; raises `WorldError` for settings that name what the world has not."""
    return StripeApi(world.stripe, world.connected, world.settings.stripe, world.clock)


def server(world: World, stripe: StripeApi) -> uvicorn.Server:
    """A server for `world`, silent but for warnings; run it with `run(sockets=[...])`."""
    config = uvicorn.Config(
        app(world, stripe),
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=2,
    )
    running = uvicorn.Server(config)
    stripe.connections.of_server = lambda: tuple(running.server_state.connections)
    return running


@contextlib.contextmanager
def serving(world: str | Path | World) -> Iterator[Playing]:
    """Play a world, or the one in a folder, in a thread on a free loopback port while the `with` block runs.

    Raises `WorldError` when it cannot be played.
    """
    world = world if isinstance(world, World) else load(world)
    stripe = stripe_api(world)
    with listen("127.0.0.1", 0) as listening:
        running = server(world, stripe)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        url = address(listening)
        try:
            yield Playing(url, environment(world, url), MovingWorld(stripe.own, stripe.accounts))
        finally:
            running.should_exit = True
            thread.join(_START_SECONDS)
