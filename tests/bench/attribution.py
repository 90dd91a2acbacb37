"""Attribution at scale: all of its models from filled facts, then after one new percent, and the time per order.

Belongs here: filling the facts and timing dbt. Does not: what comes out (`tests/dbt_project/test_attribution*.py`).
"""

import secrets
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from connectors import warehouse_address
from tests.bench.longest import add_longest
from tests.bench.table import Size, Table
from tests.dbt_project.attribution_world import MODELS
from tests.dbt_project.dbt_runs import NEW_YORK, Db, Dbt, built_from

TOUCHES_PER_ORDER = 5
ORDERS_PER_PERSON = 4
DAYS = 730
"""Two years: a path of 90 days then has two touches and a half, as many as the orders' own share of them is five."""

FILL = """
    truncate building.fct_orders, building.fct_touchpoints, intermediate.int_persons;

    insert into intermediate.int_persons (connection, contact_id, person_id, lead_created_at)
    select 'hubspot', n, 'hubspot:' || n, timestamptz '2024-01-01 00:00+00' + n %% {days} * interval '1 day'
    from generate_series(1, {persons}) as n;

    insert into building.fct_orders (
        connection, order_id, order_status, is_zero_amount, is_duplicate, currency, policy_revenue_minor,
        net_revenue_minor, policy_revenue, net_revenue, person_id, ordered_at, customer_order_number
    )
    select
        'stripe', 'in_' || n, 'paid', false, false, 'usd', amount, amount, amount / 100.0, amount / 100.0,
        'hubspot:' || 1 + n %% {persons},
        timestamptz '2024-01-01 00:00+00' + n * 104729::bigint %% ({days} * 86400) * interval '1 second',
        1 + n / {persons}
    from (
        select n, 1000 + n * 7919::bigint %% 90000 as amount from generate_series(1, {orders}) as n
    ) as generated;

    insert into building.fct_touchpoints (
        touchpoint_id, person_id, touch_type, touched_at, connector, connection, source_row_id, channel, source, medium,
        campaign, label_id
    )
    select
        'page_view:web_events:' || n, 'hubspot:' || 1 + n %% {persons}, 'page_view',
        timestamptz '2024-01-01 00:00+00' + n * 15485863::bigint %% ({days} * 86400) * interval '1 second',
        'web_events', 'web_events', n, channel, channel, 'm', campaign,
        hash_record_extended(row(channel, channel, 'm'::text, campaign, null::text, null::text, null::text), 0)
    from (
        select
            n,
            (array['paid', 'email', 'social', 'search', 'referral', 'direct'])[1 + n %% 6] as channel,
            'campaign ' || n %% 10 as campaign
        from generate_series(1, {touches}) as n
    ) as generated;

    analyze building.fct_orders, building.fct_touchpoints, intermediate.int_persons;
"""


def measure(table: Table, server: str, size: Size) -> None:
    """Full builds at a tenth and at the whole, and an incremental one."""
    name = f"bench_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as admin, tempfile.TemporaryDirectory() as folder:
        admin.execute(f"create database {name} encoding 'UTF8' template template0")
        url = replace(warehouse_address.parse(server), dbname=name).url
        dbt = Dbt(Path(folder))
        try:
            with built_from([], url, dbt) as empty:
                _measure(table, empty.db, url, dbt, size.attributed_orders)
        finally:
            admin.execute(f"drop database {name} with (force)")


def _measure(table: Table, db: Db, url: str, dbt: Dbt, orders: int) -> None:
    _fill(db, orders // 10)
    _show_facts(dbt, url)
    tenth, _ = _build(dbt, url, "--full-refresh")
    _fill(db, orders)
    _show_facts(dbt, url)
    full, of_full = _build(dbt, url, "--full-refresh")
    _add_a_percent(db, orders)
    _show_facts(dbt, url)
    again, of_again = _build(dbt, url)
    of = f"{orders:,} orders x {orders * TOUCHES_PER_ORDER:,} touches x {orders // ORDERS_PER_PERSON:,} contacts"
    table.add(f"attribution of {of}", f"{full:.1f} s", "60 s", "30 s")
    table.add("time per order, there against a tenth of it", f"{full / tenth / 10:.2f} x", "1.3 x", "1.0 x")
    table.add("the same after one new percent, of the full build", f"{again / full:.0%}", "15 %", "5 %")
    add_longest(table, of_full, "attribution")
    add_longest(table, of_again, "after one new percent")


def _fill(db: Db, orders: int) -> None:
    """The facts of so many orders, spread evenly over their persons and the years."""
    numbers = {
        "days": DAYS, "persons": orders // ORDERS_PER_PERSON, "orders": orders, "touches": orders * TOUCHES_PER_ORDER,
    }  # fmt: skip
    db.execute(FILL.format(**numbers).replace("%%", "%"))


def _add_a_percent(db: Db, orders: int) -> None:
    """One new order and five new touches for each of one person in twenty-five."""
    persons = orders // ORDERS_PER_PERSON
    db.execute(
        "insert into building.fct_orders (connection, order_id, order_status, is_zero_amount, is_duplicate, currency,"
        " policy_revenue_minor, net_revenue_minor, policy_revenue, net_revenue, person_id, ordered_at,"
        " customer_order_number)"
        " select 'stripe', 'new_' || n, 'paid', false, false, 'usd', 4200, 4200, 42, 42, 'hubspot:' || n,"
        " timestamptz '2026-01-05 00:00+00', 5"
        f" from generate_series(1, {persons}, 25) as n"
    )
    db.execute(
        "insert into building.fct_touchpoints (touchpoint_id, person_id, touch_type, touched_at, channel, source,"
        " medium, label_id)"
        " select 'new:' || n || ':' || m, 'hubspot:' || n, 'page_view',"
        " timestamptz '2026-01-04 00:00+00' + m * interval '1 hour', 'paid', 'paid', 'm',"
        " hash_record_extended(row('paid'::text, 'paid'::text, 'm'::text, null::text, null::text, null::text,"
        " null::text), 0)"
        f" from generate_series(1, {persons}, 25) as n cross join generate_series(1, {TOUCHES_PER_ORDER}) as m"
    )


def _show_facts(dbt: Dbt, url: str) -> None:
    """Readers have the facts before attribution begins: whatever runs publishes, and showing facts is not its part."""
    result = dbt.run(url, "seed", "--select", "currencies", settings=NEW_YORK)
    assert result.success, result.exception


def _build(dbt: Dbt, url: str, *arguments: str) -> tuple[float, Any]:
    """Seconds, and dbt's result."""
    began = time.perf_counter()
    result = dbt.run(url, "run", "--select", *MODELS, *arguments, settings=NEW_YORK)
    assert result.success, result.exception or [f"{run.node.name}: {run.message}" for run in result.result]
    return time.perf_counter() - began, result
