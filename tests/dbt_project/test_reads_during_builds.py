"""What a BI tool meets while a build runs: the former build or this one, whole, and never anything between.

Belongs here: readers beside a build. Does not: what a build makes (the other modules of this folder).
"""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import psycopg
import pytest
from psycopg import IsolationLevel

from tests.dbt_project import raw_layer
from tests.dbt_project.dbt_runs import NEW_YORK, Dbt, connected
from tests.dbt_project.raw_layer import listed
from tests.dbt_project.report_worlds import at, view
from tests.dbt_project.vendor_objects import paid, person, refund

READERS = 3
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


def news(db: psycopg.Connection) -> None:
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
def build(url: str, dbt: Dbt) -> Callable[[], None]:
    def run() -> None:
        result = dbt.run(url, "run", settings=NEW_YORK)
        assert result.success, result.exception

    return run


def reading(
    url: str, levels: Sequence[IsolationLevel], is_over: threading.Event, seen: Seen
) -> Iterator[threading.Thread]:
    for number, level in enumerate(levels):
        yield threading.Thread(target=read_on, args=(url, level, number, is_over, seen))


def test_a_thousand_reads_during_a_build_see_no_error_no_empty_table_and_no_two_builds(
    url: str, build: Callable[[], None]
) -> None:
    seen, is_over = Seen(), threading.Event()
    levels = [IsolationLevel.READ_COMMITTED, IsolationLevel.REPEATABLE_READ, IsolationLevel.READ_COMMITTED][:READERS]
    with connected(url) as db, psycopg.connect(url, options="-c role=leadline_reader") as long:
        # A transaction whose snapshot is older than everything the build makes, and which has opened no table.
        long.isolation_level = IsolationLevel.REPEATABLE_READ
        long.execute("select 1")
        before = {name: db.execute(ledger).fetchone() for name, (ledger, _) in PAIRS.items()}
        news(db)
        threads = list(reading(url, levels, is_over, seen))
        for thread in threads:
            thread.start()
        try:
            build()
        finally:
            is_over.set()
            for thread in threads:
                thread.join()
        after = {name: tuple(db.execute(ledger).fetchone().values()) for name, (ledger, _) in PAIRS.items()}
        assert seen.wrong == []
        assert seen.reads >= READS
        former = {name: tuple(answer.values()) for name, answer in before.items()}
        assert {name: set(answers) for name, answers in seen.answers.items()} == {
            name: {former[name], after[name]} for name in PAIRS
        }
        assert [name for name in PAIRS if former[name] == after[name]] == []
        assert {name: long.execute(ledger).fetchone() for name, (ledger, _) in PAIRS.items()} == former


def test_what_waits_for_its_second_part_is_not_shown_and_then_keeps_the_views_of_others(url: str, dbt: Dbt) -> None:
    """A view somebody made on a report outlives builds; a report with other columns than built is made anew."""
    select = ("run", "--select", "rpt_orders", "rpt_kpis")
    with connected(url) as db:
        db.execute("create view public.mine as select order_id, order_lines from reports.rpt_orders")
        db.execute("update reports.rpt_orders set order_lines = order_lines + 1")
        db.execute("alter table reports.rpt_kpis drop column change")
        damaged = "select sum(order_lines) as lines from public.mine"
        before = db.execute(damaged).fetchone()
        assert dbt.run(url, *select, settings=NEW_YORK | {"LEADLINE_PUBLISH": "later"}).success
        assert db.execute(damaged).fetchone() == before
        assert dbt.run(url, *select, settings=NEW_YORK).success
        assert (
            db.execute(damaged).fetchone()
            == db.execute("select sum(order_lines) as lines from building.rpt_orders").fetchone()
            != before
        )
        columns = (
            "select attname, format_type(atttypid, atttypmod) from pg_attribute"
            " where attrelid = %s::regclass and attnum > 0 and not attisdropped order by attnum"
        )
        shown, made = (db.execute(columns, [f"{schema}.rpt_kpis"]).fetchall() for schema in ("reports", "building"))
        assert shown == made


def test_publishing_waits_for_a_reader_in_the_midst_of_its_transaction(url: str, dbt: Dbt) -> None:
    waiting = (
        "select count(*) from pg_locks where mode = 'AccessExclusiveLock' and relation = 'reports.rpt_orders'::regclass"
    )
    ledger = "select sum(order_lines) from reports.rpt_orders"
    again: list[object] = []
    with connected(url) as db, psycopg.connect(url, options="-c role=leadline_reader") as reader:
        db.execute("update reports.rpt_orders set order_lines = order_lines + 1")
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
        assert dbt.run(url, "run", "--select", "rpt_orders", settings=NEW_YORK).success
        thread.join()
        assert again == [first]
        assert reader.execute(ledger).fetchone() != first
