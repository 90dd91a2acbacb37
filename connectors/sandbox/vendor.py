"""What a vendor other than Stripe declares to be played: its files, its part of `world.toml`, its world and its API.

Belongs here: the declaration and the settings all vendors share. Does not: the list of vendors (`vendors.py`).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from connectors.sandbox.clock import Clock

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Faults:
    """Answer a share of the requests, drawn from `seed`, with the vendor's own 500."""

    error_rate: float = 0.0
    seed: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.error_rate <= 1:
            raise ValueError(f"error_rate is {self.error_rate}; expected a share between 0 and 1")


@dataclass(frozen=True)
class Vendor:
    """A vendor's part of a world: the folder `name`, the path /`name` and the table [`name`] of `world.toml`.

    `files` are the names it knows in its folder, or patterns of them. `load` reads the folder by its settings and
    raises `WorldError` naming file and line. `api` answers what is asked below /`name`, at the world's time; requests
    come with the path parameter `path`. `environment` gives the connectors' credentials for it, from its world and
    settings.
    """

    name: str
    files: tuple[str, ...]
    settings: type
    load: Callable[[Path, Any], Any]
    api: Callable[[Any, Any, Clock], Endpoint]
    environment: Callable[[Any, Any], Mapping[str, str]]
