"""What a sync of Meta Ads reads: the account and its lists whole, then the report days that the ladder says are due.

Belongs here: the order of reading. Does not: requests (`client.py`), reports (`insights.py`), the ladder itself.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

from connectors.connector import Connection, Opened, Page, SecretEnd
from connectors.errors import ConfigError
from connectors.meta_ads import insights
from connectors.meta_ads.client import MetaAdsApi
from connectors.meta_ads.tables import ACCOUNTS, LISTS, REPORTS
from connectors.sync import gone, ladder
from connectors.sync.session import Session

KEPT_MONTHS = 37
"""Meta keeps insights this long, and refuses a span that begins earlier."""


def follow(session: Session) -> None:
    """Read what is due of one ad account. The lists come first, so that no report names what they do not know."""
    connection = session.connection
    start = _history_start(connection)
    api = MetaAdsApi(connection)
    page = api.account_page()
    wholes = [gone.Whole(ACCOUNTS, [page], gone.living(session, ACCOUNTS))]
    for table in LISTS:
        if table.name in session.tables:
            wholes.append(gone.Whole(table, api.list_pages(table), gone.living(session, table)))
    gone.replace_together(session, wholes)
    if any(table.name in session.tables for table in REPORTS):
        account = page.objects[0]
        zone = ladder.zone(account.get("timezone_name") or "", connection.name)
        created = ACCOUNTS.created(account)
        opened = created.astimezone(zone).date() if created else date.min
        oldest = _months_before(page.seen_at.astimezone(zone).date(), KEPT_MONTHS)
        calendar = ladder.Calendar(max(opened, oldest, start), page.seen_at, zone)
        # Both reports always: a campaign's day less its ads' is only right when they were read together.
        ladder.climb(session, "ad_days", REPORTS, calendar, partial(_days, api))
    session.requests += api.requests


def probe(connection: Connection) -> Opened:
    """Ask whose account it is. Raises `ConfigError` naming what is missing or refused."""
    _history_start(connection)
    account = MetaAdsApi(connection).account_page().objects[0]
    return Opened(account_id=str(account["account_id"]), title=account.get("name"))


def secret_end(connection: Connection) -> SecretEnd | None:
    """Ask when the token ends. Raises `LeadlineError` when Meta does not say."""
    return MetaAdsApi(connection).token_end()


def _days(api: MetaAdsApi, first: date, last: date) -> Mapping[str, Sequence[Page]]:
    """Both reports of the days from `first` to `last`."""
    return {table.name: insights.days(api, table, first, last) for table in REPORTS}


def _months_before(day: date, months: int) -> date:
    """The first day of the month after the one so many months before: within the span for certain."""
    month = day.year * 12 + day.month - months
    return date(month // 12, month % 12 + 1, 1)


def _history_start(connection: Connection) -> date:
    text = connection.optional("history_start")
    try:
        return date.fromisoformat(text) if text else date.min
    except ValueError as error:
        variable = connection.variable("history_start")
        raise ConfigError(f"{variable} is {text!r}; a day is written 2024-01-31.") from error
