"""The order of one sync of a Stripe account: history once, then events, then a look at what events can miss.

    fence (the vendor's time) ──► histories by ranges ──► events since the fence ──► sweeps ──► payouts' members

Belongs here: which windows are open and why. Does not: reading them (`sync/scan.py`), what an event changes
(`events.py`), what is looked at again (`sweep.py`).
"""

from datetime import datetime, timedelta

from connectors.errors import ConfigError
from connectors.stripe.account import Account, open_account
from connectors.stripe.client import StripeApi, budget
from connectors.stripe.events import apply_events, land
from connectors.stripe.payouts import read_members
from connectors.stripe.sweep import find_vanished, sweep
from connectors.stripe.tables import StripeTable
from connectors.sync import ledger, windows
from connectors.sync.ledger import Access
from connectors.sync.scan import Scan
from connectors.sync.session import Session
from connectors.sync.windows import FOLLOW, HISTORY, Window

EVENTS = "events"
RELIST = "Reading again:"
"""How the reason of a window begins whose table was read before."""

OVERLAP = timedelta(hours=1)
"""How far before its opening the next window starts: events can show up late, and out of order in their second."""

NEWCOMERS = timedelta(days=7)
"""How often lists are asked for new objects although events tell of them: an event can be lost."""

STALE = timedelta(days=25)
"""Stripe keeps events for 30 days; a cursor older than this is not trusted to have seen them all."""


def follow(session: Session) -> None:
    """Bring the connection's raw tables up to date. Raises `ConfigError` for a key that opens or may read nothing."""
    api = StripeApi(session.connection, budget(session.connection))
    try:
        account = open_account(session, api)
        _Sync(session, api, account).run()
    finally:
        session.spent(api.budget)
    ledger.grant(
        session.db,
        session.connection,
        [Access(name, name not in session.denied, session.denied.get(name)) for name in session.tables],
    )


class _Sync:
    """One sync: the rounds it takes, and the windows they read."""

    def __init__(self, session: Session, api: StripeApi, account: Account) -> None:
        self._session, self._api, self._account = session, api, account
        tables = [table for table in session.connector.tables if isinstance(table, StripeTable)]
        self._tables = {table.name: table for table in tables}
        wanted = {*session.tables, EVENTS}  # what events tell of is landed whatever was asked for
        self._listed = [table for table in tables if table.is_listed and table.name in wanted]
        self._histories: dict[str, Window] = {}
        self._unsorted: set[str] = set()

    def run(self) -> None:
        """Rounds until nothing but the present is left, then what no event tells of."""
        now = self._account.seen_at
        is_behind = self._round(now, relist=True)
        if self._account.own:
            land(self._session, self._tables, {"accounts": [self._account.own]})
        if is_behind:  # what changed while history was read
            self._round(self._account.now(), relist=False)
        if EVENTS in self._session.denied:
            self._session.notes.append(
                "Events cannot be read, so every list was read whole, and will be at every sync: give the key read"
                " permission on Events."
            )
        changed = sweep(self._session, self._api, self._tables, self._histories, now)
        if changed:
            self._round(self._account.now(), relist=False)
            self._count_missed(changed, int((now - OVERLAP).timestamp()))
        read_members(self._session, self._api, self._tables)
        if self._listed and all(table.name in self._session.denied for table in self._listed):
            raise ConfigError(next(iter(self._session.denied.values())))

    def _round(self, now: datetime, *, relist: bool) -> bool:
        """Read what is open at `now`, and what its events say; True when another round should follow."""
        held = windows.latest(self._session.db, self._session.connection, FOLLOW).get(EVENTS)
        opened = self._open(now, relist=relist)
        relisted = {n for n, w in opened.items() if w.reason.startswith(RELIST) and self._tables[n].deletes}
        whole, written = self._scan(opened, relisted)
        if events := opened.get(EVENTS):
            if any(window.kind == HISTORY for window in whole.values()):
                since, new = 0, None  # all that is held of events may be news to a history that has just been read
            elif events == held:
                since, new = events.since, None  # a killed run may have landed some and not applied them
            else:
                since, new = events.since, written[EVENTS]
            apply_events(self._session, self._api, self._tables, self._histories, since, new)
            self._count_missed({n: ids for n, ids in written.items() if self._is_checked(opened.get(n))}, events.since)
        for name, window in whole.items():
            if name in relisted:
                find_vanished(self._session, self._api, self._tables, self._tables[name], window)
            windows.finish(self._session.db, self._session.connection, window)
        began_before = {n for n, w in opened.items() if w.kind == HISTORY or w.opened_at < now}
        return not began_before <= set(self._session.denied)

    def _open(self, now: datetime, *, relist: bool) -> dict[str, Window]:
        """The windows to read, by table: those a killed run left, histories not begun or stale, what is new since."""
        db, connection = self._session.db, self._session.connection
        histories, follows = (windows.latest(db, connection, kind) for kind in (HISTORY, FOLLOW))
        reasons = self._reasons(histories, follows, now) if relist else {}
        self._session.notes.extend(dict.fromkeys(reasons.values()))
        opened: dict[str, Window] = {}
        for table in self._listed:
            name = table.name
            history, reason = histories.get(name), reasons.get(name)
            last = max((w for w in (history, follows.get(name)) if w), key=lambda w: w.opened_at, default=None)
            if last is None or reason:
                reason = reason or "first sync"
                opened[name] = windows.open_window(db, connection, name, HISTORY, now, reason=reason)
            elif not last.is_finished:
                opened[name] = last
            elif name == EVENTS or not table.is_announced or now - last.opened_at >= NEWCOMERS:
                since = int((last.opened_at - OVERLAP).timestamp())
                opened[name] = windows.open_window(db, connection, name, FOLLOW, now, since=since, reason="what is new")
        self._histories = {**histories, **{n: w for n, w in opened.items() if w.kind == HISTORY}}
        return opened

    def _scan(self, opened: dict[str, Window], relisted: set[str]) -> tuple[dict[str, Window], dict[str, list[str]]]:
        has_history = any(window.kind == HISTORY for window in opened.values())
        scan = Scan(
            "history" if has_history else "what is new",
            self._session.connection,
            self._tables,
            opened,
            lambda table, since, until, cursor: self._api.page(self._tables[table.name], since, until, cursor),
            self._session.spool,
            self._session.landing,
            self._session.db,
            self._session.synced_at,
            self._api.budget,
            unsorted=self._unsorted,
            listed=relisted,
            kept=[EVENTS, *(name for name, window in opened.items() if self._is_checked(window))],
            begins=self._account.begins,
            on_progress=self._session.on_progress,
        )
        known = set(self._unsorted)
        whole = scan.run()
        found = {name: opened[name] for name in self._unsorted - known}
        for name, refusal in scan.refusals.items():
            cure = f' The permission is "{self._tables[name].permission}".' if refusal.lacks_permission else ""
            self._session.denied[name] = f"{refusal}{cure}"
        if found:
            self._session.notes.append(
                f"Not in order of creation or not filtered by it, so read from end to end: {', '.join(found)}."
            )
            again = {name: self._reopened(window) for name, window in found.items()}
            more, more_written = self._scan(again, relisted)
            whole = {name: window for name, window in whole.items() if name not in found} | more
            for name, ids in more_written.items():
                scan.written[name] += ids
        return whole, scan.written

    def _reopened(self, window: Window) -> Window:
        db, connection = self._session.db, self._session.connection
        return windows.open_window(
            db, connection, window.table, window.kind, window.opened_at, since=window.since, reason=window.reason
        )

    def _reasons(self, histories: dict[str, Window], follows: dict[str, Window], now: datetime) -> dict[str, str]:
        """Which finished or begun histories have to be read again, and why."""
        events = (held.get(EVENTS) for held in (histories, follows))
        reached = max((window.opened_at for window in events if window and window.is_finished), default=None)
        if reached and now - reached <= STALE:
            return {}
        if not reached and EVENTS not in ledger.denied(self._session.db, self._session.connection):
            return {}  # a first sync that was killed goes on
        stale = [name for name, held in histories.items() if name != EVENTS and name in self._tables]
        if reached:
            reason = (
                f"{RELIST} Stripe's events were last read on {reached:%Y-%m-%d}, and Stripe keeps them for 30 days;"
                " every list is read again."
            )
            return {name: reason for name in stale if now - histories[name].opened_at > STALE}
        reason = f"{RELIST} Stripe's events cannot be read; every list is read again."
        return {name: reason for name in stale if histories[name].is_finished}

    def _is_checked(self, window: Window | None) -> bool:
        """Whether the window looks for new objects that events should have told of."""
        if window is None or window.kind != FOLLOW or window.table == EVENTS:
            return False
        return self._tables[window.table].is_announced

    def _count_missed(self, changed: dict[str, list[str]], since: int) -> None:
        """Count the changed objects that no event since (Unix seconds) speaks of."""
        if not any(changed.values()):
            return
        rows = self._session.db.execute(
            "select data #>> '{data,object,id}' from raw_stripe.events"
            " where connection = %s and created_at >= to_timestamp(%s)",
            [self._session.connection.name, since],
        ).fetchall()
        told = {identity for (identity,) in rows}
        for name, ids in changed.items():
            self._session.missed[name] += len(set(ids) - told)
