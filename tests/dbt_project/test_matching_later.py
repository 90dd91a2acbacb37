"""What changes a match afterwards: links made by hand, the alias rung, contacts who come and go.

Belongs here: builds of one small world, one after the other. Does not: the ladder as it stands (`test_matching.py`).
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.dbt_project import raw_layer
from tests.dbt_project.dbt_runs import NEW_YORK, Built, Dbt, connected
from tests.dbt_project.vendor_objects import customer, paid, person

SPRING = "2026-03-15T12:00:00+00:00"
ONCE = ["--select", "+int_unmatched_orders", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test"]
OF_CONTACTS = ["stg_hubspot__contacts+,+int_unmatched_orders", "stg_hubspot__contact_emails+,+int_unmatched_orders"]
OF_CUSTOMERS = [
    "stg_stripe__customers+,+int_unmatched_orders",
    "stg_stripe__customer_past_emails+,+int_unmatched_orders",
]
OF_PAYMENTS = ["stg_stripe__payment_intents+,+int_unmatched_orders"]
OUTCOME = (
    "select order_id, match_method, person_id, unmatched_reason from intermediate.int_order_matches"
    " left join intermediate.int_unmatched_orders using (connection, order_id)"
)
LINK = "insert into staging.manual_links (linked_on, kind, value, contact_connection, contact_id, valid_from) values "


@pytest.fixture(scope="module")
def shop(new_database: Callable[[], str], dbt: Dbt) -> Iterator[Built]:
    """Two contacts, and payers who are theirs or not."""
    rows = [
        person("1", "ann@shop.example"),
        person("2", "jane@gmail.com"),
        *paid("ann", email="ann@shop.example", customer="cus_ann"),
        *paid("beside", customer="cus_ann"),
        *paid("office", at="2026-02-15T12:00:00+00:00", email="office@shop.example"),
        *paid("office_later", at=SPRING, email="office@shop.example"),
        *paid("named", email="ann@shop.example", metadata={"crm_contact_id": "1"}),
        *paid("alias", email="jane+shop@gmail.com"),
        *paid("late", email="late@shop.example"),
        customer("ann", None),
        *paid("moved", customer="cus_moved"),
        customer("moved", "ann@shop.example"),
    ]
    url = new_database()
    with connected(url) as db:
        raw_layer.create(db)
        raw_layer.insert(db, rows)
        result = dbt.run(url, "build", *ONCE)
        assert result.success, result.exception
        yield Built(url, db)


@pytest.fixture
def rebuild(shop: Built, dbt: Dbt) -> Callable[..., dict[str, Any]]:
    """Builds again as the tables stand, seeds excepted, and says who paid each order: by what, and whom."""

    def run(models: list[str] = OF_CONTACTS, **settings: str) -> dict[str, Any]:
        result = dbt.run(shop.url, "run", "--select", *models, settings=NEW_YORK | settings)
        assert result.success, result.exception
        rows = shop.db.execute(OUTCOME).fetchall()
        return {r["order_id"]: (r["match_method"], r["person_id"], r["unmatched_reason"]) for r in rows}

    return run


def test_a_link_made_by_hand_outranks_all_and_speaks_for_its_own_payments(
    shop: Built, rebuild: Callable[..., dict[str, Any]]
) -> None:
    shop.db.execute(
        LINK + "('2026-04-01', 'order_id', 'pi_named', 'hubspot', '2', null),"
        " ('2026-04-01', 'order_id', 'pi_ann', 'hubspot', '2', null),"
        " ('2026-04-01', 'email', ' Office@Shop.example', 'hubspot', '1', '2026-03-01')"
    )
    found = rebuild()
    shop.db.execute("truncate staging.manual_links")
    assert found["pi_named"] == ("manual", "hubspot:2", None)
    assert found["pi_ann"] == ("manual", "hubspot:2", None)
    assert found["pi_beside"] == (None, None, "no_email")  # the link was of one order, not of its customer
    assert found["pi_office"] == (None, None, "no_contact_with_email")  # before the link's first day
    assert found["pi_office_later"] == ("manual", "hubspot:1", None)
    assert rebuild()["pi_beside"] == ("same_customer", "hubspot:1", None)


@pytest.mark.parametrize(
    ("links", "check"),
    [
        ("('2026-04-01', 'order_id', 'pi_ann', 'hubspot', '404', null)", "assert_manual_links_name_a_person"),
        (
            "('2026-04-01', 'order_id', 'pi_ann', 'hubspot', '1', null),"
            " ('2026-04-01', 'order_id', 'pi_ann', 'hubspot', '2', '2026-01-01')",
            "assert_manual_links_do_not_compete",
        ),
    ],
)
def test_a_link_of_an_unknown_contact_or_against_another_fails_a_check(
    shop: Built, dbt: Dbt, links: str, check: str
) -> None:
    shop.db.execute(LINK + links)
    dbt.run(shop.url, "run", "--select", "int_manual_links")
    result = dbt.run(
        shop.url, "test", "--select", "assert_manual_links_name_a_person", "assert_manual_links_do_not_compete"
    )
    shop.db.execute("truncate staging.manual_links")
    dbt.run(shop.url, "run", "--select", "int_manual_links")
    assert [r.node.name for r in result.result if r.status == "fail"] == [check]


def test_e3_the_alias_rung_matches_only_when_it_is_on(rebuild: Callable[..., dict[str, Any]]) -> None:
    assert rebuild(MATCH_EMAIL_ALIASES="true")["pi_alias"] == ("email_alias", "hubspot:2", None)
    assert rebuild()["pi_alias"] == (None, None, "alias_candidate")


def test_a_contact_created_after_its_payment_heals_the_match_and_its_deletion_does_not_undo_it(
    shop: Built, rebuild: Callable[..., dict[str, Any]]
) -> None:
    assert rebuild()["pi_late"] == (None, None, "no_contact_with_email")
    raw_layer.insert(shop.db, [person("3", "late@shop.example", SPRING)])
    assert rebuild()["pi_late"] == ("email_primary", "hubspot:3", None)
    shop.db.execute(
        "update raw_hubspot.contacts set is_deleted = true, version = %s where id = '3'",
        [raw_layer.version("2026-05-01T00:00:00+00:00")],
    )
    assert rebuild()["pi_late"] == ("email_primary", "hubspot:3", None)


def test_a_match_outlives_the_address_of_the_customer_that_made_it(
    shop: Built, rebuild: Callable[..., dict[str, Any]]
) -> None:
    former, now = customer("moved", "ann@shop.example"), customer("moved", "new@shop.example")
    assert rebuild(OF_CUSTOMERS)["pi_moved"] == ("email_primary", "hubspot:1", None)
    shop.db.execute("delete from raw_stripe.customers where id = 'cus_moved'")
    raw_layer.insert(shop.db, [raw_layer.before(former, SPRING), replace(now, version=raw_layer.version(SPRING))])
    assert rebuild(OF_CUSTOMERS)["pi_moved"] == ("email_primary", "hubspot:1", None)
    raw_layer.insert(shop.db, [person("4", "new@shop.example")])
    assert rebuild([*OF_CONTACTS, *OF_CUSTOMERS])["pi_moved"] == ("email_primary", "hubspot:4", None)


def test_a_key_of_the_setting_is_read_and_others_are_not(shop: Built, rebuild: Callable[..., dict[str, Any]]) -> None:
    assert rebuild(OF_PAYMENTS)["pi_named"] == ("crm_id", "hubspot:1", None)
    assert rebuild(OF_PAYMENTS, CRM_ID_METADATA_KEYS="hubspot_id, it's")["pi_named"] == (
        "email_primary",
        "hubspot:1",
        None,
    )
