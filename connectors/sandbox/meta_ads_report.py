"""Lists and insights of a played ad account: fields picked, states filtered, figures summed to a level.

Does not belong here: HTTP, tokens, pages and jobs (`meta_ads_api.py`).
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson

from connectors.sandbox.meta_ads_world import METRICS, MetaAdsWorld, Row, amount

EDGES = {"campaigns": "campaign", "adsets": "adset", "ads": "ad"}
_LEVELS = {
    "account": (),
    "campaign": ("campaign_id", "campaign_name"),
    "adset": ("campaign_id", "campaign_name", "adset_id", "adset_name"),
    "ad": ("campaign_id", "campaign_name", "adset_id", "adset_name", "ad_id", "ad_name"),
}
_OF_ACCOUNT = ("account_id", "account_name", "account_currency")
_HIDDEN = frozenset({"ARCHIVED", "DELETED"})
"""States that are left out unless a filter names them."""
_LONGEST_MONTHS = 37
_OBJECT_FIELDS = frozenset(
    {
        "id", "account_id", "name", "status", "effective_status", "created_time", "updated_time", "objective",
        "campaign_id", "adset_id", "creative", "currency", "timezone_name", "account_status", "configured_status",
    }
)  # fmt: skip


class GraphError(Exception):
    """A refusal: Meta's code and subcode, its HTTP status, its message."""

    def __init__(self, code: int, message: str, subcode: int | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.subcode, self.status = code, subcode, status


@dataclass(frozen=True)
class Asked:
    """What was asked of insights."""

    level: str
    first: str
    last: str
    fields: tuple[str, ...]
    by_day: bool
    states: frozenset[str] | None


def asked(parameters: Mapping[str, str], today: str) -> Asked:
    """The parameters of an insights request, checked as Meta does. Raises `GraphError`."""
    level = parameters.get("level", "account")
    if level not in _LEVELS:
        raise GraphError(100, f"(#100) level must be one of the following values: {', '.join(_LEVELS)}")
    span = _json(parameters, "time_range") or {}
    first, last = span.get("since", ""), span.get("until", "")
    if not (re.fullmatch(r"\d{4}-\d{2}-\d{2}", first) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", last)) or first > last:
        raise GraphError(100, "(#100) Must be a valid time range with since and until, since not after until")
    if _months(today) - _months(first) > _LONGEST_MONTHS:
        raise GraphError(
            3018, "(#3018) The start date of the time range cannot be beyond 37 months from the current date"
        )
    fields = tuple(name for name in parameters.get("fields", "impressions,spend").split(",") if name)
    known = {*_OF_ACCOUNT, *_LEVELS[level], *METRICS, "date_start", "date_stop"}
    for name in fields:
        if name not in known:
            raise GraphError(100, f"(#100) {name} is not valid for fields param at the level {level}.")
    return Asked(level, first, last, fields, parameters.get("time_increment") == "1", states(parameters, level))


def insights(world: MetaAdsWorld, account: Row, query: Asked, now: float) -> list[Row]:
    """The rows of a report, in order of appearance."""
    hidden = {ad["id"] for ad in world.lists["ads"] if not _passes(ad, query.states)} if query.level == "ad" else set()
    sums: dict[tuple[Any, ...], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    firsts: dict[tuple[Any, ...], Row] = {}
    for row in world.rows(account, query.first, query.last, now):
        if query.level in ("ad", "adset") and ("ad_id" not in row or row["ad_id"] in hidden):
            continue
        key = (
            *(row.get(part) for part in _LEVELS[query.level] if part.endswith("_id")),
            query.by_day and row["date_start"],
        )
        firsts.setdefault(key, row)
        for name in METRICS:
            sums[key][name] += Decimal(row[name])
    of_account = {
        "account_id": account["account_id"], "account_name": account["name"], "account_currency": account["currency"]
    }  # fmt: skip
    rows = []
    for key, row in firsts.items():
        span = (row["date_start"],) * 2 if query.by_day else (query.first, query.last)
        whole = {**row, **of_account, **{name: amount(name, value) for name, value in sums[key].items()}}
        shown = {name: whole[name] for name in query.fields if whole.get(name) is not None}
        rows.append({**shown, "date_start": span[0], "date_stop": span[1]})
    return rows


def objects(world: MetaAdsWorld, account: Row, edge: str, parameters: Mapping[str, str]) -> list[Row]:
    """The account's objects of a list that their state lets through, with the fields asked for."""
    wanted = states(parameters, EDGES[edge])
    found = (obj for obj in world.lists[edge] if obj["account_id"] == account["account_id"] and _passes(obj, wanted))
    return [picked(obj, parameters.get("fields", "")) for obj in found]


def picked(obj: Row, fields: str) -> Row:
    """An object's id and the `fields` asked for, such as `name,creative{url_tags}`. Raises `GraphError`."""
    shown: Row = {"id": obj["id"]}
    for name, inner in re.findall(r"(\w+)(?:\{([^}]*)\})?", fields):
        if name not in obj and name not in _OBJECT_FIELDS:
            raise GraphError(100, f"(#100) Tried accessing nonexisting field ({name})")
        if name in obj:
            keep = {"id", *inner.split(",")}
            shown[name] = {k: v for k, v in obj[name].items() if k in keep} if inner else obj[name]
    return shown


def states(parameters: Mapping[str, str], level: str) -> frozenset[str] | None:
    """The states a filter lets through, or None without one. Raises `GraphError` for another filter."""
    filters = _json(parameters, "filtering") or []
    for one in filters:
        if one.get("field") != f"{level}.effective_status" or one.get("operator") != "IN":
            raise GraphError(
                100, f"(#100) Filtering field {one.get('field')} with operation {one.get('operator')} is not supported"
            )
    return frozenset(value for one in filters for value in one["value"]) if filters else None


def _passes(obj: Row, wanted: frozenset[str] | None) -> bool:
    state = obj.get("effective_status", "ACTIVE")
    return state in wanted if wanted is not None else state not in _HIDDEN


def _json(parameters: Mapping[str, str], name: str) -> Any:
    try:
        return orjson.loads(parameters[name]) if name in parameters else None
    except orjson.JSONDecodeError:
        raise GraphError(100, f"(#100) param {name} must be JSON.") from None


def _months(day: str) -> int:
    return int(day[:4]) * 12 + int(day[5:7])
