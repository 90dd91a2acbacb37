"""`world.toml`: keys, limits and faults of a world, as frozen data with the defaults of a world that has none.

Stripe's part stands in `stripe_settings.py`, how a limit is kept in `pacing.py`, which request it hits in each
vendor's module.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, get_origin

from connectors.sandbox.jsonl import WorldError
from connectors.sandbox.stripe_settings import StripeSettings
from connectors.sandbox.vendors import VENDORS


@dataclass(frozen=True)
class Settings:
    """Everything `world.toml` may say."""

    stripe: StripeSettings = field(default_factory=StripeSettings)
    others: Mapping[str, Any] = field(default_factory=lambda: {vendor.name: vendor.settings() for vendor in VENDORS})
    """By the vendor's name, what its settings' type holds."""


def read_settings(path: Path) -> Settings:
    """Read `path` (a missing file gives the defaults); raises `WorldError` naming the key that is unknown or wrong."""
    if not path.exists():
        return Settings()
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WorldError(f"{path}: not TOML ({error}).") from None
    document.pop("generated", None)  # the generator's own note of seed and size
    try:
        return Settings(
            stripe=_build(StripeSettings, document.pop("stripe", {}), "[stripe]"),
            others={v.name: _build(v.settings, document.pop(v.name, {}), f"[{v.name}]") for v in VENDORS},
            **_none_left(document),
        )
    except (TypeError, ValueError) as error:
        raise WorldError(f"{path}: {error}.") from None


def _none_left(document: dict[str, Any]) -> dict[str, Any]:
    if document:
        known = ", ".join(["stripe", *(vendor.name for vendor in VENDORS)])
        raise ValueError(f"unknown entry {next(iter(document))!r}, expected one of {known}")
    return {}


def _build(kind: Any, table: Any, where: str) -> Any:
    """Build the dataclass `kind` from a TOML table, refusing unknown keys and values of another type."""
    if not isinstance(table, dict):
        raise ValueError(f"{where} is {table!r}, expected a table")
    known = {f.name: f for f in fields(kind)}
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            raise ValueError(f"unknown key {key!r} in {where}, expected one of {', '.join(known)}")
        wanted = known[key].type
        if is_dataclass(wanted):
            values[key] = _build(wanted, value, f"{where[:-1]}.{key}]")
            continue
        allowed: Any = (int, float) if wanted is float else Mapping if get_origin(wanted) is Mapping else wanted
        if not isinstance(value, allowed) or isinstance(value, bool):
            expected = "a table" if allowed is Mapping else str(getattr(wanted, "__name__", ""))
            raise ValueError(f"{key} in {where} is {value!r}, expected {expected}")
        if isinstance(value, int | float) and value < 0:
            raise ValueError(f"{key} in {where} is {value}, expected 0 or more")
        values[key] = value
    return kind(**values)
