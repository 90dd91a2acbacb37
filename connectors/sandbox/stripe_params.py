"""A Stripe list's query string read into a `ListQuery`, refused in Stripe's words where Stripe refuses it.

Whether the ids named exist is asked in `stripe_lists.py`; this module knows no objects.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connectors.sandbox.stripe_errors import bad_request, empty_parameter, unknown_parameters
from connectors.sandbox.stripe_resource import Filter

_BOUNDS = ("gt", "gte", "lt", "lte")
_MOST_VALUES = 20
_INDEX = re.compile(r"\[\d*\]$")


@dataclass(frozen=True)
class Bounds:
    """Bounds on a time in Unix seconds; `created=5` is both `gte` and `lte` 5."""

    gt: int | None = None
    gte: int | None = None
    lt: int | None = None
    lte: int | None = None


@dataclass
class ListQuery:
    """What a list request asks for; `values` and `times` hold the filters that were sent, by parameter."""

    limit: int = 10
    starting_after: str = ""
    ending_before: str = ""
    expand: list[str] = field(default_factory=list)
    created: Bounds = field(default_factory=Bounds)
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    times: dict[str, Bounds] = field(default_factory=dict)


def read_expand(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """The `expand[]` of a retrieve; any other parameter is refused."""
    grouped = _grouped(pairs)
    _refuse_unknown(grouped, {"expand"})
    return grouped.get("expand", [])


def read_list_query(
    pairs: Sequence[tuple[str, str]], filters: Mapping[str, Filter], has_created: bool = True
) -> ListQuery:
    """Read the decoded (name, value) pairs of a list request; raises `StripeError` as Stripe would answer."""
    grouped = _grouped(pairs)
    times = {name for name, f in filters.items() if f.kind == "time"} | ({"created"} if has_created else set())
    bounds = {f"{name}[{bound}]" for name in times for bound in _BOUNDS}
    _refuse_unknown(grouped, {"limit", "starting_after", "ending_before", "expand", *filters, *times, *bounds})
    query = ListQuery(expand=grouped.get("expand", []))
    for name, values in grouped.items():
        value = values[-1]
        if value == "":
            raise empty_parameter(name)
        if name == "limit":
            query.limit = _limit(value)
        elif name == "starting_after":
            query.starting_after = value
        elif name == "ending_before":
            query.ending_before = value
        elif name in filters and filters[name].kind != "time":
            query.values[name] = _checked(name, values, filters[name])
    for name in times:
        sent = _bounds(name, grouped)
        if sent is not None and name == "created":
            query.created = sent
        elif sent is not None:
            query.times[name] = sent
    return query


def _grouped(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Values by name; `expand[]`, `expand[0]` and `expand` are one name."""
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(_INDEX.sub("", name), []).append(value)
    return grouped


def _refuse_unknown(grouped: Mapping[str, object], known: set[str]) -> None:
    unknown = [name for name in grouped if name not in known]
    if unknown:
        raise unknown_parameters(unknown)


def _whole(name: str, value: str) -> int:
    if not re.fullmatch(r"-?\d{1,18}", value):
        raise bad_request(f"Invalid integer: {value}", name, "parameter_invalid_integer")
    return int(value)


def _limit(value: str) -> int:
    limit = _whole("limit", value)
    if limit < 1:
        raise bad_request("This value must be greater than or equal to 1.", "limit", "parameter_invalid_integer")
    if limit > 100:
        message = f"This value must be less than or equal to 100 (it currently is '{limit}')."
        raise bad_request(message, "limit", "parameter_invalid_integer")
    return limit


def _bounds(name: str, grouped: Mapping[str, list[str]]) -> Bounds | None:
    """The bounds sent for `name`, or None when it was not sent."""
    if name in grouped:
        exact = _whole(name, grouped[name][-1])
        return Bounds(gte=exact, lte=exact)
    sent = {b: _whole(f"{name}[{b}]", grouped[f"{name}[{b}]"][-1]) for b in _BOUNDS if f"{name}[{b}]" in grouped}
    return Bounds(**sent) if sent else None


def _checked(name: str, values: list[str], rule: Filter) -> tuple[str, ...]:
    if rule.kind == "list":
        if len(values) > _MOST_VALUES:
            raise bad_request(f"Array must have at most {_MOST_VALUES} elements; it has {len(values)}.", name)
        return tuple(values)
    value = values[-1]
    if rule.kind == "boolean" and value not in ("true", "false"):
        raise bad_request(f"Invalid boolean: {value}", name)
    if rule.kind == "enum" and value not in rule.choices:
        choices = ", ".join(rule.choices[:-1]) + f", or {rule.choices[-1]}"
        raise bad_request(f"Invalid {name}: must be one of {choices}", name)
    return (value,)
