"""One run over one connection: what a connector needs to read and to land, and what it has to say at the end.

Belongs here: these things together. Does not: what is read (each connector), the order of a run (`run.py`).
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

import psycopg

from connectors.connector import Connection, Connector
from connectors.sync.budget import Budget
from connectors.sync.landing import Landing
from connectors.sync.progress import OnProgress
from connectors.sync.spool import Spool


@dataclass
class Session:
    """A run begun at `synced_at`; `tables` are those asked for.

    The connector fills in the rest: `denied` are tables the key may not read, with the reason; `missed` counts changes
    that the vendor's events had not told of, by table; `notes` are sentences for the log; `requests` is what it cost,
    `requests_allowed` a second what it may cost, where that is known.
    """

    connector: Connector
    connection: Connection
    db: psycopg.Connection
    landing: Landing
    spool: Spool
    synced_at: datetime
    tables: Collection[str]
    on_progress: OnProgress
    denied: dict[str, str] = field(default_factory=dict)
    missed: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    requests: int = 0
    requests_allowed: float = 0.0

    def spent(self, budget: Budget) -> None:
        """Take over what the requests of the run were, and how many a second its budget allows now."""
        self.requests, self.requests_allowed = budget.sent, budget.allowed
