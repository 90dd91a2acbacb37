"""Which account a key opens: its id, its mode, its clock, its own row.

Belongs here: identity. Does not: what the key may read of the account (`scan.py` finds out, `connect.py` shows).
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from connectors.connector import Page
from connectors.stripe.client import StripeApi
from connectors.sync import ledger, rows
from connectors.sync.plan import FIRST_OBJECT
from connectors.sync.scan import Unreadable
from connectors.sync.session import Session


@dataclass(frozen=True)
class Account:
    """The account as Stripe said at its time `seen_at`; `begins` (Unix seconds) is when it was opened."""

    seen_at: datetime
    begins: int = FIRST_OBJECT
    _asked_at: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """Stripe's time, told by ours since it was asked."""
        return self.seen_at + timedelta(seconds=int(time.monotonic() - self._asked_at))


def open_account(session: Session, api: StripeApi) -> Account:
    """Ask Stripe whose key it is, and land the account's own row.

    Raises `ConfigError` when the key is refused, or opens another account or mode than the one held.
    """
    try:
        obj, sight = api.account()
    except Unreadable as error:  # a restricted key without that permission opens the rest all the same
        session.denied["accounts"] = str(error)
        return Account(datetime.now(UTC))
    identity = obj.get("id")
    ledger.begin(
        session.db, session.connector, session.connection, session.connector.is_test(session.connection), identity
    )
    table = next(table for table in session.connector.tables if table.name == "accounts")
    if identity:
        own = Page([obj], sight.seen_at, sight.api_version)
        session.landing.land({"accounts": [rows.of_page(table, session.connection, own, session.synced_at)]})
    created = obj.get("created")
    return Account(sight.seen_at, created if isinstance(created, int) else FIRST_OBJECT)
