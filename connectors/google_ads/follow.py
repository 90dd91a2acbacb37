"""What a sync of Google Ads reads: the account and its lists whole, then the report days that the ladder says are due.

Belongs here: the order of reading. Does not: requests (`client.py`), fields (`tables.py`), the ladder itself.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

from connectors.connector import Connection, Opened, Page, SecretEnd
from connectors.errors import ConfigError
from connectors.google_ads.client import GoogleAdsApi
from connectors.google_ads.tables import ACCOUNTS, FIRST_DAY, LISTS, REPORTS
from connectors.sync import gone, ladder
from connectors.sync.session import Session

HISTORY_START = "2015-01-01"


def follow(session: Session) -> None:
    """Read what is due of one customer. The lists come first, so that no report names what they do not know."""
    connection = session.connection
    start = _history_start(connection)
    api = GoogleAdsApi(connection)
    account = _account(api)
    wholes = [gone.Whole(ACCOUNTS, [account], gone.living(session, ACCOUNTS))]
    for table in LISTS:
        if table.name in session.tables:
            page = api.search(table.name, table.query())
            wholes.append(gone.Whole(table, [page], gone.living(session, table)))
    gone.replace_together(session, wholes)
    if any(table.name in session.tables for table in REPORTS):
        zone = ladder.zone(account.objects[0]["customer"].get("timeZone") or "", connection.name)
        today = account.seen_at.astimezone(zone).date()
        calendar = ladder.Calendar(_first_day(api, start, today) or today, account.seen_at, zone)
        # Both reports always: a campaign's day less its ads' is only right when they were read together.
        ladder.climb(session, "ad_days", REPORTS, calendar, partial(_days, api))
    session.requests += api.requests


def probe(connection: Connection) -> Opened:
    """Ask whose account it is. Raises `ConfigError` naming what is missing or refused."""
    _history_start(connection)
    customer = _account(GoogleAdsApi(connection)).objects[0]["customer"]
    return Opened(account_id=str(customer["id"]), title=customer.get("descriptiveName"))


def secret_end(connection: Connection) -> SecretEnd | None:
    """Ask when the refresh token ends. Raises `LeadlineError` when it is refused."""
    return GoogleAdsApi(connection).token_end()


def _days(api: GoogleAdsApi, first: date, last: date) -> Mapping[str, Sequence[Page]]:
    """Both reports of the days from `first` to `last`."""
    return {
        table.name: [api.search(f"{table.name} ({first} to {last})", table.query(first.isoformat(), last.isoformat()))]
        for table in REPORTS
    }


def _account(api: GoogleAdsApi) -> Page:
    page = api.search(ACCOUNTS.name, ACCOUNTS.query())
    if not page.objects:
        raise ConfigError(f"google_ads: customer {api.customer} shows nothing of itself; is it an ad account's id?")
    return page


def _first_day(api: GoogleAdsApi, start: date, today: date) -> date | None:
    """The first day from `start` on that has anything to report, or None: years of nothing are not asked for."""
    page = api.search("the first day", FIRST_DAY.format(start.isoformat(), today.isoformat()))
    return min((date.fromisoformat(row["segments"]["date"]) for row in page.objects), default=None)


def _history_start(connection: Connection) -> date:
    text = connection.optional("history_start") or HISTORY_START
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        variable = connection.variable("history_start")
        raise ConfigError(f"{variable} is {text!r}; a day is written 2024-01-31.") from error
