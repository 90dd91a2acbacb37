"""Random histories of subscriptions, built once, against an oracle that knows nothing of SQL.

A history is a plan of months: paid, paused (a void bill) or over, with a quantity and a price for each. The oracle
writes down what each month is worth; the project has to find the same in the bills.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.dbt_project import raw_layer
from tests.dbt_project.dbt_runs import Db, Dbt
from tests.dbt_project.raw_layer import Row
from tests.dbt_project.subscription_objects import bill, line, listed_price, price, subscription
from tests.dbt_project.subscription_worlds import day
from tests.dbt_project.test_subscriptions import CLOSES, build

PRICES = [price(f"{code}{n}", amount, "month", count, currency=code)
          for code in ("usd", "eur") for n, (amount, count) in enumerate([(999, 1), (1000, 3), (4250, 1)])]  # fmt: skip
HISTORIES = 120


@dataclass(frozen=True)
class History:
    """Per month of 2026 a quantity, 0 for a pause; over after the last unless it lives on."""

    name: str
    price: int
    number: int  # day of the month it is billed on
    first: int
    quantities: tuple[int, ...]
    lives: bool


def histories(rng: random.Random) -> list[History]:
    """Subscriptions that begin and end with a paid month."""
    found = []
    for n in range(HISTORIES):
        first = rng.randint(1, 8)
        months = [rng.randint(0, 3) for _ in range(rng.randint(1, 12 - first))]
        months[0], months[-1] = max(months[0], 1), max(months[-1], 1)
        found.append(History(f"h{n}", rng.randrange(6), rng.randint(1, 28), first, tuple(months), rng.random() < 0.5))
    return found


def _bill_day(one: History, offset: int) -> str:
    month = one.first + offset - 1
    return day(month % 12 + 1, one.number, year=2026 + month // 12)


def played(one: History) -> list[Row]:
    """The bills of a history, and the subscription as it stands at the end."""
    of, shape = PRICES[one.price], ("item", "subscription", "plan")[one.price % 3]
    rows = []
    for offset, quantity in enumerate(one.quantities):
        start, end = (_bill_day(one, offset + n) for n in (0, 1))
        billed = line(one.name, of, start, end, quantity=quantity or 1, shape=shape)
        rows.append(bill(f"{one.name}_{offset}", one.name, start, [billed], "paid" if quantity else "void", shape))
    last = one.quantities[-1]
    over = {} if one.lives else {"status": "canceled", "ended_at": end, "canceled_at": end}
    return [*rows, subscription(one.name, [(of, last)], day(one.first, one.number), shape=shape, **over)]


def oracle(one: History, month: int, number: int) -> int:
    """Its MRR at the end of a day of 2026, in minor units."""
    offset = month - one.first - (1 if number < one.number else 0)
    if offset < 0 or (offset >= len(one.quantities) and not one.lives):
        return 0
    quantity = one.quantities[min(offset, len(one.quantities) - 1)]
    of = PRICES[one.price]
    exact = Fraction(of["unit_amount"] * quantity, of["recurring"]["interval_count"])
    return int(exact + Fraction(1, 2))


@pytest.fixture(scope="module")
def make(new_database: Callable[[], str], dbt: Dbt) -> Iterator[Callable[[list[History]], Db]]:
    """Builds the reports of some histories, their rows landed in any order."""
    open_connections: list[Db] = []

    def built(told: list[History]) -> Db:
        url = new_database()
        db = psycopg.connect(url, autocommit=True, row_factory=dict_row)
        open_connections.append(db)
        raw_layer.create(db)
        raw_layer.declare(db, "stripe", "stripe")
        rows = [listed_price(of) for of in PRICES] + [row for one in told for row in played(one)]
        random.Random(len(rows)).shuffle(rows)
        raw_layer.insert(db, rows)
        build(url, dbt)
        return db

    yield built
    for db in open_connections:
        db.close()


def test_random_histories_close_every_day_and_equal_the_oracle(make: Callable[[list[History]], Db]) -> None:
    told = histories(random.Random(20261231))
    db = make(told)
    assert db.execute(CLOSES).fetchall() == []
    found = {
        (row["currency"], row["report_date"].month, row["report_date"].day): row["mrr_minor"]
        for row in db.execute("select * from reports.rpt_subscriptions_daily")
    }
    for month in range(1, 13):
        for number in range(1, 29):
            for code in ("usd", "eur"):
                expected = sum(oracle(h, month, number) for h in told if PRICES[h.price]["currency"] == code)
                assert found.get((code, month, number), 0) == expected, (code, month, number)
    assert db.execute("select distinct movement from marts.fct_mrr_movements").rowcount == 4  # nobody comes back
