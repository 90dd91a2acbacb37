"""Vendors that have no API: a folder of the world is read as it lies there, so the sandbox only says where it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from connectors.sandbox.clock import Clock
from connectors.sandbox.vendor import Endpoint, Vendor


@dataclass(frozen=True)
class NoSettings:
    """Such a folder has no settings in `world.toml`."""


def folder_vendor(name: str, setting: str, files: tuple[str, ...]) -> Vendor:
    """The vendor whose connector is told the folder `name` in `setting`, when the world's holds files."""

    def environment(folder: Path | None, _: NoSettings) -> Mapping[str, str]:
        return {f"SOURCES__{name.upper()}__{setting.upper()}": str(folder)} if folder else {}

    return Vendor(name, files, NoSettings, _load, _api, environment)


def _load(folder: Path, _: NoSettings) -> Path | None:
    """The folder, absolute; None when it holds no file."""
    return folder.resolve() if folder.is_dir() and any(path.is_file() for path in folder.rglob("*")) else None


def _api(_: Path | None, __: NoSettings, ___: Clock) -> Endpoint:
    async def not_found(____: Request) -> Response:
        return PlainTextResponse("There is no API here: the files are read from the world's folder.\n", 404)

    return not_found
