"""The whole build at scale: from raw tables to reports, ten times as large, after one new percent, and reading them.

Belongs here: timing dbt and the readers. Does not: the business built from (`business.py`), what comes out of it.
"""

import datetime
import secrets
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import psycopg

from connectors import warehouse_address
from connectors.postgres_cluster import READER
from tests.bench.business import VIEWS_PER_ORDER, Business
from tests.bench.longest import add_longest
from tests.bench.site import add_site
from tests.bench.table import Size, Table
from tests.dbt_project.dbt_runs import Db, Dbt, built_from

READS = 200
READS_OF = {
    "acquisition": ("channel", "leads, customers, lead_revenue, ad_spend"),
    "nurture": ("tag_name", "tag_additions, persons, customers, revenue_after_touch"),
    "engagement": ("channel", "engaged_contacts, page_views, engaged_revenue_same_day"),
    "orders": ("connection", "orders, revenue, collected, net_revenue"),
    "orders_products": ("product_name", "orders, quantity, net_amount"),
    "subscriptions": ("connection", "subscriptions_started, opening_mrr, new_mrr, churn_mrr, mrr"),
    "attribution": ("channel", "leads, orders, revenue, net_revenue"),
}
"""What a board reads of each daily report: the column it splits by (the channel where there is one), and sums."""


def measure(table: Table, server: str, size: Size) -> None:
    """A tenth, the whole, the same with one percent more, and two hundred boards."""
    name = f"bench_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as admin, tempfile.TemporaryDirectory() as folder:
        admin.execute(f"create database {name} encoding 'UTF8' template template0")
        url = replace(warehouse_address.parse(server), dbname=name).url
        dbt = Dbt(Path(folder))
        try:
            with built_from([], url, dbt) as empty:
                _measure(table, empty.db, url, dbt, size.reported_orders)
        finally:
            admin.execute(f"drop database {name} with (force)")


def _measure(table: Table, db: Db, url: str, dbt: Dbt, orders: int) -> None:
    db.execute("insert into ingest.connections values ('web_events', 'web_events', false, now())")
    started, _, _ = _build(dbt, db, url)
    Business(orders // 10).fill(db)
    tenth, _, _ = _build(dbt, db, url, "--full-refresh")
    whole = Business(orders)
    whole.fill(db)
    full, full_processors, of_full = _build(dbt, db, url, "--full-refresh")
    whole.add_a_percent(db)
    again, again_processors, of_again = _build(dbt, db, url)
    nothing_new, _, _ = _build(dbt, db, url)
    of = f"{orders:,} orders x {orders * VIEWS_PER_ORDER:,} page views x {whole.persons:,} contacts"
    table.add(f"all models and checks of {of}", f"{full:.1f} s")
    table.add("of these, what a build of empty tables needs", f"{started:.1f} s")
    table.add("time per order, there against a tenth of it", f"{full / tenth / 10:.2f} x", "1.3 x", "1.0 x")
    growth = (full - started) / max(tenth - started, 0.1) / 10
    table.add("the same without what empty tables need", f"{growth:.2f} x", "1.3 x", "1.0 x")
    table.add("all models and checks after one new percent, of the full build", f"{again / full:.0%}", "15 %", "5 %")
    table.add(
        "the same in processor seconds, those of the server and of dbt",
        f"{again_processors:.0f} of {full_processors:.0f}, {again_processors / full_processors:.0%}",
    )
    table.add("the same with nothing new, of the full build", f"{nothing_new / full:.0%}")
    add_longest(table, of_full, "the full build")
    add_longest(table, of_again, "after one new percent")
    add_site(table, url, of)
    read = {report: _slowest_twentieth(db, report) for report in READS_OF}
    worst = max(read, key=lambda report: read[report])
    table.add(
        f"a year of a daily report for the reader, p95 of the slowest: {worst}",
        f"{read[worst]:.0f} ms",
        "200 ms",
        "50 ms",
    )


def _build(dbt: Dbt, db: Db, url: str, *arguments: str) -> tuple[float, float, Any]:
    """Seconds, processor seconds of dbt and of the server's processes that it ended, and dbt's result."""
    [row] = db.execute("select pg_backend_pid() as pid").fetchall()
    server = psutil.Process(row["pid"]).parent()
    assert server, "the server that this session belongs to is gone"
    began, processors = time.perf_counter(), _processor_seconds(server)
    result = dbt.run(
        url, "build", "--exclude-resource-type", "unit_test", *arguments, settings={"REPORT_TIMEZONE": "UTC"}
    )
    assert result.success, result.exception or [
        f"{run.node.name}: {run.message}" for run in result.result if run.status not in ("success", "pass")
    ]
    return time.perf_counter() - began, _processor_seconds(server) - processors, result


def _processor_seconds(server: psutil.Process) -> float:
    """Of this process, and of all that the server's have used that have ended."""
    used = server.cpu_times()
    return float(time.process_time() + used.children_user + used.children_system)


def _slowest_twentieth(db: Db, report: str) -> float:
    """Milliseconds within which 95 of 100 reads end, each of another year."""
    split, measures = READS_OF[report]
    sums = ", ".join(f"sum({measure})" for measure in measures.split(", "))
    one_basis = " and model = 'last_touch' and date_basis = 'order_date'" if report == "attribution" else ""
    took = []
    with db.transaction():
        db.execute(f"set local role {READER}")
        for read in range(READS // len(READS_OF)):
            first = datetime.date(2024, 1, 1) + datetime.timedelta(days=read * 13)
            began = time.perf_counter()
            rows = db.execute(
                f"select report_date, {split}, {sums} from reports.rpt_{report}_daily"
                f" where report_date >= %s and report_date < %s{one_basis} group by report_date, {split}",
                (first, first + datetime.timedelta(days=365)),
            ).fetchall()
            took.append((time.perf_counter() - began) * 1000)
            assert rows, f"rpt_{report}_daily has no rows in the year from {first}"
    return sorted(took)[len(took) * 95 // 100]
