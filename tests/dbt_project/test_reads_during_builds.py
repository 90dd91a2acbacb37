"""What a BI tool meets while a build runs: the former build or this one, whole, and never anything between.

Belongs here: readers beside a build. Does not: what a build makes (the other modules of this folder).
"""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
import pytest
from psycopg import IsolationLevel

from tests.dbt_project import raw_layer
from tests.dbt_project.dbt_runs import NEW_YORK, Db, Dbt, connected
from tests.dbt_project.raw_layer import listed
from tests.dbt_project.report_worlds import at, view
from tests.dbt_project.vendor_objects import paid, person, refund

READERS = (IsolationLevel.READ_COMMITTED, IsolationLevel.REPEATABLE_READ, IsolationLevel.READ_COMMITTED)
READS = 1_000
MOST_SECONDS = 120
PAUSE = 0.02
"""Seconds between the two reads of a transaction, and after it: the build needs the processors as well."""
PAIRS = {
    "orders": (
        "select count(*) filter (where not is_zero_amount), sum(revenue) from reports.rpt_orders",
        "select sum(orders), sum(revenue) from reports.rpt_orders_daily",
    ),
    "engagement": (
        "select count(*) from reports.rpt_engagement",
        "select sum(page_views) from reports.rpt_engagement_daily",
    ),
    "acquisition": (
        "select count(*), sum(lead_revenue) from reports.rpt_acquisition",
        "select sum(leads), sum(lead_revenue) from reports.rpt_acquisition_daily",
    ),
    "nurture": (
        "select count(*) from reports.rpt_nurture",
        "select sum(tag_additions) from reports.rpt_nurture_daily",
    ),
    "credits": (
        "select count(*), sum(revenue) from marts.fct_attributed_revenue where model = 'last_touch'",
        "select count(*), sum(revenue) from marts.fct_orders where not is_zero_amount and not is_duplicate",
    ),
}
"""Two questions each, of two tables, to which one build gives one answer; its first part is a number of rows."""


@dataclass
class Seen:
    """What readers met: answers by pair, and whatever was wrong."""

    answers: dict[str, Counter[object]] = field(default_factory=lambda: {name: Counter() for name in PAIRS})
    wrong: list[object] = field(default_factory=list)

    @property
    def reads(self) -> int:
        return 2 * sum(sum(answers.values()) for answers in self.answers.values())


def first_news(db: Db) -> None:
    """Something for every report."""
    raw_layer.insert(
        db,
        [
            person("61", "new@example.com", at("04-01T17:00")),
            *paid("new", 4700, at=at("04-02T17:00"), email="new@example.com"),
            *paid("again3", 1900, at=at("04-03T17:00"), email="again@example.com"),
            refund("new", "new", 700, at=at("04-04T17:00")),
            view("20", at("04-01T18:00"), "new@example.com", "?utm_source=letter&utm_medium=email&utm_campaign=weekly"),
            view("21", at("04-02T12:00"), "reader@example.com"),
            listed("5", "61", at("04-01T19:00")),
        ],
    )


def second_news(db: Db) -> None:
    """The same, and a person and visits that are no more."""
    raw_layer.insert(
        db,
        [
            person("62", "late@example.com", at("04-06T17:00")),
            *paid("late", 5100, at=at("04-07T17:00"), email="late@example.com"),
            listed("5", "62", at("04-06T19:00")),
        ],
    )
    db.execute("delete from raw_web_events.pages where id = 'v20'")
    db.execute("update raw_hubspot.contacts set is_deleted = true, version = version + 1 where id = '61'")


def read_on(url: str, level: IsolationLevel, first: int, is_over: threading.Event, seen: Seen) -> None:
    """Transactions of two reads each, as the reading role, until the build is over."""
    try:
        with psycopg.connect(url, options="-c role=leadline_reader") as db:
            db.isolation_level = level
            left_over = len(PAIRS)  # every pair once more after the build
            for name in itertools.islice(itertools.cycle(PAIRS), first, None):
                if is_over.is_set() and seen.reads >= READS:
                    if not left_over:
                        return
                    left_over -= 1
                answers = []
                with db.transaction():
                    for question in PAIRS[name]:
                        answers.append(db.execute(question).fetchone())
                        time.sleep(PAUSE)
                if answers[0] != answers[1] or not answers[0] or not answers[0][0]:
                    seen.wrong.append((level.name, name, *answers))
                seen.answers[name][answers[0]] += 1
    except psycopg.Error as error:
        seen.wrong.append(error)


@pytest.fixture(scope="module")
def url(new_reported: Callable[[], str]) -> str:
    return new_reported()


@pytest.fixture
def build(url: str, dbt: Dbt) -> Callable[..., None]:
    def run(*selected: str) -> None:
        result = dbt.run(url, "run", *(["--select", *selected] if selected else []), settings=NEW_YORK)
        assert result.success, result.exception or [f"{run.node.name}: {run.message}" for run in result.result]

    return run


def stands(db: Db) -> dict[str, tuple[object, ...]]:
    """What each ledger says."""
    return {name: tuple(db.execute(ledger).fetchone().values()) for name, (ledger, _) in PAIRS.items()}


@contextmanager
def readers_of(url: str, seen: Seen) -> Iterator[None]:
    """Readers at work, until the block ends and they have read enough."""
    is_over = threading.Event()
    threads = [
        threading.Thread(target=read_on, args=(url, level, number, is_over, seen))
        for number, level in enumerate(READERS)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def unlike_what_was_made(db: Db) -> list[str]:
    """The tables that do not hold, row for row, what was made for them."""
    tables = db.execute(
        "select made.oid::regclass::text as made, shown.oid::regclass::text as shown"
        " from pg_class as made join pg_class as shown on made.relname = shown.relname"
        " where made.relkind in ('r', 'v') and shown.relkind = made.relkind and ("
        " made.relnamespace = 'building'::regnamespace"
        " and shown.relnamespace in ('marts'::regnamespace, 'reports'::regnamespace)"
        " or made.relnamespace = 'intermediate'::regnamespace and shown.relnamespace = 'attribution'::regnamespace)"
    ).fetchall()
    differing = "(table {0} except all table {1}) union all (table {1} except all table {0})"
    return [
        table["shown"]
        for table in tables
        if db.execute(f"select exists ({differing.format(*table.values())}) as it").fetchone() == {"it": True}
    ]


def test_a_thousand_reads_during_builds_see_no_error_no_empty_table_and_no_two_builds(
    url: str, build: Callable[..., None]
) -> None:
    seen, unlike = Seen(), []
    with connected(url) as db, psycopg.connect(url, options="-c role=leadline_reader") as long:
        # A transaction whose snapshot is older than everything the builds make, and which has opened no table.
        long.isolation_level = IsolationLevel.REPEATABLE_READ
        long.execute("select 1")
        states = [stands(db)]
        with readers_of(url, seen):
            for news in (first_news, second_news):
                news(db)
                build()
                states.append(stands(db))
                unlike += unlike_what_was_made(db)
        assert seen.wrong == []
        assert unlike == []
        assert seen.reads >= READS
        assert {name: set(answers) for name, answers in seen.answers.items()} == {
            name: {state[name] for state in states} for name in PAIRS
        }
        assert [name for name in PAIRS if len({state[name] for state in states}) < len(states)] == []
        assert {name: long.execute(ledger).fetchone() for name, (ledger, _) in PAIRS.items()} == states[0]


def damage_orders(db: Db) -> None:
    """As if another build had made and shown them, so that the next one has something to show."""
    for schema in ("building", "reports"):
        db.execute(f"update {schema}.rpt_orders set order_lines = order_lines + 1")


def test_of_a_build_that_is_not_whole_nothing_is_shown(url: str, dbt: Dbt, build: Callable[..., None]) -> None:
    with connected(url) as db:
        damage_orders(db)
        damaged = "select sum(order_lines) as lines from reports.rpt_orders"
        before = db.execute(damaged).fetchone()
        db.execute("drop table intermediate.int_kpi_parts")
        assert not dbt.run(url, "run", "--select", "rpt_orders", "rpt_kpis", settings=NEW_YORK).success
        assert db.execute(damaged).fetchone() == before
        build("int_kpi_parts", "rpt_kpis")
        assert db.execute(damaged).fetchone() != before
        assert unlike_what_was_made(db) == []


def test_what_waits_for_its_second_part_is_not_shown_and_then_keeps_the_views_of_others(
    url: str, dbt: Dbt, build: Callable[..., None]
) -> None:
    """A view somebody made on a report outlives builds; a report with other columns than built is made anew."""
    select = ("rpt_orders", "rpt_kpis")
    with connected(url) as db:
        db.execute("create view public.mine as select order_id, order_lines from reports.rpt_orders")
        damage_orders(db)
        db.execute("alter table reports.rpt_kpis drop column change")
        damaged = "select sum(order_lines) as lines from public.mine"
        before = db.execute(damaged).fetchone()
        assert dbt.run(url, "run", "--select", *select, settings=NEW_YORK | {"LEADLINE_PUBLISH": "later"}).success
        assert db.execute(damaged).fetchone() == before
        build(*select)
        assert db.execute(damaged).fetchone() != before
        assert unlike_what_was_made(db) == []
        columns = (
            "select attname, format_type(atttypid, atttypmod) from pg_attribute"
            " where attrelid = %s::regclass and attnum > 0 and not attisdropped order by attnum"
        )
        shown, made = (db.execute(columns, [f"{schema}.rpt_kpis"]).fetchall() for schema in ("reports", "building"))
        assert shown == made


def test_publishing_waits_for_a_reader_in_the_midst_of_its_transaction(url: str, build: Callable[..., None]) -> None:
    waiting = (
        "select count(*) from pg_locks where mode = 'AccessExclusiveLock' and relation = 'reports.rpt_orders'::regclass"
    )
    ledger = "select sum(order_lines) from reports.rpt_orders"
    again: list[object] = []
    with connected(url) as db, psycopg.connect(url, options="-c role=leadline_reader") as reader:
        damage_orders(db)
        reader.isolation_level = IsolationLevel.READ_COMMITTED
        first = reader.execute(ledger).fetchone()

        def go_on() -> None:
            with psycopg.connect(url, autocommit=True) as watch:
                until = time.monotonic() + MOST_SECONDS
                while watch.execute(waiting).fetchone() == (0,) and time.monotonic() < until:
                    time.sleep(PAUSE)
            time.sleep(1)  # the publisher has tried, given way and tried again
            again.append(reader.execute(ledger).fetchone())
            reader.rollback()

        thread = threading.Thread(target=go_on)
        thread.start()
        build("rpt_orders")
        thread.join()
        assert again == [first]
        assert reader.execute(ledger).fetchone() != first
