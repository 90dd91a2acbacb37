"""Models that keep what they built: after any news they hold what a build of everything would, and no news, no work.

Belongs here: raw rows that come, change and go. Does not: attribution (`test_attribution_properties.py`).
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.dbt_project import attribution_world, raw_layer
from tests.dbt_project.dbt_runs import NEW_YORK, PROJECT, Db, Dbt, connected
from tests.dbt_project.report_worlds import at, spend, view
from tests.dbt_project.vendor_objects import customer, invoice, invoice_payment, paid, person

KEPT = {
    "staging.stg_web_events__page_views": "page_view_id",
    "staging.stg_stripe__charges": "charge_id",
    "staging.stg_stripe__payment_intents": "payment_intent_id",
    "staging.stg_stripe__invoices": "invoice_id",
    "staging.stg_stripe__invoice_lines": "invoice_line_id",
    "staging.stg_stripe__balance_transactions": "balance_transaction_id",
    "staging.stg_stripe__invoice_payments": "invoice_payment_id",
    "staging.stg_stripe__customers": "customer_id",
    "building.dim_contacts": "contact_id",
    "building.dim_persons": "person_id",
    "building.fct_orders": "order_id",
    "building.fct_page_views": "page_view_id",
    "building.fct_tag_events": "tag_event_id",
    "building.fct_touchpoints": "touchpoint_id",
    "intermediate.int_touch_origins": "origin_id",
    "building.rpt_engagement": "page_view_id",
    "building.rpt_journeys": "person_id",
}
"""What is kept from build to build, and a column that tells its rows apart. Of tables made whole and compared, some."""
Births = Mapping[str, Mapping[str, str]]
"""Of each table's rows by their keys: the transaction that wrote them."""
MODELS = [f"+{table.rpartition('.')[2]}" for table in KEPT]


def built(dbt: Dbt, url: str, db: Db, **settings: str) -> Births:
    """Builds, and says since which transaction each row stands there."""
    result = dbt.run(url, "run", "--select", *MODELS, settings=NEW_YORK | settings)
    assert result.success, result.exception or [f"{run.node.name}: {run.message}" for run in result.result]
    return {
        table: {row["key"]: row["born"] for row in db.execute(f"select {key} as key, xmin::text as born from {table}")}
        for table, key in KEPT.items()
    }


def rewritten(before: Births, after: Births) -> dict[str, set[str]]:
    """The keys whose row is new or another one."""
    return {
        table: {key for key, born in rows.items() if before[table].get(key) != born} for table, rows in after.items()
    }


def kept_rows(before: Births, after: Births) -> dict[str, set[str]]:
    """The keys whose row is the same one."""
    return {
        table: {key for key, born in rows.items() if before[table].get(key) == born} for table, rows in after.items()
    }


def put(db: Db, row: raw_layer.Row) -> None:
    """Lands a row over the one of the same id."""
    db.execute(f"delete from {row.table} where connection = %s and id = %s", (row.connection, row.id))
    raw_layer.insert(db, [row])


def say(db: Db, table: str, row_id: str, path: str, value: Any) -> None:
    """The vendor's object says something else from now on."""
    db.execute(
        f"update {table} set data = jsonb_set(data::jsonb, %s::text[], %s::jsonb)::json, version = version + 1"
        " where id = %s",
        (f"{{{path}}}", json.dumps(value), row_id),
    )


def a_first_round(db: Db) -> None:
    """Visits of one browser that says nothing yet, a click that names no campaign but by its id, an order."""
    raw_layer.insert(db, [view("10", at("02-14T10:00"), None), view("11", at("02-14T11:00"), None)])
    say(db, "raw_web_events.pages", "v11", "anonymousId", "browser10")
    raw_layer.insert(db, [view("12", at("02-15T11:00"), "reader@example.com", "?gclid=x&gad_campaignid=20")])
    raw_layer.insert(db, paid("first", 1100, at=at("02-15T12:00"), email="visitor@example.com"))
    for key in ("left_as_it_is", "changed"):
        raw_layer.insert(db, [customer(key, f"{key}@example.com"), invoice(key, 900, lines=[400, 500])])
        raw_layer.insert(db, [invoice_payment(key, f"in_{key}", payment_intent=f"pi_{key}")])


def a_second_round(db: Db) -> None:
    """Something of every kind."""
    # The browser says whose it is; its two visits before are that person's from now on.
    late = view("13", at("02-16T10:00"), "minutes@example.com")
    raw_layer.insert(db, [replace(late, data={**late.data, "anonymousId": "browser10"})])
    say(db, "raw_web_events.pages", "v3", "properties,url", "https://shop.example/?utm_source=news&utm_medium=email")
    db.execute("update raw_web_events.pages set is_deleted = true, version = version + 1 where id = 'v4'")
    db.execute("delete from raw_web_events.pages where id = 'v2'")
    # A renamed campaign is another label of the click that names it by its id.
    for row in spend("2026-02-12", "20", 2):
        put(db, replace(row, data={**row.data, "campaign": {"id": "20", "name": "Renamed"}}, version=row.version + 1))
    # One contact merged into another, one that takes over an address, one that goes for good.
    say(db, "raw_hubspot.contacts", "11", "properties,hs_merged_object_ids", "12")
    put(db, person("13", "nobody@example.com", at("03-08T04:30")))
    db.execute("delete from raw_hubspot.contacts where id = '21'")
    # Objects of Stripe that change, lose their lines, and go.
    say(db, "raw_stripe.charges", "ch_twin", "billing_details,email", "reader@example.com")
    db.execute(
        "update raw_stripe.invoices set data = jsonb_set(data::jsonb, '{lines}', '{\"data\": []}')::json,"
        " version = version + 1 where id = 'in_changed'"
    )
    db.execute("update raw_stripe.customers set is_deleted = true, version = version + 1 where id = 'cus_changed'")
    raw_layer.insert(db, paid("late", 4200, at=at("01-20T12:00"), email="visitor@example.com"))


@dataclass(frozen=True)
class Story:
    """Since when each row stood there after each build, and what the tables held after the second and the last."""

    first: Births
    after_news: Births
    after_nothing: Births
    after_other_code: Births
    kept: Mapping[str, list[tuple[Any, ...]]]
    made_anew: Mapping[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def story(new_reported: Callable[[], str], dbt: Dbt) -> Story:
    """Four builds of one business: of the first round, of the second, of nothing new, of other code."""
    url = new_reported()
    with connected(url) as db:
        a_first_round(db)
        first = built(dbt, url, db)
        a_second_round(db)
        after_news = built(dbt, url, db)
        kept = attribution_world.everything(db, KEPT)
        after_nothing = built(dbt, url, db)
        after_other_code = built(dbt, url, db, LEADLINE_PROJECT="another commit")
        made_anew = attribution_world.everything(db, KEPT)
    return Story(first, after_news, after_nothing, after_other_code, kept, made_anew)


def test_after_every_kind_of_news_the_tables_hold_what_a_whole_build_makes(story: Story) -> None:
    assert [table for table in KEPT if not story.made_anew[table]] == []
    assert [table for table in KEPT if story.kept[table] != story.made_anew[table]] == []


def test_news_rewrite_what_they_are_about_and_keep_the_rest(story: Story) -> None:
    touches = rewritten(story.first, story.after_news)["building.fct_touchpoints"]
    identified_late, renamed, untouched = (f"page_view:web_events:v{n}" for n in (10, 12, 1))
    assert {identified_late, renamed} <= touches
    assert untouched not in touches
    assert [table for table in KEPT if not kept_rows(story.first, story.after_news)[table]] == []


def test_nothing_new_rewrites_nothing(story: Story) -> None:
    assert rewritten(story.after_news, story.after_nothing) == {table: set() for table in KEPT}


def test_other_code_rewrites_everything(story: Story) -> None:
    assert kept_rows(story.after_nothing, story.after_other_code) == {table: set() for table in KEPT}


def test_every_setting_a_model_can_read_is_among_those_a_table_is_remembered_by() -> None:
    settings = (PROJECT / "macros" / "settings.sql").read_text()
    remembered, _, read = settings.partition("{# IANA name")
    names = set(re.findall(r"setting(?:_list)?\('(\w+)'", read))
    assert len(names) > 10
    assert set(re.findall(r"'([A-Z_]+)'", remembered)) == names
