"""Names and addresses of people: with HASH_PII nobody reads them in marts and reports, and no number changes."""

from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256

import pytest
from psycopg import sql

from tests.dbt_project import worlds
from tests.dbt_project.dbt_runs import NEW_YORK, Db, Dbt, built_from
from tests.dbt_project.raw_layer import Row
from tests.dbt_project.report_worlds import view
from tests.dbt_project.vendor_objects import MAY

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


def addresses_elsewhere() -> list[Row]:
    """Addresses in every word of a link, and subscribers of a file: one matched by address, one by nobody."""
    jane = "jane.doe@example.com"
    link = f"?mail={jane}&back=%2Fa%3Fm%3Djane.doe%2540example.com&gclid=x" + "".join(
        f"&utm_{word}=to-{jane}" for word in ("source", "medium", "campaign", "content", "term")
    )
    subscribers = {"S1": jane, "S2": "stranger@far.example"}
    return [
        view("linked", MAY, jane, link),
        *(
            Row("raw_files.subscriptions", "files", f"paypal/{key}", datetime.fromisoformat(MAY), {
                "id": key, "processor": "paypal", "email": email, "currency": "usd", "amount": "30.00",
                "billing_cycle": "month", "start_date": MAY,
            })
            for key, email in subscribers.items()
        ),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def hashed(new_database: Callable[[], str], dbt: Dbt) -> Iterator[Db]:
    """The worlds of `built`, with names and addresses hashed."""
    settings = NEW_YORK | {"HASH_PII": "true"}
    rows = worlds.everything() + addresses_elsewhere()
    with built_from(rows, new_database(), dbt, settings) as warehouse_of_worlds:
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


def test_a_link_keeps_its_words_but_not_the_address_in_them(hashed: Db) -> None:
    row = hashed.execute("select * from reports.rpt_engagement where page_view_id = 'vlinked'").fetchone()
    assert row is not None
    assert row["url"].startswith("https://shop.example/?mail=(address)&back=(address)&gclid=x&utm_source=(address)")
    assert [row[word] for word in ("channel", "source", "medium", "campaign")] == ["paid", *["(address)"] * 3]


def test_a_subscriber_of_an_address_is_the_payer_of_that_address(hashed: Db) -> None:
    rows = hashed.execute(
        "select subscription_id, subscriber_id, match_email from reports.rpt_subscriptions order by subscription_id"
    ).fetchall()
    assert [tuple(row.values()) for row in rows] == [
        ("paypal/S1", "person:hubspot:1", sha256(b"jane.doe@example.com").hexdigest()),
        ("paypal/S2", "email:" + sha256(b"stranger@far.example").hexdigest(), None),
    ]


def test_matching_and_counting_are_the_same_hashed_or_not(built: Db, hashed: Db) -> None:
    for query in OUTCOMES:
        rows = built.execute(query).fetchall()
        assert len(rows) > 5
        assert hashed.execute(query).fetchall() == rows
