"""What every connector declares: its tables, its credentials, its cadence and how it reads.

Belongs here: the frozen declarations and the connection (one account of one vendor) they are read through.
Does not: reading (`source.py` of each connector), writing (`sync/`), the list of connectors (`registry.py`).
"""

import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from connectors.errors import ConfigError

Object = dict[str, Any]
"""One object as a vendor's API returned it."""


@dataclass(frozen=True)
class Page:
    """What one answer showed: its objects, and the vendor's clock when it answered (the version of the sight).

    `beside` holds objects of other tables that came inside these, by table.
    """

    objects: list[Object]
    seen_at: datetime
    api_version: str | None = None
    has_more: bool = False
    beside: Mapping[str, list[Object]] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """One raw table: a vendor object a row. `identify` gives its id, `created` its UTC creation time or None.

    `indexes` are what its connector looks rows up by, besides their key: SQL from the column list on. `permission` is
    what credentials of limited rights need to read it, in the vendor's words; "" where there is no such thing.
    `remembers` are the parts of the object (`properties.email`) whose former values stay in `<name>_past`.
    """

    name: str
    description: str
    identify: Callable[[Object], str | None]
    created: Callable[[Object], datetime | None]
    indexes: tuple[str, ...] = ()
    permission: str = ""
    remembers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a name that would not be a plain plural snake-case table name."""
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.name):
            raise ValueError(f"raw table name {self.name!r} is not snake case")
        if not self.description:
            raise ValueError(f"raw table {self.name} has no description")


@dataclass(frozen=True)
class Credential:
    """One setting of a connector, read from `SOURCES__<CONNECTOR>[__<ACCOUNT>]__<FIELD>`.

    `leadline connect` asks for the required ones and offers those that are not but `is_offered`; what `is_secret` is
    neither echoed nor shown.
    """

    name: str
    description: str
    is_required: bool = True
    is_offered: bool = False
    is_secret: bool = True


@dataclass(frozen=True)
class OAuth:
    """How a person's consent becomes a credential: where it is asked, where it is redeemed, for which scopes.

    `fills` is the credential, named as the field of the token answer it is taken from. The client is the credentials
    `client_id` and `client_secret`. `parameters` go along with the question, in the vendor's words.
    """

    authorize_url: str
    token_url: str
    scopes: tuple[str, ...]
    fills: str = "refresh_token"
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Connection:
    """One account of one vendor, e.g. `stripe` or `stripe@eu`. Secrets are looked up when asked for, never kept."""

    connector: str
    account: str | None = None

    @property
    def name(self) -> str:
        """The key that every raw row of this account carries."""
        return f"{self.connector}@{self.account}" if self.account else self.connector

    @property
    def schema(self) -> str:
        """The raw schema its rows land in."""
        return f"raw_{self.connector}"

    def variable(self, setting: str) -> str:
        """The environment variable that holds `setting` of this connection."""
        parts = ["SOURCES", self.connector, *([self.account] if self.account else []), setting]
        return "__".join(parts).upper()

    def optional(self, setting: str) -> str | None:
        """The setting's value, or None when unset or blank."""
        return (os.environ.get(self.variable(setting)) or "").strip() or None

    def required(self, setting: str) -> str:
        """The setting's value. Raises `ConfigError` naming the variable when it is unset."""
        value = self.optional(setting)
        if value is None:
            raise ConfigError(f"{self.name}: {self.variable(setting)} is not set; put it into .env.")
        return value

    def base_url(self, vendor_url: str) -> str:
        """Where this vendor answers: its own `BASE_URL`, else the sandbox of `SANDBOX_URL`, else the vendor."""
        sandbox = (os.environ.get("SANDBOX_URL") or "").strip()
        default = f"{sandbox.rstrip('/')}/{self.connector}" if sandbox else vendor_url
        return (self.optional("base_url") or default).rstrip("/")


@dataclass(frozen=True)
class Opened:
    """What a connection's credentials open: whose account (None where they may not say), which mode, what of it.

    `is_test` is None where the vendor knows no test mode. `missing` says, by table that may not be read, what has to
    change for it to be.
    """

    account_id: str | None = None
    title: str | None = None
    country: str | None = None
    is_test: bool | None = None
    missing: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Span:
    """Days from `first` to `last`, both included; None is no bound."""

    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        """Refuse a span that ends before it begins."""
        if self.first and self.last and self.last < self.first:
            raise ValueError(f"{self.first} to {self.last} are no days: the last comes before the first")

    @property
    def is_whole(self) -> bool:
        """Whether it has no bound at all."""
        return self.first is None and self.last is None

    def __str__(self) -> str:
        return f"from {self.first or 'the beginning'} to {self.last or 'the end'}"


@dataclass(frozen=True)
class News:
    """Whether a vendor has something that is not held yet, and the sentence that says so."""

    is_new: bool
    said: str


@dataclass(frozen=True)
class SecretEnd:
    """When the credential in `setting` ends and a new one is needed, in UTC."""

    setting: str
    at: datetime


Read = Callable[[Connection, Table], Iterator[Page]]
Follow = Callable[[Any], None]
"""Takes a `connectors.sync.session.Session`."""
Probe = Callable[[Connection], Opened]
AskNews = Callable[[Connection, Any], News]
"""Takes a session on the warehouse, too; costs one request."""
AskEnd = Callable[[Connection], SecretEnd | None]
"""Costs one request; None for a credential that does not end, or where the vendor does not tell."""
Restart = Callable[[Any, Connection, Collection[str], Span], list[str]]
"""Takes a session on the warehouse first; forgets that these tables were read, and says for each what is to come."""


@dataclass(frozen=True)
class Connector:
    """A vendor: what it lands, what it needs, how often it is synced, and how it is read, in one of two ways.

    `read` yields all pages of a table, every time. `follow` reads history once and then what has changed. `probe` asks
    what the credentials open, and raises `ConfigError` when it is nothing; None where a vendor has no way to ask.
    One that `looks_again` at what the vendor should have told of counts what it had not.
    `cadence` is how often it is synced; with `news` it is asked that often and synced when there is something.
    `restart` has history read again; None where every sync reads all there is. `secret_end` asks the vendor when the
    credentials end; None where it cannot be asked.
    """

    name: str
    title: str
    tables: tuple[Table, ...]
    credentials: tuple[Credential, ...]
    cadence: timedelta
    read: Read | None = field(default=None, repr=False)
    follow: Follow | None = field(default=None, repr=False)
    probe: Probe | None = field(default=None, repr=False)
    news: AskNews | None = field(default=None, repr=False)
    restart: Restart | None = field(default=None, repr=False)
    secret_end: AskEnd | None = field(default=None, repr=False)
    is_test: Callable[[Connection], bool] = field(default=lambda _: False, repr=False)
    guide: tuple[str, ...] = ()
    oauth: OAuth | None = None
    looks_again: bool = False

    def __post_init__(self) -> None:
        """Refuse two tables of one name, none or both ways of reading, an odd cadence, consent without credentials."""
        hour, minutes = timedelta(hours=1), self.cadence / timedelta(minutes=1)
        if minutes % 1 or (hour % self.cadence and (self.cadence % hour or timedelta(days=1) % self.cadence)):
            raise ValueError(
                f"connector {self.name} is synced every {self.cadence}, which is no whole part of an hour or of a day"
            )
        if (self.read is None) == (self.follow is None):
            raise ValueError(f"connector {self.name} declares none or both of read and follow")
        names = [table.name for table in self.tables]
        if len(set(names)) != len(names):
            raise ValueError(f"connector {self.name} declares a table twice: {names}")
        needed = {self.oauth.fills, "client_id", "client_secret"} if self.oauth else set()
        if lacking := needed - {credential.name for credential in self.credentials}:
            raise ValueError(f"connector {self.name} declares oauth, but no credential {', '.join(sorted(lacking))}")

    @property
    def schema(self) -> str:
        """The raw schema its tables land in."""
        return f"raw_{self.name}"

    @property
    def required_credentials(self) -> tuple[Credential, ...]:
        """The credentials without which it cannot be on."""
        return tuple(credential for credential in self.credentials if credential.is_required)
