"""The address of a warehouse: one URL, taken apart and put together again.

What belongs here: which URLs are accepted and how a refusal is worded without showing a password.
What does not: where the URL comes from and whether anybody answers there (`warehouse.py`).
"""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from connectors.errors import ConfigError

EXAMPLE = "postgresql://user:password@localhost:5432/database"
SCHEME = re.compile(r"postgres(ql)?(\+\w+)?", re.IGNORECASE)
# The connection parameters a URL may carry, each with the variable that says the same to any libpq program.
PARAMETERS = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "channel_binding": "PGCHANNELBINDING",
    "gssencmode": "PGGSSENCMODE",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "application_name": "PGAPPNAME",
    "options": "PGOPTIONS",
}


@dataclass(frozen=True)
class Warehouse:
    """One Postgres database and how to reach it. `params` are further libpq parameters such as sslmode."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    dbname: str
    params: dict[str, str] = field(default_factory=dict)
    is_embedded: bool = False

    def __post_init__(self) -> None:
        """Refuse an address without host, user or database, with a NUL, or with unknown parameters (ConfigError)."""
        for part in ("host", "user", "dbname"):
            if not getattr(self, part):
                raise ConfigError(f"The warehouse address names no {part}; expected {EXAMPLE}.")
        if "\0" in self.host + self.user + self.password + self.dbname:
            raise ConfigError(f"The warehouse address holds a NUL character (%00); expected {EXAMPLE}.")
        unknown = sorted(set(self.params) - set(PARAMETERS))
        if unknown:
            raise ConfigError(
                f"The warehouse address carries the parameter {', '.join(unknown)}; accepted are "
                f"{', '.join(PARAMETERS)}."
            )

    @property
    def url(self) -> str:
        """The whole address, percent-encoded, as dlt, psycopg, ADBC and SQLAlchemy read it. Holds the password."""
        return self.with_params({})

    def with_params(self, params: dict[str, str]) -> str:
        """`url` with further parameters, which win over its own."""
        merged = self.params | params
        query = f"?{urlencode(merged, quote_via=quote)}" if merged else ""
        host = f"[{self.host}]" if ":" in self.host else quote(self.host, safe="")
        account = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        return f"postgresql://{account}@{host}:{self.port}/{quote(self.dbname, safe='')}{query}"

    def __str__(self) -> str:
        """For messages: who and where, never the password."""
        return f"{self.user}@{self.host}:{self.port}/{self.dbname}"


def parse(url: str, *, setting: str = "WAREHOUSE_URL", is_embedded: bool = False) -> Warehouse:
    """A Warehouse from postgres://, postgresql:// or postgresql+driver:// with percent-encoded parts.

    Raises ConfigError that shows the URL with its password masked and an example. `setting` is where it stood.
    """
    refusal = f"{setting} is {masked(url)!r}"
    cure = f"expected {EXAMPLE}, with special characters of the password percent-encoded (@ as %40, # as %23)"
    scheme, separator, _ = url.partition("://")
    if not separator or not SCHEME.fullmatch(scheme):
        raise ConfigError(f"{refusal}, which is no Postgres address; {cure}.")
    try:
        parts = urlsplit(url)
        port = parts.port or 5432
        query = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        # Not chained: urllib's message quotes the part it did not understand, perhaps the password.
        raise ConfigError(f"{refusal}, whose host, port or parameters are not readable; {cure}.") from None
    if parts.fragment or parts.path.count("/") > 1 or "," in parts.netloc.rpartition("@")[2]:
        raise ConfigError(f"{refusal}, which is more than one user, host, port and database; {cure}.")
    for text in (parts.netloc, parts.path):
        if re.search(r"%(?![0-9A-Fa-f]{2})", text) or re.search(r"\s", text):
            raise ConfigError(f"{refusal}, which holds a stray % or white space; {cure}.")
    missing = [
        name
        for name, found in (("user", parts.username), ("host", parts.hostname), ("database", parts.path[1:]))
        if not found
    ]
    if missing:
        raise ConfigError(f"{refusal}, which names no {', no '.join(missing)}; {cure}.")
    try:
        return Warehouse(
            host=unquote(parts.hostname or "", errors="strict"),
            port=port,
            user=unquote(parts.username or "", errors="strict"),
            password=unquote(parts.password or "", errors="strict"),
            dbname=unquote(parts.path[1:], errors="strict"),
            params=dict(query),
            is_embedded=is_embedded,
        )
    except UnicodeDecodeError:
        raise ConfigError(f"{refusal}, whose percent-encoding is not UTF-8; {cure}.") from None


def masked(url: str) -> str:
    """The URL without anything that may be a password, however badly it is written."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return "***"
    account, at, place = rest.rpartition("@")
    if not at:
        return f"{scheme}://***"
    place, question, query = place.partition("?")
    names = re.sub(r"=[^&]*", "=***", query)
    return f"{scheme}://{account.partition(':')[0]}:***@{place}{question}{names}"
