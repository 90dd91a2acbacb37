"""Having history read again: just what was asked for, nothing in a dry run, and a clear no where it cannot be."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from connectors.connector import Connection, Span
from connectors.errors import ConfigError, RetryError
from connectors.registry import CONNECTORS, connection, connector, prepare, restart_history, standing, sync
from connectors.sandbox.change import MovingWorld
from connectors.sandbox.serving import serving
from connectors.sandbox.shapes import times
from connectors.sandbox.shapes.sales import sales_world
from connectors.sync.coverage import Slice, gaps
from connectors.sync.landing import session_name
from connectors.sync.lock import alone
from connectors.sync.restart import _outside
from connectors.warehouse import resolve

STRIPE = Connection("stripe")


@dataclass
class Shop:
    """A played Stripe account that was synced once."""

    world: MovingWorld
    db: psycopg.Connection

    def sync(self) -> None:
        sync(connector("stripe"), STRIPE, resolve())

    def ask_again(self, *tables: str, span: Span | None = None, dry_run: bool = False) -> list[str]:
        return restart_history(STRIPE, tables, span or Span(), resolve(), dry_run=dry_run)

    def held(self, table: str) -> set[str]:
        return {id_ for (id_,) in self.db.execute(f"select id from raw_stripe.{table} where not is_deleted")}

    def days(self, table: str) -> dict[str, date]:
        """When each object was created (UTC)."""
        objects = self.world.state(table).items()
        return {id_: datetime.fromtimestamp(obj["created"], UTC).date() for id_, obj in objects}

    def asked(self, path: str) -> list[dict[str, list[str]]]:
        """The parameters of each request for this list since the counters were reset."""
        addresses = [urlsplit(address) for address in self.world.counters.served]
        return [parse_qs(address.query) for address in addresses if address.path == path]


@pytest.fixture
def shop(warehouse_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Shop]:
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path))
    with serving(sales_world(times.uniform(120, days=40))) as playing:
        for name, value in {**playing.env, "SOURCES__STRIPE__RATE_LIMIT": "100000"}.items():
            monkeypatch.setenv(name, value)
        with psycopg.connect(warehouse_url, autocommit=True) as db:
            shop = Shop(playing.stripe, db)
            shop.sync()
            shop.world.counters.reset()
            yield shop


def test_some_days_of_one_table_are_read_again_and_nothing_else_of_it(shop: Shop) -> None:
    days = shop.days("charges")
    middle = sorted(days.values())[len(days) // 2]
    inside = next(id_ for id_, day in days.items() if day == middle)
    outside = next(id_ for id_, day in days.items() if day < middle)
    shop.db.execute("delete from raw_stripe.charges where id = any(%s)", [[inside, outside]])

    [said] = shop.ask_again("charges", span=Span(middle, middle))
    assert f"from {middle} to {middle}" in said
    assert standing.of_connection(shop.db, STRIPE).missing
    shop.sync()
    assert shop.held("charges") == days.keys() - {outside}
    midnight = int(datetime(middle.year, middle.month, middle.day, tzinfo=UTC).timestamp())
    bounded = [asked for asked in shop.asked("/v1/charges") if "created[lt]" in asked]
    assert {asked["created[gte]"][0] for asked in bounded} == {str(midnight)}
    assert all(int(asked["created[lt]"][0]) <= midnight + 86_400 for asked in bounded)
    assert standing.of_connection(shop.db, STRIPE).missing == ""


def test_a_whole_table_is_read_again_and_equal_rows_are_not_written(shop: Shop) -> None:
    lost = next(iter(shop.held("customers")))
    shop.db.execute("delete from raw_stripe.customers where id = %s", [lost])
    before = shop.db.execute("select sum(version) from raw_stripe.charges").fetchone()
    shop.ask_again("customers", "charges")
    shop.sync()
    assert shop.held("customers") == shop.world.state("customers").keys()
    assert shop.db.execute("select sum(version) from raw_stripe.charges").fetchone() == before
    assert {*shop.world.counters.by_operation} & {"/v1/invoices", "/v1/products"} == set()


def test_what_was_deleted_unnoticed_is_found_in_the_days_read_again_and_not_asked_for_elsewhere(shop: Shop) -> None:
    days = shop.days("customers")
    middle = sorted(days.values())[len(days) // 2]
    inside = next(id_ for id_, day in days.items() if day == middle)
    outside = next(id_ for id_, day in days.items() if day < middle)
    for customer in (inside, outside):
        shop.world.delete("customers", customer, event="")
    shop.ask_again("customers", span=Span(middle, middle))
    shop.sync()
    assert days.keys() - shop.held("customers") == {inside}
    assert shop.world.counters.by_operation["/v1/customers/{id}"] == 1


def test_a_change_while_history_is_read_again_is_not_lost(shop: Shop) -> None:
    charge = next(iter(shop.held("charges")))
    shop.ask_again()
    with shop.world.watching(
        lambda address: "/v1/charges" in address and shop.world.update("charges", charge, description=address)
    ):
        shop.sync()
    shop.world.clock.advance(300)
    shop.sync()
    [(held,)] = shop.db.execute("select data from raw_stripe.charges where id = %s", [charge]).fetchall()
    assert held == shop.world.state("charges")[charge]


def test_a_dry_run_changes_and_asks_nothing_and_what_is_not_whole_or_running_is_left_alone(
    shop: Shop, warehouse_url: str
) -> None:
    def ledger() -> list[str]:
        tables = ("connections", "windows", "slices", "days", "cursors", "seen")
        rows = [shop.db.execute(f"select to_jsonb(t)::text from ingest.{name} as t").fetchall() for name in tables]
        return sorted(text for found in rows for (text,) in found)

    before = ledger()
    said = shop.ask_again("charges", "refunds", dry_run=True)
    assert said[0] == f"charges: {len(shop.held('charges')):,} rows held from the beginning to the end are read again"
    assert ledger() == before
    assert standing.of_connection(shop.db, STRIPE).missing == ""

    with (
        psycopg.connect(warehouse_url, autocommit=True) as other,
        alone(other, session_name("stripe")),
        pytest.raises(RetryError, match="is running"),
    ):
        shop.ask_again("charges")
    assert ledger() == before

    shop.ask_again("charges")
    with pytest.raises(ConfigError, match="its history is still being read"):
        shop.ask_again("charges", span=Span(date(2026, 1, 1)))
    shop.ask_again("charges")
    assert shop.world.counters.requests == 0


@pytest.mark.parametrize(
    ("name", "tables", "span", "said"),
    [
        ("stripe", ["charge"], Span(), "no table 'charge'"),
        ("stripe", ["discounts"], Span(), "come with other objects"),
        ("kit", [], Span(), "every sync of Kit reads all there is"),
        ("hubspot", [], Span(date(2026, 1, 1)), "HubSpot lists its objects by id"),
        ("files", [], Span(None, date(2026, 1, 1)), "a file is read whole or not at all"),
        ("google_ads", ["campaigns"], Span(), "every sync reads them whole"),
        ("hubspot", [], Span(), "was never synced"),
    ],
)
def test_what_cannot_be_read_again_is_refused_with_the_reason(
    warehouse_url: str, name: str, tables: list[str], span: Span, said: str
) -> None:
    prepare(CONNECTORS, resolve())
    with pytest.raises(ConfigError, match=said):
        restart_history(connection(name), tables, span, resolve(), dry_run=False)


def test_days_of_a_report_are_forgotten_by_the_day(warehouse_url: str) -> None:
    prepare(CONNECTORS, resolve())
    with psycopg.connect(warehouse_url, autocommit=True) as db:
        db.execute(
            "insert into ingest.connections (connection, connector, is_test) values ('meta_ads', 'meta_ads', false)"
        )
        db.execute(
            "insert into ingest.days select 'meta_ads', 'ad_days', day, now()"
            " from generate_series(date '2026-01-01', date '2026-01-31', interval '1 day') as day"
        )
        span = Span(date(2026, 1, 10), date(2026, 1, 12))
        [said] = restart_history(connection("meta_ads"), ["ad_days"], span, resolve(), dry_run=False)
        left = {day for (day,) in db.execute("select day from ingest.days")}
    assert "3 days from 2026-01-10 to 2026-01-12" in said
    assert left == {date(2026, 1, day) for day in range(1, 32)} - {span.first, date(2026, 1, 11), span.last}


@pytest.mark.parametrize("since", range(0, 12, 2))
@pytest.mark.parametrize("until", range(1, 12, 3))
def test_what_is_left_to_read_is_the_part_asked_for(since: int, until: int) -> None:
    read = [Slice(6, 9, "c", 5, 1), Slice(6, 6, "d", 5, 1), Slice(3, 6, None, 5, 1), Slice(0, 3, None, 5, 1)]
    if since < until:
        left = gaps(_outside(read, since, until), 0, 9)
        seconds = {second for gap in left for second in range(gap.since, gap.until)}
        assert seconds == set(range(since, min(until, 9)))


def test_days_in_the_wrong_order_are_no_span() -> None:
    with pytest.raises(ValueError, match="the last comes before the first"):
        Span(date(2026, 1, 2), date(2026, 1, 1))
