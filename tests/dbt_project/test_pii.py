"""Names and addresses of people: with HASH_PII nobody reads them in marts and reports, and no number changes."""

from collections.abc import Callable, Iterator
from hashlib import sha256

import pytest
from psycopg import sql

from tests.dbt_project import worlds
from tests.dbt_project.dbt_runs import NEW_YORK, Db, Dbt, built_from

TEXTS = (
    "select table_schema as schema, table_name as table, column_name as column from information_schema.columns"
    " where table_schema in ('marts', 'reports') and data_type = 'text' order by 1, 2, 3"
)
ADDRESSES = (
    "select distinct email_normalized from intermediate.int_contact_emails"
    " union select distinct email_normalized from intermediate.int_order_emails"
    " union select first_name from intermediate.int_contacts where length(first_name) > 3"
    " union select last_name from intermediate.int_contacts where length(last_name) > 3"
)
OUTCOMES = (
    "select connection, order_id, person_id, match_method, matched_contact_id, unmatched_reason, nearest_contact_id,"
    " customer_order_number, is_new_customer from marts.fct_orders order by 1, 2",
    "select person_id, contact_ids, lead_created_at, deleted_at from marts.dim_persons order by 1",
    "select report_date, currency, channel, source, medium, campaign, orders, customers, customers_matched,"
    " new_customer_orders from reports.rpt_orders_daily order by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10",
    "select payment_id, payer_payments, payer_amount from reports.rpt_unmatched_payments order by 1",
)


@pytest.fixture(scope="module")
def hashed(new_database: Callable[[], str], dbt: Dbt) -> Iterator[Db]:
    """The worlds of `built`, with names and addresses hashed."""
    settings = NEW_YORK | {"HASH_PII": "true"}
    with built_from(worlds.everything(), new_database(), dbt, settings) as warehouse_of_worlds:
        yield warehouse_of_worlds.db


def test_no_known_address_or_name_is_readable_in_marts_and_reports(hashed: Db) -> None:
    columns = hashed.execute(TEXTS).fetchall()
    assert len(columns) > 100
    hashed.execute(
        f"create table public.known as select n.known from ({ADDRESSES}) as n (known) where known is not null"
    )
    readable = []
    for where in columns:
        query = sql.SQL(
            "select 1 from (select distinct lower({}) as value from {}) as shown"
            " join public.known on position(known.known in shown.value) > 0 limit 1"
        ).format(sql.Identifier(where["column"]), sql.Identifier(where["schema"], where["table"]))
        if hashed.execute(query).fetchone():
            readable.append(tuple(where.values()))
    assert readable == []


def test_a_hash_is_the_sha_256_of_the_text_so_that_lists_kept_elsewhere_can_be_joined(hashed: Db) -> None:
    row = hashed.execute("select * from marts.dim_persons where person_id = 'hubspot:1'").fetchone()
    assert row is not None
    assert row["email_normalized"] == sha256(b"jane.doe@example.com").hexdigest()
    assert row["last_name"] == sha256(b"Featherstonehaugh").hexdigest()
    order = hashed.execute("select * from reports.rpt_orders where order_id = 'pi_typed'").fetchone()
    assert order is not None
    assert order["match_email"] == row["email_normalized"]
    unmatched = hashed.execute("select * from reports.rpt_orders where order_id = 'pi_stranger'").fetchone()
    assert unmatched is not None
    assert unmatched["payer_id"] == "email:" + sha256(b"stranger@far.example").hexdigest()


def test_matching_and_counting_are_the_same_hashed_or_not(built: Db, hashed: Db) -> None:
    for query in OUTCOMES:
        rows = built.execute(query).fetchall()
        assert len(rows) > 5
        assert hashed.execute(query).fetchall() == rows
