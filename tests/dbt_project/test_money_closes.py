"""Money closes: every gap between Stripe's objects and its balance is found, and named by its ids."""

import contextlib
from collections.abc import Iterator

import pytest

from tests.dbt_project.dbt_runs import Built, Db, Dbt, damaged

NOTES = "stg_ingest__connections stg_ingest__access stg_ingest__histories int_unjudged_tables"
MODELS = "int_balance_owners int_balance_objects int_balance_orphans int_balance_gaps int_balance_days"
GAPS = (
    "select object_kind, object_id, balance_transaction_id, reason, expected_minor, found_minor"
    " from intermediate.int_balance_gaps order by object_id"
)
OBJECTS, TRANSACTIONS, PAYOUTS, DAYS = (
    f"assert_money_closes_{side}" for side in ("from_objects", "from_transactions", "in_payouts", "by_day")
)
BALANCE, CHARGES = "staging.stg_stripe__balance_transactions", "staging.stg_stripe__charges"
LISTS = "staging.stg_stripe__payout_transactions"
ONE_LOST = "delete from {} where balance_transaction_id = 'txn_of_ch_bare'"

DAMAGES = [
    (
        BALANCE,
        "delete from {} where balance_transaction_id in"
        " ('txn_of_ch_bare', 'txn_named', 'txn_re_jan', 'txn_du_e13_back', 'txn_po_manual')",
        {OBJECTS, DAYS},
        [
            ("charge", "ch_bare", None, "no_transaction", 1500, None),
            ("charge", "ch_names_txn", "txn_named", "transaction_missing", 700, None),
            ("dispute", "du_e13", "txn_du_e13_back", "transaction_missing", 0, None),
            ("payout", "po_manual", "txn_po_manual", "transaction_missing", -100, None),
            ("refund", "re_jan", "txn_re_jan", "transaction_missing", -4000, None),
        ],
    ),
    (
        BALANCE,
        "update {} set amount_minor = amount_minor + 1"
        " where balance_transaction_id in ('txn_of_ch_bare', 'txn_du_g17')",
        {OBJECTS, DAYS},
        [
            ("charge", "ch_bare", None, "amount_differs", 1500, 1501),
            ("dispute", "du_g17", None, "amount_differs", -25000, -24999),
        ],
    ),
    (
        CHARGES,
        "delete from {} where charge_id = 'ch_eve'",
        {TRANSACTIONS, DAYS},
        [("charge", "ch_eve", "txn_of_ch_eve", "source_missing", None, 1100)],
    ),
    (LISTS, "delete from {}", {PAYOUTS}, [("payout", "po_auto", None, "list_missing", 2084, 0)]),
    (
        LISTS,
        "delete from {} where balance_transaction_id <> 'txn_g17'",
        {PAYOUTS},
        [("payout", "po_auto", None, "payout_differs", 2084, 24245)],
    ),
]


def judged(built: Built, dbt: Dbt) -> tuple[set[str], list[tuple[object, ...]]]:
    """The checks that fail after the balance models were built again, and the gaps they name."""
    assert dbt.run(built.url, "run", "--select", MODELS).success
    result = dbt.run(built.url, "test", "--select", "assert_money_closes_*")
    failed = {run.node.name for run in result.result if run.status != "pass" and run.node.resource_type == "test"}
    return failed, [tuple(row.values()) for row in built.db.execute(GAPS)]


@pytest.mark.parametrize(("table", "damage", "failing", "gaps"), DAMAGES)
def test_a_gap_is_found_and_named(
    rebuilt: Built, dbt: Dbt, table: str, damage: str, failing: set[str], gaps: list[tuple[object, ...]]
) -> None:
    with damaged(rebuilt.db, table, damage):
        assert judged(rebuilt, dbt) == (failing, gaps)


def test_a_failed_build_names_the_ids_in_its_log(rebuilt: Built, dbt: Dbt) -> None:
    log = dbt.target / "dbt.log"
    gap = "refund re_fee: transaction_missing txn_re_fee (stripe)"
    assert gap not in log.read_text()
    with damaged(rebuilt.db, BALANCE, "delete from {} where balance_transaction_id = 'txn_re_fee'"):
        judged(rebuilt, dbt)
    assert gap in log.read_text()


@contextlib.contextmanager
def noted(built: Built, dbt: Dbt, note: str) -> Iterator[None]:
    """A note of the sync, as the build reads it, forgotten afterwards."""
    built.db.execute(note)
    try:
        assert dbt.run(built.url, "run", "--select", NOTES).success
        yield
    finally:
        built.db.execute("drop table if exists ingest.access, ingest.histories")
        assert dbt.run(built.url, "run", "--select", NOTES).success


REFUSED = (
    "create table ingest.access as select 'stripe' as connection, 'balance_transactions' as table_name,"
    " false as may_read, 'rak_balance_transaction_read' as reason, now() as checked_at"
)
UNFINISHED = (
    "create table ingest.histories as select 'stripe' as connection, 'charges' as table_name,"
    " now() as started_at, null::timestamptz as finished_at"
)


@pytest.mark.parametrize("note", [REFUSED, UNFINISHED])
def test_what_the_key_may_not_read_or_still_flows_in_is_not_judged(rebuilt: Built, dbt: Dbt, note: str) -> None:
    with damaged(rebuilt.db, BALANCE, ONE_LOST), noted(rebuilt, dbt, note):
        assert judged(rebuilt, dbt) == (set(), [])


def test_a_readable_table_with_all_of_its_history_is_judged(rebuilt: Built, dbt: Dbt) -> None:
    allowed = REFUSED.replace("false as may_read", "true as may_read")
    finished = UNFINISHED.replace("null::timestamptz", "now()")
    with damaged(rebuilt.db, BALANCE, ONE_LOST), noted(rebuilt, dbt, f"{allowed}; {finished}"):
        assert judged(rebuilt, dbt)[0] == {OBJECTS, DAYS}


def test_a_world_whose_money_closes_has_days_and_no_gap(built: Db) -> None:
    days = built.execute("select count(*) as n, sum(abs(difference_minor)) as off from intermediate.int_balance_days")
    row = days.fetchone()
    assert row is not None and row["n"] >= 10 and row["off"] == 0
    assert built.execute(GAPS).fetchall() == []
