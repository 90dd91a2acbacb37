"""How fast objects that are in memory land, against bare COPY of the same bytes, in pairs."""

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import orjson
import psycopg

from connectors import warehouse_address
from connectors.connector import Connection, Connector, Object, Page
from connectors.connector import Table as RawTable
from connectors.sync.run import sync
from tests.bench.surroundings import copy, surroundings
from tests.bench.table import Size, Table

PAGE = 100
INVOICES = RawTable("invoices", "One row per invoice.", lambda obj: obj["id"], lambda _: None)


def invoices(count: int) -> list[Object]:
    """Invoices of about 5 KB of JSON, half of it in lines, as Stripe's are."""
    line = {"object": "line_item", "amount": 4500, "currency": "usd", "description": "x" * 150, "quantity": 1}
    return [
        {
            "id": f"in_{n:09d}",
            "object": "invoice",
            "total": n,
            "customer_email": f"buyer{n}@example.com",
            "metadata": {f"key_{k}": "v" * 40 for k in range(40)},
            "lines": {"object": "list", "has_more": False, "data": [{**line, "id": f"il_{n}_{k}"} for k in range(9)]},
        }
        for n in range(count)
    ]


def measure(table: Table, server_url: str, size: Size) -> None:
    """COPY, the first landing, the second."""
    made = invoices(size.objects)
    rows = [(obj["id"], orjson.dumps(obj).decode()) for obj in made]
    copied, first, again = [], [], []
    with surroundings(server_url) as url:
        for _ in range(size.pairs):
            copied.append(per_second(size.objects, lambda: copy(url, rows)))
            with psycopg.connect(url) as db:
                db.execute("drop schema if exists raw_bench cascade")
            first.append(per_second(size.objects, lambda: land(url, made)))
            again.append(per_second(size.objects, lambda: land(url, made)))
    table.add(
        f"bare COPY of {size.objects:,} objects of 5 KB, one connection", f"{statistics.median(copied):,.0f} objects/s"
    )
    table.add("  landed from memory", ratio(first, copied) + " COPY")
    table.add("  the same objects again, nothing to write", ratio(again, first) + " the first", "1 x", "")


def land(url: str, made: list[Object]) -> None:
    """Sync a vendor whose pages are in memory."""

    def read(_: Connection, __: RawTable) -> Iterator[Page]:
        for start in range(0, len(made), PAGE):
            yield Page(made[start : start + PAGE], datetime.now(UTC))

    connector = Connector("bench", "Bench", (INVOICES,), (), timedelta(minutes=1), read)
    sync(connector, Connection("bench"), warehouse_address.parse(url))


def per_second(count: int, work: Callable[[], object]) -> float:
    """How many of `count` objects a second `work` did."""
    started = time.perf_counter()
    work()
    return count / (time.perf_counter() - started)


def ratio(these: list[float], those: list[float]) -> str:
    """The median of the pairs' ratios."""
    return f"{statistics.median(a / b for a, b in zip(these, those, strict=True)):.2f} x"
