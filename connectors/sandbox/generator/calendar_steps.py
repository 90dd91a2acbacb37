"""Billing intervals on the calendar."""

import calendar
from datetime import UTC, datetime

from connectors.sandbox.generator.draws import DAY

_DAYS, _MONTHS = {"day": 1, "week": 7}, {"month": 1, "year": 12}


def later(start: int, interval: str, count: int) -> int:
    """`count` intervals after `start` (Unix seconds); months keep its day of the month, or take the month's last."""
    if interval in _DAYS:
        return start + count * _DAYS[interval] * DAY
    moment = datetime.fromtimestamp(start, UTC)
    months = moment.month - 1 + count * _MONTHS[interval]
    year, month = moment.year + months // 12, months % 12 + 1
    day = min(moment.day, calendar.monthrange(year, month)[1])
    return int(moment.replace(year=year, month=month, day=day).timestamp())
