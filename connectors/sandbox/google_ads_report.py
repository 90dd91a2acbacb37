"""A parsed GAQL query answered from the ad rows: fields checked, rows grouped, metrics summed as Google sums them.

A level is a resource one may select FROM; all of them are aggregated from the rows of `ad_group_ad`.
"""

from collections.abc import Callable, Sequence
from typing import Any

from connectors.sandbox.gaql import Condition, GaqlError, Query
from connectors.sandbox.google_ads_world import GoogleAdsWorld, Row, camel, is_of_ad

# Resource -> the parts of a row it may show besides segments and metrics; the last one is itself.
_LEVELS = {
    "customer": ("customer",),
    "campaign": ("customer", "campaign"),
    "ad_group": ("customer", "campaign", "ad_group"),
    "ad_group_ad": ("customer", "campaign", "ad_group", "ad_group_ad"),
}
_LEVELS_OF_ADS = ("ad_group", "ad_group_ad")
_SUMMED_WHOLE = ("metrics.clicks", "metrics.cost_micros", "metrics.impressions")
_SUMMED_REAL = (
    "metrics.all_conversions", "metrics.all_conversions_value", "metrics.conversions", "metrics.conversions_value",
)  # fmt: skip
_METRICS = (*_SUMMED_WHOLE, *_SUMMED_REAL)
_WITH_URL_OPTIONS = ("customer", "campaign", "ad_group", "ad_group_ad.ad")
_ATTRIBUTES = frozenset(
    {
        "customer.id", "customer.currency_code", "customer.time_zone", "customer.descriptive_name",
        "customer.resource_name", "customer.status", "customer.test_account", "campaign.id", "campaign.name",
        "campaign.status", "campaign.resource_name", "campaign.advertising_channel_type", "ad_group.id",
        "ad_group.name", "ad_group.status", "ad_group.resource_name", "ad_group_ad.ad.id", "ad_group_ad.ad.name",
        "ad_group_ad.ad.type", "ad_group_ad.ad.final_urls", "ad_group_ad.ad.final_mobile_urls", "ad_group_ad.status",
        "ad_group_ad.resource_name", "segments.date",
        *(f"{part}.tracking_url_template" for part in _WITH_URL_OPTIONS),
        *(f"{part}.final_url_suffix" for part in _WITH_URL_OPTIONS),
        *(f"{part}.url_custom_parameters" for part in _WITH_URL_OPTIONS[1:]),
    }
)  # fmt: skip
_FIRST, _LAST = "0000-00-00", "9999-99-99"


def report(query: Query, world: GoogleAdsWorld, customer_id: str, now: float) -> list[Row]:
    """The rows Google would answer at the Unix time `now`; raises `GaqlError` for a field or resource it refuses."""
    _check(query, world.fields)
    first, last = _date_range(query)
    of_ads = query.resource in _LEVELS_OF_ADS
    rows = [
        row
        for row in world.rows(first, last, now)
        if row["customer"]["id"] == customer_id and (is_of_ad(row) or not of_ads)
    ]
    by_row = [c for c in query.conditions if not c.field.startswith("metrics.")]
    by_sum = [c for c in query.conditions if c.field.startswith("metrics.")]
    grouped = _grouped(query, [row for row in rows if all(_holds(c, row) for c in by_row)])
    kept = [row for row in grouped if all(_holds(c, row) for c in by_sum)]
    for field, descending in reversed(query.order):
        kept.sort(key=_order_key(field), reverse=descending)
    return [_shown(query, row) for row in kept[: query.limit]]


def _check(query: Query, present: frozenset[str]) -> None:
    """Refuse what Google refuses: unknown resources and fields, fields of a finer level, open date ranges."""
    if query.resource not in _LEVELS:
        raise GaqlError("BAD_RESOURCE_TYPE_IN_FROM_CLAUSE", f"Invalid resource type in FROM: '{query.resource}'.")
    known = _ATTRIBUTES | frozenset(_METRICS) | frozenset(f for f in present if not f.startswith("metrics."))
    for field in [*query.fields, *(c.field for c in query.conditions), *(f for f, _ in query.order)]:
        if field not in known:
            raise GaqlError("UNRECOGNIZED_FIELD", f"Unrecognized field in the query: '{field}'.")
    for field in query.fields:
        part = field.partition(".")[0]
        if part in _LEVELS and part not in _LEVELS[query.resource]:
            message = (
                f"The resource {part} is incompatible with {query.resource}: its fields cannot be queried together."
            )
            raise GaqlError("PROHIBITED_RESOURCE_TYPE_IN_SELECT_CLAUSE", message)
    for field, _ in query.order:
        if field not in query.fields:
            message = f"Unable to sort by '{field}': it must be in the SELECT clause."
            raise GaqlError("UNSELECTED_FIELD_IN_ORDER_BY", message)


def _date_range(query: Query) -> tuple[str, str]:
    """The days WHERE leaves, as [first, last]; a core date must be bounded at both ends."""
    first, last = _FIRST, _LAST
    for condition in (c for c in query.conditions if c.field == "segments.date"):
        if condition.operator in ("=", "BETWEEN", ">=", ">"):
            first = max(first, condition.values[0])
        if condition.operator in ("=", "BETWEEN", "<=", "<"):
            last = min(last, condition.values[-1])
    dated = "segments.date" in query.fields or any(c.field == "segments.date" for c in query.conditions)
    if dated and (first == _FIRST or last == _LAST):
        message = "Expected filters on the following field to form a finite date range: 'segments.date'."
        raise GaqlError("EXPECTED_FILTERS_ON_DATE_RANGE", message)
    return first, last


def _grouped(query: Query, rows: Sequence[Row]) -> list[Row]:
    """One row for each thing of the level and each segment selected, its metrics summed, in order of appearance."""
    segments = [f for f in query.fields if f.startswith("segments.")]
    groups: dict[tuple[Any, ...], Row] = {}
    totals: dict[tuple[Any, ...], dict[str, Any]] = {}
    needed = {f for f in query.fields if f in _METRICS} | {c.field for c in query.conditions if c.field in _METRICS}
    for row in rows:
        identity = _identity(query.resource, row)
        key = (*identity, *(_value(row, field) for field in segments))
        groups.setdefault(key, row)
        sums = totals.setdefault(key, dict.fromkeys(needed, 0))
        for field in needed:
            sums[field] += (int if field in _SUMMED_WHOLE else float)(_value(row, field) or 0)
    return [{**groups[key], "metrics": _metrics(totals[key])} for key in groups]


def _identity(resource: str, row: Row) -> tuple[Any, ...]:
    """What tells two things of a level apart: their ids from the account downwards."""
    parts = _LEVELS[resource]
    ids = [_value(row, "ad_group_ad.ad.id" if p == "ad_group_ad" else f"{p}.id") for p in parts]
    return tuple(ids)


def _metrics(sums: dict[str, Any]) -> Row:
    """Sums under their JSON names: whole numbers are text there, as int64 is in JSON."""
    return {
        camel(field.removeprefix("metrics.")): str(value) if field in _SUMMED_WHOLE else value
        for field, value in sums.items()
    }


def _shown(query: Query, row: Row) -> Row:
    """Only the selected fields, and the resource name of every part that is shown and of the level itself."""
    shown: Row = {}
    parts = {field.partition(".")[0] for field in query.fields} & set(_LEVELS) | {query.resource}
    names = [f"{part}.resource_name" for part in _LEVELS["ad_group_ad"] if part in parts]
    for field in [*names, *query.fields]:
        value = _value(row, field)
        if value is None:
            continue
        *path, last = camel(field).split(".")
        target = shown
        for key in path:
            target = target.setdefault(key, {})
        target[last] = value
    return shown


def _value(row: Row, field: str) -> Any:
    value: Any = row
    for key in camel(field).split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _order_key(field: str) -> Callable[[Row], Any]:
    def key(row: Row) -> Any:
        value = _value(row, field)
        if field in _METRICS or field.endswith(".id"):
            return float(value or 0)
        return str(value or "")

    return key


def _holds(condition: Condition, row: Row) -> bool:
    """Whether the row satisfies one term of WHERE; numbers compare as numbers, everything else as text."""
    found = _value(row, condition.field)
    numeric = condition.field in _METRICS or condition.field.endswith(".id")
    try:
        have = float(found or 0) if numeric else str(found)
        values = [float(v) if numeric else v for v in condition.values]
    except ValueError:
        message = f"Error in WHERE clause: '{condition.field}' is compared with a value that is no number."
        raise GaqlError("BAD_VALUE", message) from None
    low: Any = values[0]
    match condition.operator:
        case "=":
            return have == low
        case "!=":
            return have != low
        case "<":
            return have < low
        case "<=":
            return have <= low
        case ">":
            return have > low
        case ">=":
            return have >= low
        case "IN":
            return have in values
        case "NOT IN":
            return have not in values
    high: Any = values[1]
    return low <= have <= high
