"""CONNECTORS, the one list, and the only door into `connectors` for everything outside it.

Adding a connector is one import and one entry here.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from connectors import connections as _connections
from connectors import embedded_postgres, warehouse
from connectors.activecampaign.source import CONNECTOR as ACTIVECAMPAIGN
from connectors.connections import Configured
from connectors.connector import Connection, Connector, Credential, News, Opened, SecretEnd, Span, Table
from connectors.errors import ConfigError, LeadlineError, RetryError, StopError
from connectors.files.source import CONNECTOR as FILES
from connectors.google_ads.source import CONNECTOR as GOOGLE_ADS
from connectors.hubspot.source import CONNECTOR as HUBSPOT
from connectors.kit.source import CONNECTOR as KIT
from connectors.linkedin_ads.source import CONNECTOR as LINKEDIN_ADS
from connectors.meta_ads.source import CONNECTOR as META_ADS
from connectors.oauth import consent_by_hand, consent_in_browser
from connectors.stripe.source import CONNECTOR as STRIPE
from connectors.sync import ledger, restart, secret_ends, standing, tenant
from connectors.sync.lock import alone, is_held
from connectors.sync.progress import Progress
from connectors.sync.raw_tables import COLUMNS as RAW_COLUMNS
from connectors.sync.run import SyncResult, TableResult, sync
from connectors.sync.standing import Standing, Unbuilt
from connectors.warehouse import Warehouse
from connectors.web_events.source import CONNECTOR as WEB_EVENTS

CONNECTORS: tuple[Connector, ...] = (
    STRIPE,
    HUBSPOT,
    GOOGLE_ADS,
    META_ADS,
    LINKEDIN_ADS,
    ACTIVECAMPAIGN,
    KIT,
    FILES,
    WEB_EVENTS,
)


def connector(name: str) -> Connector:
    """The connector of that name. Raises `ConfigError` listing the names there are."""
    for candidate in CONNECTORS:
        if candidate.name == name:
            return candidate
    raise ConfigError(f"There is no connector {name!r}; the connectors are {', '.join(c.name for c in CONNECTORS)}.")


def connection(name: str) -> Connection:
    """The connection of that name, such as stripe or stripe@eu, set up or not. Raises `ConfigError`."""
    return _connections.parsed(name, {candidate.name: candidate for candidate in CONNECTORS})


def connections() -> list[Connection]:
    """The accounts whose credentials are set, in the registry's order."""
    return _connections.configured(CONNECTORS)


def examined() -> Configured:
    """The same, and what is wrong with others, so that one misspelt account does not hold up the rest."""
    return _connections.examined(CONNECTORS)


def fingerprint(named: Connection) -> str:
    """Names the connection's settings without telling them."""
    return _connections.fingerprint(connector(named.connector), named)


@contextmanager
def play_world(folder: Path) -> Iterator[dict[str, str]]:
    """Play a world folder on loopback; yields the environment that points connectors at it. Raises `ConfigError`."""
    from connectors.sandbox.jsonl import WorldError
    from connectors.sandbox.serving import serving

    with ExitStack() as stack:
        try:
            served = stack.enter_context(serving(folder))
        except WorldError as error:
            raise ConfigError(str(error)) from error
        yield served.env


def generate_world(folder: Path, seed: int, contacts: int) -> None:
    """Write a made-up business with its truth into `folder`."""
    from connectors.sandbox.generator import generate

    generate(folder, seed=seed, contacts=contacts, until=datetime.now(UTC).date())


def generator_version() -> str:
    """Names the code that makes up a business: another version tells another story."""
    digest = hashlib.blake2b(digest_size=16)
    for file in sorted((Path(__file__).parent / "sandbox" / "generator").glob("*.py")):
        digest.update(f"{file.name}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def prepare(chosen: Sequence[Connector], target: Warehouse) -> bool:
    """Create the connectors' raw tables where absent; True when a demo's rows made place for another tenant's."""
    with warehouse.connect(target) as db:
        return tenant.move_in(db, chosen, tenant.wanted())


def holds_ours(db: psycopg.Connection) -> bool:
    """Whether the warehouse holds what this environment syncs; not when it is empty or holds a demo instead."""
    return tenant.is_wanted(db)


def whats_new(named: Connection, target: Warehouse) -> News:
    """Ask the vendor, with one request, whether it has something that is not held yet.

    Raises `LeadlineError` when it does not answer, and `ValueError` for a vendor that has no such question.
    """
    ask = connector(named.connector).news
    if ask is None:
        raise ValueError(f"{named.connector} cannot be asked whether there is anything new")
    with warehouse.connect(target) as db:
        return ask(named, db)


def restart_history(
    named: Connection, tables: Collection[str], span: Span, target: Warehouse, *, dry_run: bool
) -> list[str]:
    """Have these tables (none: all) read again for these days, by the next sync; a sentence for each.

    With `dry_run` it only says so. Raises `ConfigError` for what cannot be, `RetryError` while a sync is running.
    """
    return restart.ask_again(connector(named.connector), named, tables, span, target, dry_run=dry_run)


def refuse_another(chosen: Connector, named: Connection, opened: Opened, target: Warehouse) -> None:
    """Raise `ConfigError` when the warehouse holds another account or mode under that name, as a sync would."""
    with warehouse.connect(target) as db, db.transaction(force_rollback=True):
        if tenant.is_wanted(db):  # a demo's rows make place, whatever they are
            ledger.begin(db, chosen, named, bool(opened.is_test), opened.account_id)


__all__ = [
    "CONNECTORS",
    "RAW_COLUMNS",
    "ConfigError",
    "Configured",
    "Connection",
    "Connector",
    "Credential",
    "LeadlineError",
    "News",
    "Opened",
    "Progress",
    "RetryError",
    "SecretEnd",
    "Span",
    "Standing",
    "StopError",
    "SyncResult",
    "Table",
    "TableResult",
    "Unbuilt",
    "Warehouse",
    "alone",
    "connection",
    "connections",
    "connector",
    "consent_by_hand",
    "consent_in_browser",
    "embedded_postgres",
    "examined",
    "fingerprint",
    "generate_world",
    "generator_version",
    "holds_ours",
    "is_held",
    "play_world",
    "prepare",
    "refuse_another",
    "restart_history",
    "secret_ends",
    "standing",
    "sync",
    "warehouse",
    "whats_new",
]
