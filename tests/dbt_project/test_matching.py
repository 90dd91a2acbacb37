"""Who paid: the ladder from an order's addresses to a person, and why it ends without one."""

from datetime import UTC
from typing import Any

import pytest

from tests.dbt_project.dbt_runs import Built, Db


def order(db: Db, order_id: str) -> dict[str, Any]:
    row = db.execute("select * from reports.rpt_orders where order_id = %s", (order_id,)).fetchone()
    assert row is not None
    return row


@pytest.mark.parametrize(
    ("order_id", "method", "contact_id", "email"),
    [
        ("pi_typed", "email_primary", "1", "jane.doe@example.com"),  # E2, E17: guest
        ("pi_wide", "email_primary", "1", "jane.doe@example.com"),
        ("pi_accent", "email_primary", "2", "élodie@example.com"),
        ("pi_third", "email_secondary", "2", "third@example.com"),
        ("pi_twin", "email_primary", "7", "twin@example.com"),  # E4
        ("in_moved", "email_primary", "20", "old@example.com"),
        ("pi_rungs", "email_primary", "23", "primary@example.com"),
        ("pi_cart", "email_primary", "60", "typed@example.com"),  # E17: typed in the checkout only
        ("pi_billed", "email_primary", "61", "billing@example.com"),
        ("pi_loyal1", "email_primary", "1", "jane.doe@example.com"),
        ("pi_loyal2", "same_customer", "1", "jane.doe@example.com"),
        ("pi_merged", "email_primary", "40", "merged@example.com"),
        ("pi_chain", "email_secondary", "c49", "chain50@example.com"),
        ("pi_before", "email_history", "70", "before@example.com"),
        ("pi_beside", "same_customer", "70", "before@example.com"),
        ("pi_present", "email_secondary", "70", "also@home.example"),
        ("pi_office", "email_primary", "71", "office@example.com"),
        ("pi_named_intent", "crm_id", "20", None),
        ("pi_named_charge", "crm_id", "20", None),
        ("in_named_invoice", "crm_id", "20", None),
        ("in_named_plan", "crm_id", "20", None),
        ("in_named_older_plan", "crm_id", "20", None),
        ("pi_named_checkout", "crm_id", "20", None),
        ("pi_named_customer", "crm_id", "20", None),
        ("pi_named_twice", "crm_id", "21", None),
        ("pi_two_crms_email", "email_primary", "21", "new@example.com"),
        ("pi_one_crm", "crm_id", "1", None),
        ("pi_unknown_id", "email_primary", "21", "new@example.com"),
        ("pi_merged_id", "crm_id", "40", None),
        ("pi_archived_before", "email_primary", "90", "archived@left.example"),
        ("pi_archived_beside", "same_customer", "90", "archived@left.example"),
        ("pi_purged_before", "email_primary", "91", "purged@left.example"),
        ("pi_merged_before", "email_primary", "88", "loser@left.example"),
        ("pi_back_before", "email_primary", "93", "back@left.example"),
        ("pi_back_after", "email_primary", "93", "back@left.example"),
    ],
)
def test_an_order_finds_its_contact_by_the_first_rung_that_holds(
    built: Db, order_id: str, method: str, contact_id: str, email: str | None
) -> None:
    row = order(built, order_id)
    assert (row["match_method"], row["matched_contact_id"], row["match_email"]) == (method, contact_id, email)
    assert row["person_id"] is not None and row["unmatched_reason"] is None


@pytest.mark.parametrize(
    ("order_id", "reason", "nearest"),
    [
        ("pi_alias", "alias_candidate", "30"),  # E3
        ("pi_plus", "alias_candidate", "31"),
        ("pi_typo", "near_miss", "32"),
        ("pi_swapped", "no_contact_with_email", None),
        ("pi_other_name", "no_contact_with_email", None),
        ("pi_gone", "contact_deleted", "33"),
        ("pi_noemail", "no_email", None),
        ("pi_stranger", "no_contact_with_email", None),  # E16
        ("pi_couple3", "ambiguous", None),
        ("pi_lent", "ambiguous", "73"),
        ("pi_gone_before", "contact_deleted", "75"),
        ("pi_two_crms", "ambiguous", "1"),
        ("pi_archived_after", "contact_deleted", "90"),
        ("pi_archived_later", "contact_deleted", "90"),
        ("pi_archived_id", "contact_deleted", "90"),
        ("pi_purged_after", "contact_deleted", "91"),
        ("pi_merged_after", "contact_deleted", "88"),
    ],
)
def test_an_unmatched_payment_says_why_and_names_the_nearest_contact(
    built: Db, order_id: str, reason: str, nearest: str | None
) -> None:
    row = order(built, order_id)
    assert (row["person_id"], row["match_method"]) == (None, None)
    assert (row["unmatched_reason"], row["nearest_contact_id"]) == (reason, nearest)
    payment = built.execute("select * from reports.rpt_unmatched_payments where order_id = %s", (order_id,)).fetchone()
    assert payment is not None
    assert (payment["unmatched_reason"], payment["nearest_contact_id"]) == (reason, nearest)


def test_e4_one_person_counted_once_with_both_contacts_and_the_first_lead_date(built: Db) -> None:
    row = order(built, "pi_twin")
    assert (row["person_id"], row["contact_ids"]) == ("hubspot:7", "7,9")
    leads = built.execute(
        "select distinct person_id, lead_created_at::text from marts.dim_contacts where contact_id in ('7', '9')"
    )
    assert [r["lead_created_at"][:10] for r in leads] == ["2026-03-01"]


def test_the_order_and_all_its_payments_carry_one_match(built: Db) -> None:
    told = "person_id, match_method, match_email, matched_contact_id, unmatched_reason"
    apart = built.execute(
        f"select {told} from marts.fct_payments where order_id is not null except select {told} from marts.fct_orders"
    )
    assert apart.fetchall() == []
    named = built.execute("select * from marts.fct_payments where order_id = 'pi_named_intent'").fetchone()
    assert named is not None
    assert (named["match_method"], named["matched_contact_id"], named["person_id"]) == ("crm_id", "20", "hubspot:20")


def test_e4_the_person_is_one_row_with_both_ids_and_the_first_date(built: Db) -> None:
    twin = built.execute("select * from marts.dim_persons where person_id = 'hubspot:7'").fetchone()
    assert twin is not None
    assert (twin["contact_ids"], twin["contacts"], twin["email_normalized"]) == ("7,9", 2, "twin@example.com")
    assert twin["lead_created_at"].isoformat()[:10] == "2026-03-01"
    assert (twin["is_deleted"], twin["deleted_at"]) == (False, None)


def test_a_deletion_has_its_time_whether_archived_or_purged(built: Db) -> None:
    rows = built.execute(
        "select contact_ids, deleted_at from marts.dim_persons where contact_ids in ('90', '91', '92,93', '88,89')"
    )
    assert {r["contact_ids"]: r["deleted_at"] and r["deleted_at"].astimezone(UTC).isoformat() for r in rows} == {
        "90": "2026-02-15T12:00:00+00:00",
        "91": "2026-02-15T12:00:00+00:00",
        "92,93": None,
        "88,89": "2026-02-15T12:00:00+00:00",
    }


def test_every_person_of_the_contacts_is_one_row(built: Db) -> None:
    counts = built.execute(
        "select (select count(distinct person_id) from marts.dim_contacts) as of_contacts,"
        " (select count(*) from marts.dim_persons) as persons,"
        " (select sum(contacts) from marts.dim_persons) - (select count(*) from marts.dim_contacts) as left_over"
    ).fetchone()
    assert counts is not None
    assert (counts["persons"], counts["left_over"]) == (counts["of_contacts"], 0)


def test_the_payer_of_an_unmatched_payment_has_all_of_it_at_stake(built: Db) -> None:
    row = built.execute(
        "select p.*, o.policy_revenue from reports.rpt_unmatched_payments as p"
        " join marts.fct_orders as o using (connection, order_id) where p.order_id = 'pi_archived_after'"
    ).fetchone()
    assert row is not None
    assert (row["payer_id"], row["payer_payments"]) == ("customer:stripe:cus_left", 2)
    assert (row["amount"], row["payer_amount"], row["report_currency"]) == (10, 20, "usd")
    assert row["order_policy_revenue"] == row["policy_revenue"] == 10


def test_rows_landed_in_the_opposite_order_give_the_same_persons_and_matches(built: Db, rebuilt: Built) -> None:
    for query in (
        "select * from marts.dim_persons order by person_id",
        "select connection, contact_id, person_id, deleted_at from marts.dim_contacts order by 1, 2",
        "select connection, order_id, match_method, match_email, matched_contact_connection, matched_contact_id,"
        " person_id, payer_id, unmatched_reason, nearest_contact_id from marts.fct_orders order by 1, 2",
    ):
        rows = built.execute(query).fetchall()
        assert len(rows) > 20
        assert rebuilt.db.execute(query).fetchall() == rows


def test_a_chain_of_fifty_contacts_is_one_person(built: Db) -> None:
    chain = built.execute(
        "select count(*) as contacts, count(distinct person_id) as persons from marts.dim_contacts"
        " where contact_id like 'c%'"
    )
    assert chain.fetchone() == {"contacts": 50, "persons": 1}


def test_one_address_in_two_crms_is_one_person(built: Db) -> None:
    many = built.execute(
        "select count(*) as contacts, count(distinct person_id) as persons from marts.dim_contacts"
        " where email_normalized = 'many@example.com'"
    )
    assert many.fetchone() == {"contacts": 100, "persons": 1}


def test_recorded_merges_join_contacts_even_through_one_that_is_gone(built: Db) -> None:
    rows = built.execute(
        "select contact_id, person_id from marts.dim_contacts where contact_id in ('40','42','43','44')"
    )
    persons = {row["contact_id"]: row["person_id"] for row in rows}
    assert persons["40"] == persons["42"] == persons["44"]
    assert persons["43"] != persons["40"]  # contact ids are only known within a connection


def test_contact_ids_are_known_within_their_connection_and_addresses_everywhere(built: Db) -> None:
    rows = built.execute(
        "select connector, contact_id, person_id from marts.dim_contacts where contact_id in ('1', '2', '80')"
    )
    assert {(row["connector"], row["contact_id"]): row["person_id"] for row in rows} == {
        ("hubspot", "1"): "hubspot:1",
        ("hubspot", "2"): "hubspot:2",
        ("hubspot", "80"): "hubspot:80",
        ("kit", "1"): "kit:1",
        ("kit", "2"): "hubspot:80",
    }
    bought = order(built, "pi_kit")
    assert (bought["person_id"], bought["match_method"]) == ("kit:1", "email_primary")


def test_a_former_address_joins_nobody(built: Db) -> None:
    rows = built.execute("select person_id from marts.dim_contacts where contact_id in ('71', '72', '73', '74')")
    assert len({row["person_id"] for row in rows}) == 4


def test_customers_are_payers_whoever_they_are(built: Db) -> None:
    row = order(built, "pi_stranger")
    assert row["payer_id"] == "email:stranger@far.example"
    assert order(built, "pi_noemail")["payer_id"] == "order:stripe:pi_noemail"
    assert order(built, "pi_couple3")["payer_id"] == "customer:stripe:cus_couple"
    assert order(built, "pi_typed")["payer_id"] == "person:hubspot:1"
