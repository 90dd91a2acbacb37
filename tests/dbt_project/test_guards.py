"""The build's own checks: each must go red when the numbers it watches are damaged, and only then."""

from collections.abc import Callable

import psycopg
import pytest

from tests.dbt_project.dbt_runs import Built, Db, Dbt, damaged

TABLES = """
    select table_schema || '.' || table_name as name from information_schema.tables
    where table_schema in ('marts', 'reports') order by 1
"""

READER_RIGHTS = """
    with tables as (
        select
            table_schema,
            has_table_privilege('leadline_reader', table_schema || '.' || table_name, 'select') as may_select,
            has_schema_privilege('leadline_reader', table_schema, 'usage') as may_enter
        from information_schema.tables
        where table_schema not in ('pg_catalog', 'information_schema')
    )
    select table_schema, bool_and(may_select and may_enter) as readable, bool_or(may_select) as any_readable
    from tables group by table_schema
"""

DAMAGES = [
    ("assert_reconciliation_closes", "building.rpt_reconciliation", "update {} set difference_minor = 1"),
    ("assert_every_payment_counts_once", "building.fct_payments", "delete from {} where payment_id = 'ch_retry3'"),
    ("assert_every_payment_counts_once", "building.fct_orders", "delete from {} where order_id = 'pi_retry'"),
    ("assert_every_refund_counts_once", "building.fct_refunds", "delete from {} where refund_id = 're_stray'"),
    ("assert_every_dispute_counts_once", "building.fct_disputes", "delete from {} where dispute_id = 'du_asked'"),
    ("assert_every_dispute_counts_once", "building.fct_orders", "delete from {} where order_id = 'pi_asked'"),
    ("assert_foreign_disputes_have_a_rate", "building.fct_disputes", "update {} set lost_minor = null"),
    ("assert_order_lines_are_counted", "building.fct_order_lines", "delete from {} where order_id = 'pi_cart'"),
    ("assert_daily_equals_ledger", "building.fct_disputes", "update {} set lost_minor = 1 where dispute_id = 'du_g17'"),
    ("assert_nothing_lost_before_the_marts", "staging.stg_stripe__disputes", "delete from {}"),
    ("assert_daily_equals_ledger", "building.rpt_orders", "update {} set revenue_minor = 1 where order_id = 'pi_eve'"),
    ("assert_daily_equals_ledger", "building.rpt_orders_daily", "delete from {} where report_date = '2026-02-03'"),
    ("assert_daily_equals_ledger", "building.rpt_orders_daily", "update {} set net_revenue = null"),
    ("assert_daily_equals_ledger", "building.rpt_orders_daily", "update {} set channel = 'elsewhere'"),
    ("assert_daily_equals_ledger", "building.rpt_orders", "update {} set campaign = 'moved' where order_id = 'pi_eve'"),
    ("assert_daily_equals_ledger", "building.fct_payments", "update {} set amount = 1 where payment_id = 'ch_retry3'"),
    ("assert_every_payment_counts_once", "building.fct_payments", "delete from {} where payment_id = 'paypal/KNOWN'"),
    ("assert_products_equal_order_lines", "building.fct_order_lines", "delete from {} where order_id = 'paypal/KNOWN'"),
    (
        "assert_exchange_rates_known",
        "intermediate.int_unknown_rates",
        "insert into {} values ('orders', 'eur', '2026-01-01', 1)",
    ),
    ("assert_daily_equals_ledger", "building.fct_refunds", "update {} set amount_minor = 1 where refund_id = 're_jan'"),
    ("assert_currencies_known", "staging.currencies", "delete from {} where currency = 'jpy'"),
    ("assert_nothing_is_empty_over_raw_rows", "staging.stg_files__refunds", "delete from {}"),
    ("assert_nothing_lost_before_the_marts", "building.rpt_orders", "delete from {}"),
    ("assert_nothing_lost_before_the_marts", "building.dim_contacts", "delete from {} where contact_id = '7'"),
    ("assert_nothing_lost_before_the_marts", "staging.stg_stripe__charges", "delete from {}"),
    ("assert_nothing_lost_before_the_marts", "building.fct_tag_events", "delete from {} where contact_id = '41'"),
    ("assert_nothing_lost_before_the_marts", "building.fct_ad_spend", "delete from {} where currency = 'jpy'"),
    (
        "assert_nothing_lost_before_the_marts",
        "staging.stg_hubspot__contact_tags",
        "delete from {} where contact_id = '41'",
    ),
    ("assert_spend_sums_at_every_level", "building.fct_ad_spend", "delete from {} where is_residual"),
    ("assert_restatements_sum_to_the_spend", "building.fct_ad_spend", "update {} set spend_micros = spend_micros + 1"),
    ("assert_restatements_sum_to_the_spend", "building.fct_ad_spend_restatements", "delete from {}"),
    (
        "assert_no_test_data_in_marts",
        "building.fct_payments",
        "update {} set payment_id = 'ch_test' where payment_id = 'ch_bare'",
    ),
    ("assert_no_test_data_in_marts", "building.fct_disputes", "update {} set dispute_id = 'du_test' where is_open"),
    (
        "assert_one_person_per_address",
        "intermediate.int_persons",
        "update {} set person_id = 'x' where contact_id = '9'",
    ),
    (
        "assert_one_person_per_address",
        "intermediate.int_persons",
        "update {} set person_id = 'x' where contact_id = '42'",
    ),
    ("assert_foreign_fees_have_a_rate", "intermediate.int_order_fees", "update {} set unconverted_fees = 1"),
]


@pytest.mark.parametrize(("test", "table", "damage"), DAMAGES)
def test_a_check_goes_red_when_its_numbers_are_damaged(
    rebuilt: Built, dbt: Dbt, test: str, table: str, damage: str
) -> None:
    with damaged(rebuilt.db, table, damage):
        result = dbt.run(rebuilt.url, "test", "--select", test)
        assert [r.status for r in result.result if r.node.resource_type == "test"] == ["fail"]


def test_an_ad_account_in_another_zone_than_the_reports_is_warned_of(rebuilt: Built, dbt: Dbt) -> None:
    def status() -> list[str]:
        result = dbt.run(rebuilt.url, "test", "--select", "assert_spend_zones").result
        return [run.status for run in result if run.node.resource_type == "test"]

    assert status() == ["pass"]
    for zone, expected in (("Europe/Berlin", "warn"), ("US/Eastern", "pass"), ("Mars/Olympus", "warn")):
        damage = f"update {{}} set time_zone = '{zone}' where currency = 'jpy'"
        with damaged(rebuilt.db, "building.fct_ad_spend", damage):
            assert status() == [expected], zone


def test_the_same_raw_rows_give_the_same_marts_in_whatever_order_they_came(built: Db, rebuilt: Built) -> None:
    names = [row["name"] for row in built.execute(TABLES)]
    assert len(names) >= 9
    for name in names:
        # When the sources were read is no matter of rows.
        rows = f"(select (to_jsonb(t) - 'as_of')::text as said from {name} as t) as t"
        content = f"select count(*) as n, md5(string_agg(said, '\n' order by said)) as hash from {rows}"
        assert built.execute(content).fetchone() == rebuilt.db.execute(content).fetchone(), name


def test_the_reader_sees_marts_and_reports_and_nothing_else(built: Db) -> None:
    rows = built.execute(READER_RIGHTS).fetchall()
    assert {row["table_schema"] for row in rows if row["readable"]} == {"marts", "reports"}
    assert {row["table_schema"] for row in rows if row["any_readable"]} == {"marts", "reports"}


def test_every_mart_column_carries_its_description_as_a_comment(built: Db) -> None:
    bare = built.execute(
        "select c.oid::regclass::text || '.' || a.attname as name from pg_class as c"
        " join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
        " where c.relnamespace::regnamespace::text in ('marts', 'reports') and c.relkind = 'r'"
        " and col_description(c.oid, a.attnum) is null"
    )
    assert bare.fetchall() == []


def test_a_warehouse_nothing_was_synced_into_builds_empty_marts(unsynced: str) -> None:
    with psycopg.connect(unsynced) as db:
        assert db.execute("select count(*) from reports.rpt_orders").fetchone() == (0,)


def test_an_unknown_time_zone_is_refused_with_its_cure(new_database: Callable[[], str], dbt: Dbt) -> None:
    zone = {"REPORT_TIMEZONE": "America/New York"}
    result = dbt.run(new_database(), "run", "--select", "stg_ingest__connections", settings=zone)
    assert not result.success
    assert "REPORT_TIMEZONE is 'America/New York'" in str(result.exception)
    assert "set it to a name such as America/New_York" in str(result.exception)


def test_every_unit_test_of_the_project_passes(rebuilt: Built, dbt: Dbt) -> None:
    result = dbt.run(rebuilt.url, "test", "--select", "test_type:unit")
    unit_tests = [r for r in result.result if r.node.resource_type == "unit_test"]
    assert len(unit_tests) > 25
    assert [str(r.message) for r in unit_tests if r.status != "pass"] == []


def test_a_raw_table_is_there_once_the_server_has_it(rebuilt: Built, dbt: Dbt) -> None:
    """Whatever dbt has noted of its schema: two threads that asked at once once left out all refunds in silence."""
    question = """
        {%- do adapter.get_relation(target.database, 'raw_stripe', 'charges') -%}
        {%- do run_query('create table raw_stripe.landed_since ()') -%}
        {%- set landed = api.Relation.create(target.database, 'raw_stripe', 'landed_since') -%}
        {%- set nowhere = api.Relation.create(target.database, 'raw_stripe', 'nowhere') -%}
        select '{{ raw_table_is_missing(landed) }} {{ raw_table_is_missing(nowhere) }}'
    """
    try:
        result = dbt.run(rebuilt.url, "compile", "--inline", question)
        assert result.success, result.exception
        assert "'False True'" in result.result[0].node.compiled_code
    finally:
        rebuilt.db.execute("drop table if exists raw_stripe.landed_since")
