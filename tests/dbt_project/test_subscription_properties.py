"""Histories of subscriptions nobody would think of, against an oracle that knows nothing of SQL.

A history is a plan of months: paid, paused (a void bill) or over, with a quantity and a price for each; a customer may
have several. The oracle writes down what each day is worth; the project has to find the same in the bills.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row

from tests.dbt_project import raw_layer
from tests.dbt_project.dbt_runs import Db, Dbt
from tests.dbt_project.raw_layer import Row
from tests.dbt_project.subscription_objects import bill, line, listed_price, price, subscription
from tests.dbt_project.subscription_worlds import AS_OF, day
from tests.dbt_project.test_subscriptions import CLOSES

PRICES = [price(f"{code}{n}", amount, "month", count, currency=code)
          for code in ("usd", "eur") for n, (amount, count) in enumerate([(999, 1), (1000, 3), (4250, 1)])]  # fmt: skip
OF_SUBSCRIPTIONS = re.compile(
    r"stg_stripe__(subscriptions|subscription_items|invoices|invoice_lines|prices)"
    r"|int_subscriptions|int_subscription_(?!clock)\w+|int_mrr_\w+|fct_subscriptions|fct_mrr_movements|rpt_subscriptions\w*"
)
DAYS = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
MOVEMENTS = ("new", "reactivation", "expansion", "contraction", "churn")


@dataclass(frozen=True)
class History:
    """Per month of 2026 a quantity, 0 for a pause; over after the last unless it lives on."""

    customer: str
    price: int
    number: int  # day of the month it is billed on
    first: int
    quantities: tuple[int, ...]
    lives: bool


@st.composite
def histories(draw: st.DrawFn) -> History:
    """A subscription that begins and ends with a paid month."""
    first = draw(st.integers(1, 8))
    months = draw(st.lists(st.integers(0, 3), min_size=1, max_size=12 - first))
    months[0], months[-1] = max(months[0], 1), max(months[-1], 1)
    return History(
        draw(st.sampled_from(["cus_a", "cus_b"])), draw(st.integers(0, 5)), draw(st.integers(1, 28)), first,
        tuple(months), draw(st.booleans()),
    )  # fmt: skip


def _bill_day(one: History, offset: int) -> str:
    month = one.first + offset - 1
    return day(month % 12 + 1, one.number, year=2026 + month // 12)


def played(name: str, one: History) -> list[Row]:
    """The bills of a history, and the subscription as it stands at the end."""
    of, shape = PRICES[one.price], ("item", "subscription", "plan")[one.price % 3]
    rows = []
    for offset, quantity in enumerate(one.quantities):
        start, end = (_bill_day(one, offset + n) for n in (0, 1))
        billed = line(name, of, start, end, quantity=quantity or 1, shape=shape)
        status = "paid" if quantity else "void"
        rows.append(bill(f"{name}_{offset}", name, start, [billed], status, shape, customer=one.customer))
    last = one.quantities[-1]
    over = {} if one.lives else {"status": "canceled", "ended_at": end, "canceled_at": end}
    started = day(one.first, one.number)
    return [*rows, subscription(name, [(of, last)], started, shape=shape, customer=one.customer, **over)]


def worth(one: History, at: date) -> tuple[int, int]:
    """Its MRR and its paused MRR at the end of a day of 2026, in minor units."""
    offset = at.month - one.first - (1 if at.day < one.number else 0)
    if offset < 0 or (offset >= len(one.quantities) and not one.lives):
        return 0, 0
    so_far = one.quantities[: offset + 1]
    of = PRICES[one.price]
    exact = Fraction(of["unit_amount"] * next(q for q in reversed(so_far) if q), of["recurring"]["interval_count"])
    minor = int(exact + Fraction(1, 2))
    return (0, minor) if offset < len(one.quantities) and not so_far[-1] else (minor, 0)


def oracle(told: list[History]) -> dict[tuple[str, date], Counter[str]]:
    """Every figure of every currency and day on which one is not 0, by the words of the definitions."""
    figures: dict[tuple[str, date], Counter[str]] = {}
    for customer, code in {(one.customer, PRICES[one.price]["currency"]) for one in told}:
        own = [one for one in told if (one.customer, PRICES[one.price]["currency"]) == (customer, code)]
        held, paused, has_been = 0, 0, False
        for at in DAYS:
            worths = [worth(one, at) for one in own]
            mrr_now, paused_now = sum(w[0] for w in worths), sum(w[1] for w in worths)
            change = mrr_now + paused_now - held
            of_day = figures.setdefault((code, at), Counter())
            of_day["mrr"] += mrr_now
            of_day["paused_mrr"] += paused_now
            if change:
                of_day[_movement(held, mrr_now + paused_now, has_been)] += abs(change)
            of_day["contraction" if paused_now > paused else "expansion"] += abs(paused_now - paused)
            held, paused, has_been = mrr_now + paused_now, paused_now, has_been or mrr_now + paused_now > 0
    return {key: +figure for key, figure in figures.items() if +figure}


def _movement(before: int, after: int, has_been: bool) -> str:
    if before == 0:
        return "reactivation" if has_been else "new"
    if after == 0:
        return "churn"
    return "expansion" if after > before else "contraction"


@dataclass(frozen=True)
class Played:
    """A database with an empty raw layer, and the statements that build the subscription reports from it."""

    db: Db
    statements: tuple[str, ...]


@pytest.fixture(scope="module")
def empty(new_database: Callable[[], str], dbt: Dbt) -> Iterator[Played]:
    """Built once over nothing; each history is then played through the SQL that dbt compiled, and undone."""
    url = new_database()
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as db:
        raw_layer.create(db)
        raw_layer.declare(db, "stripe", "stripe")
        db.execute("update ingest.connections set synced_at = %s", [AS_OF])
        raw_layer.insert(db, [listed_price(of) for of in PRICES])
        leave = ("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")
        result = dbt.run(url, "build", *leave, "--select", "+rpt_subscriptions_daily")
        assert result.success, result.exception
        models = [run.node for run in result.result if OF_SUBSCRIPTIONS.fullmatch(run.node.name)]
        assert len(models) > 20
        yield Played(db, tuple(statement(db, model) for model in models if model.name != "stg_stripe__prices"))


def statement(db: Db, model: Any) -> str:
    """What fills a model's table as it fills on its own."""
    columns = db.execute(f"select * from ({model.compiled_code}) as model limit 0").description or []
    names = [column.name for column in columns]
    return f"insert into {model.relation_name} ({', '.join(names)}) {model.compiled_code}"


@given(told=st.lists(histories(), min_size=1, max_size=5))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_history_closes_every_day_and_moves_as_the_oracle_says(empty: Played, told: list[History]) -> None:
    """Per currency and day: MRR, paused MRR and each movement; opening and movements close, and open the next day."""
    with empty.db.transaction(force_rollback=True):
        raw_layer.insert(empty.db, [row for n, one in enumerate(told) for row in played(f"h{n}", one)])
        for sql in empty.statements:
            empty.db.execute(sql)
        assert empty.db.execute(CLOSES).fetchall() == []
        found = {
            (row["currency"], row["report_date"]): +Counter(
                {"mrr": row["mrr_minor"], "paused_mrr": row["paused_mrr_minor"]}
                | {name: row[f"{name}_mrr_minor"] for name in MOVEMENTS}
            )
            for row in empty.db.execute("select * from building.rpt_subscriptions_daily").fetchall()
        }
    assert {key: figure for key, figure in found.items() if figure} == oracle(told)
