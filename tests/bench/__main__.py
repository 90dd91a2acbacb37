"""`make bench`: how fast raw rows land, as ratios against bare COPY of the same bytes in the same run.

No clock is asserted anywhere; quote the ratios, not the seconds, and the medians of several pairs.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from connectors import embedded_postgres, warehouse_address
from connectors.connector import Connection, Connector, Page, Table
from connectors.sync.run import sync

OBJECTS, BYTES, PAGE, PAIRS = 20_000, 5_000, 100, 3
INVOICES = Table("invoices", "One row per invoice.", lambda obj: obj["id"], lambda _: None)


def objects() -> list[dict]:
    """Invoices of about `BYTES` bytes of JSON, half of it in lines, as Stripe's are."""
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
        for n in range(OBJECTS)
    ]


def main() -> None:
    """Print the table."""
    made = objects()
    print(f"{OBJECTS:,} objects of {len(json.dumps(made[0])):,} bytes, {PAIRS} pairs; medians")
    with tempfile.TemporaryDirectory() as folder:
        server = embedded_postgres.start(Path(folder), throw_away=True)
        try:
            print(f"{'what':52}{'objects/s':>12}{'x bare COPY':>13}")
            pairs = [(_copy(server.url, made), _land(server.url, made, fresh=True)) for _ in range(PAIRS)]
            again = [_land(server.url, made, fresh=False) for _ in range(PAIRS)]
            copies = statistics.median(copy for copy, _ in pairs)
            for what, rates in {
                "bare COPY into json on one connection": [copy for copy, _ in pairs],
                "sync into empty raw tables": [landed for _, landed in pairs],
                "the same objects again, nothing to write": again,
            }.items():
                rate = statistics.median(rates)
                print(f"{what:52}{rate:>12,.0f}{rate / copies:>13.2f}")
        finally:
            embedded_postgres.stop(Path(folder))


def _per_second(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return OBJECTS / (time.perf_counter() - started)


def _copy(url: str, made: list[dict]) -> float:
    lines = [json.dumps(obj) for obj in made]

    def work() -> None:
        with psycopg.connect(url) as db:
            db.execute("drop table if exists copied")
            db.execute("create table copied (id text, data json)")
            with db.cursor().copy("copy copied from stdin") as copy:
                for obj, line in zip(made, lines, strict=True):
                    copy.write_row((obj["id"], line))

    return _per_second(work)


def _land(url: str, made: list[dict], *, fresh: bool) -> float:
    if fresh:
        with psycopg.connect(url) as db:
            db.execute("drop schema if exists raw_bench cascade")

    def read(_: Connection, __: Table) -> Iterator[Page]:
        for start in range(0, len(made), PAGE):
            yield Page(made[start : start + PAGE], datetime.now(UTC))

    connector = Connector("bench", "Bench", (INVOICES,), (), timedelta(minutes=1), read)
    warehouse = warehouse_address.parse(url)
    return _per_second(lambda: sync(connector, Connection("bench"), warehouse))


if __name__ == "__main__":
    main()
