"""Which account a key opens: its id, its mode, its clock, its own row.

Belongs here: identity. Does not: what the key may read of the account (`scan.py` finds out, `connect.py` shows).
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from connectors.stripe.client import StripeApi
from connectors.sync import ledger
from connectors.sync.plan import FIRST_OBJECT
from connectors.sync.rows import Sight, version_of
from connectors.sync.scan import Unreadable
from connectors.sync.session import Session


@dataclass(frozen=True)
class Account:
    """The account as Stripe said at its time `seen_at`; `begins` (Unix seconds) is when it was opened.

    `own` is its object, None when the key may not read it.
    """

    seen_at: datetime
    begins: int = FIRST_OBJECT
    own: Sight | None = None
    _asked_at: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """Stripe's time, told by ours since it was asked."""
        return self.seen_at + timedelta(seconds=int(time.monotonic() - self._asked_at))


def open_account(session: Session, api: StripeApi) -> Account:
    """Ask Stripe whose key it is.

    Raises `ConfigError` when the key is refused, or opens another account or mode than the one held.
    """
    try:
        obj, sight = api.account()
    except Unreadable as error:  # a restricted key without that permission opens the rest all the same
        session.denied["accounts"] = str(error)
        return Account(error.seen_at or datetime.now(UTC))
    identity = obj.get("id")
    ledger.begin(
        session.db, session.connector, session.connection, session.connector.is_test(session.connection), identity
    )
    created = obj.get("created")
    own = Sight(obj, version_of(sight.seen_at), sight.api_version) if identity else None
    return Account(sight.seen_at, created if isinstance(created, int) else FIRST_OBJECT, own)
