"""What a sync of LinkedIn Ads reads: the account and its lists whole, then the report days the ladder says are due.

Belongs here: the order of reading. Does not: requests (`client.py`), the ladder itself.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date
from functools import partial
from zoneinfo import ZoneInfo

from connectors.connector import Connection, Opened, Page
from connectors.errors import ConfigError
from connectors.linkedin_ads.client import LinkedInAdsApi
from connectors.linkedin_ads.tables import ACCOUNTS, LISTS, REPORTS
from connectors.sync import gone, ladder
from connectors.sync.session import Session

_KEPT_YEARS = 10


def follow(session: Session) -> None:
    """Read what is due of one ad account. The lists come first, so that no report names what they do not know."""
    start = _history_start(session.connection)
    api = LinkedInAdsApi(session.connection)
    page = api.account_page()
    wholes = [gone.Whole(ACCOUNTS, [page], gone.living(session, ACCOUNTS))]
    for table in LISTS:
        if table.name in session.tables:
            wholes.append(gone.Whole(table, api.list_pages(table), gone.living(session, table)))
    gone.replace_together(session, wholes)
    if any(table.name in session.tables for table in REPORTS):
        today = page.seen_at.astimezone(UTC).date()
        created = ACCOUNTS.created(page.objects[0])
        first = max(start, created.date() if created else date.min, date(today.year - _KEPT_YEARS, 12, 31))
        # Both reports always: a campaign's day less its creatives' is only right when they were read together.
        calendar = ladder.Calendar(first, page.seen_at, ZoneInfo("UTC"))
        ladder.climb(session, "ad_days", REPORTS, calendar, partial(_days, api))
    session.requests += api.requests


def probe(connection: Connection) -> Opened:
    """Ask whose account it is. Raises `ConfigError` naming what is missing or refused."""
    _history_start(connection)
    account = LinkedInAdsApi(connection).account_page().objects[0]
    return Opened(account_id=str(account["id"]), title=account.get("name"))


def _days(api: LinkedInAdsApi, first: date, last: date) -> Mapping[str, Sequence[Page]]:
    return {table.name: api.report_pages(table, first, last) for table in REPORTS}


def _history_start(connection: Connection) -> date:
    text = connection.optional("history_start")
    try:
        return date.fromisoformat(text) if text else date.min
    except ValueError as error:
        variable = connection.variable("history_start")
        raise ConfigError(f"{variable} is {text!r}; a day is written 2024-01-31.") from error
