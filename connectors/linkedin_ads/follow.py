"""What a sync of LinkedIn Ads reads: the account and its lists whole, then the report days the ladder says are due.

Belongs here: the order of reading. Does not: requests (`client.py`), the ladder itself.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from connectors.connector import Connection, Opened, Page
from connectors.errors import ConfigError
from connectors.linkedin_ads.client import LinkedInAdsApi
from connectors.linkedin_ads.tables import ACCOUNTS, CAMPAIGN_DAYS, LISTS, REPORTS
from connectors.sync import gone, ladder
from connectors.sync.session import Session

_KEPT_YEARS = 10
_LOOKED_BACK = timedelta(days=30)
_DAYS_THAT_STAY = 3
"""Days with spend do not all vanish at once: when so many seem to, the token has lost its right."""


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
        ladder.climb(session, "ad_days", REPORTS, calendar, partial(_days, session, api))
    session.requests += api.requests


def probe(connection: Connection) -> Opened:
    """Ask whose account it is. Raises `ConfigError` naming what is missing or refused."""
    _history_start(connection)
    account = LinkedInAdsApi(connection).account_page().objects[0]
    return Opened(account_id=str(account["id"]), title=account.get("name"))


def _days(session: Session, api: LinkedInAdsApi, first: date, last: date) -> Mapping[str, Sequence[Page]]:
    """Both reports of the days from `first` to `last`. Raises `ConfigError` when they are empty for want of rights."""
    pages = {table.name: api.report_pages(table, first, last) for table in REPORTS}
    if not any(page.objects for found in pages.values() for page in found):
        _refuse_silence(session, api, first, last)
    return pages


def _refuse_silence(session: Session, api: LinkedInAdsApi, first: date, last: date) -> None:
    """LinkedIn answers those who may not see reports with an empty one, which must not pass for days without spend."""
    if not _held(session, first, last):
        return
    since = last - _LOOKED_BACK
    held = {identity.rsplit("/", 1)[-1] for identity in _held(session, since, last)}
    if len(held) < _DAYS_THAT_STAY or any(page.objects for page in api.report_pages(CAMPAIGN_DAYS, since, last)):
        return
    raise ConfigError(
        f"{session.connection.name}: LinkedIn shows nothing of {since} to {last}, of which {len(held)} days with"
        " campaigns are held; it answers so to a token that may not read reports. Put one with r_ads_reporting, of a"
        f" member who may see the account, into {session.connection.variable('access_token')}."
    )


def _held(session: Session, first: date, last: date) -> set[str]:
    since, until = (datetime.combine(day, time(), UTC) for day in (first, last + timedelta(days=1)))
    return gone.living(session, CAMPAIGN_DAYS, since, until)


def _history_start(connection: Connection) -> date:
    text = connection.optional("history_start")
    try:
        return date.fromisoformat(text) if text else date.min
    except ValueError as error:
        variable = connection.variable("history_start")
        raise ConfigError(f"{variable} is {text!r}; a day is written 2024-01-31.") from error
