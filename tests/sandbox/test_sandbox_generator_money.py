"""Whether the money of a generated world closes: balance, payouts, disputes, checkouts, discounts and taxes."""

import csv
import json
from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.sandbox.generator import generate
from connectors.sandbox.generator.terms import Terms
from connectors.sandbox.serving import serving

UNTIL, END, DAY = date(2026, 3, 15), 1_773_532_800, 86_400
CURRENCIES = {"usd", "eur", "jpy"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("money") / "world"
    generate(made, seed=5, contacts=1500, until=UNTIL)
    return made


@pytest.fixture(scope="module")
def lists(folder) -> dict[str, dict[str, dict]]:
    """Every list of the world, its objects by id."""
    found: dict[str, dict[str, dict]] = {}
    for path in (folder / "stripe").iterdir():
        items = [json.loads(line) for line in path.read_text().splitlines()]
        found[path.stem] = {item["id"]: item for item in items}
        assert len(found[path.stem]) == len(items)
    return found


def net(transactions) -> int:
    return sum(transaction["net"] for transaction in transactions)


def test_an_automatic_payout_is_the_sum_of_the_transactions_that_name_it(lists):
    members = defaultdict(list)
    for transaction in lists["balance_transactions"].values():
        if "payout" in transaction:
            members[transaction["payout"]].append(transaction)
    automatic = {id_: payout for id_, payout in lists["payouts"].items() if payout["automatic"]}
    assert members.keys() == automatic.keys()
    assert {payout["currency"] for payout in automatic.values()} == CURRENCIES
    for id_, payout in automatic.items():
        own = lists["balance_transactions"][payout["balance_transaction"]]
        assert (own["type"], own["source"], own["amount"], own["fee"]) == ("payout", id_, -payout["amount"], 0)
        assert own in members[id_]
        assert net(members[id_]) == 0
        assert payout["amount"] > 0
        for member in members[id_]:
            assert member["currency"] == payout["currency"]
            assert member is own or member["available_on"] <= payout["created"]


def test_the_balance_that_is_left_is_what_was_not_paid_out(lists):
    for currency in CURRENCIES:
        moved = [t for t in lists["balance_transactions"].values() if t["currency"] == currency]
        payouts = [p for p in lists["payouts"].values() if p["currency"] == currency]
        by_hand = [p for p in payouts if not p["automatic"]]
        last = max(p["created"] for p in payouts)
        left = [t for t in moved if "payout" not in t and t["type"] != "payout"]
        if by_hand:
            taken = [t for t in left if t["available_on"] <= by_hand[0]["created"]]
            assert net(taken) == by_hand[0]["amount"]
            assert by_hand[0]["created"] == min(p["created"] for p in payouts)
            left = [t for t in left if t not in taken]
        assert net(moved) == net(left)
        if currency == "usd":
            assert len(by_hand) == 1
            assert min(t["available_on"] for t in left) > last
            assert max(t["created"] for t in left) > END - 3 * DAY
    assert {datetime.fromtimestamp(p["created"], UTC).weekday() for p in lists["payouts"].values()} == {0}
    assert {p["status"] for p in lists["payouts"].values()} <= {"paid", "in_transit"}
    assert all(p["arrival_date"] > END for p in lists["payouts"].values() if p["status"] == "in_transit")


def test_every_movement_is_wanted_by_the_object_it_names(lists):
    """No transaction without its object and no object without its transaction, to the minor unit."""
    wanted: dict[str, tuple[str, str, int]] = {}
    for charge in lists["charges"].values():
        if charge["balance_transaction"]:
            wanted[charge["balance_transaction"]] = (charge["id"], "charge", charge["amount_captured"])
    for refund in lists["refunds"].values():
        if refund["balance_transaction"]:
            wanted[refund["balance_transaction"]] = (refund["id"], "refund", -refund["amount"])
        if "failure_balance_transaction" in refund:
            wanted[refund["failure_balance_transaction"]] = (refund["id"], "refund_failure", refund["amount"])
    for dispute in lists["disputes"].values():
        moves = zip(dispute["balance_transactions"], (("dispute", -1), ("dispute_reversal", 1)), strict=False)
        for transaction, (category, sign) in moves:
            wanted[transaction["id"]] = (dispute["id"], category, sign * dispute["amount"])
    for payout in lists["payouts"].values():
        wanted[payout["balance_transaction"]] = (payout["id"], "payout", -payout["amount"])
    found = {
        id_: (t["source"], t["reporting_category"], t["amount"]) for id_, t in lists["balance_transactions"].items()
    }
    assert found == wanted
    assert {t["available_on"] > END for t in lists["balance_transactions"].values() if t["status"] == "pending"} == {
        True
    }


def test_the_balances_truth_is_found_again(folder, lists):
    sums: dict = defaultdict(lambda: [0, 0, 0, 0])
    for t in lists["balance_transactions"].values():
        for place, value in enumerate((1, t["amount"], t["fee"], t["amount"] - t["fee"])):
            sums[t["currency"], t["reporting_category"]][place] += value
    with (folder / "truth" / "balance.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    columns = ("transactions", "amount_minor", "fee_minor", "net_minor")
    assert {(r["currency"], r["reporting_category"]): [int(r[c]) for c in columns] for r in rows} == sums


def test_disputes_move_what_they_are_about_and_say_so_on_their_charge(lists):
    kinds: Counter = Counter()
    disputed = set()
    for dispute in lists["disputes"].values():
        charge = lists["charges"][dispute["charge"]]
        disputed.add(charge["id"])
        shown = [{k: v for k, v in lists["balance_transactions"][t["id"]].items() if k != "payout"}
                 for t in dispute["balance_transactions"]]  # fmt: skip
        assert dispute["balance_transactions"] == shown
        assert dispute["payment_intent"] == charge["payment_intent"]
        assert dispute["created"] > charge["created"] + 5 * DAY
        assert dispute["amount"] <= charge["amount_captured"] - charge["amount_refunded"]
        match dispute["status"]:
            case "warning_closed":
                assert shown == []
            case "won":
                assert shown[0]["fee"] in (1500, 2000, 1300)
                kept = shown[1]["created"] >= 1_750_118_400
                assert shown[1]["fee"] == (0 if kept else -shown[0]["fee"])
                kinds["fee kept" if kept else "fee given back"] += 1
            case "needs_response" | "under_review":
                assert len(shown) == 1
                assert dispute["created"] > END - 76 * DAY
            case _:
                assert dispute["status"] == "lost"
                assert len(shown) == 1
                kinds["part" if dispute["amount"] < charge["amount"] else "whole"] += 1
        kinds[dispute["status"]] += 1
        kinds["refunded before"] += charge["amount_refunded"] > 0
    assert disputed == {c["id"] for c in lists["charges"].values() if c["disputed"]}
    assert len(disputed) == len(lists["disputes"])
    assert 0.02 < len(disputed) / sum(c["captured"] for c in lists["charges"].values()) < 0.08
    assert all(kinds[k] for k in ("won", "lost", "warning_closed", "under_review", "part", "whole", "refunded before"))
    assert all(kinds[k] for k in ("fee kept", "fee given back"))


def test_a_complete_checkout_is_the_payment_it_names_and_no_other_has_one(lists):
    alone = 0
    for session in lists["checkout_sessions"].values():
        lines = session["line_items"]["data"]
        assert session["amount_total"] == sum(line["amount_total"] for line in lines)
        off = session["total_details"]["amount_discount"]
        assert session["amount_subtotal"] - off == session["amount_total"]
        assert bool(off) == bool(session["discounts"])
        if session["status"] != "complete":
            assert (session["payment_intent"], session["payment_status"]) == (None, "unpaid")
            assert session["customer_details"] is None
            assert (session["expires_at"] < END) == (session["status"] == "expired")
            continue
        intent = lists["payment_intents"][session["payment_intent"]]
        assert (intent["status"], intent["amount_received"]) == ("succeeded", session["amount_total"])
        assert (intent["customer"], intent["currency"]) == (session["customer"], session["currency"])
        assert intent["created"] > session["created"]
        assert session["customer_details"]["email"]
        charge = lists["charges"][intent["latest_charge"]]
        alone += not (charge["billing_details"]["email"] or charge["receipt_email"] or session["customer"])
        if session["invoice"]:
            receipt = lists["invoices"][session["invoice"]]
            assert (receipt["total"], receipt["status"], receipt["attempt_count"]) == (intent["amount"], "paid", 0)
            assert all(p["invoice"] != receipt["id"] for p in lists["invoice_payments"].values())
            assert 0 <= receipt["created"] - charge["created"] < 600
    assert alone > 5
    assert sum(bool(s["invoice"]) for s in lists["checkout_sessions"].values()) > 5


def test_discounts_and_taxes_make_the_totals_right(lists):
    percent = {id_: coupon["percent_off"] for id_, coupon in lists["coupons"].items()}
    discounts = {c["discount"]["id"]: c["discount"] for c in lists["customers"].values() if c["discount"]}
    for holder in (*lists["subscriptions"].values(), *lists["invoices"].values()):
        discounts |= {d["id"]: d for d in holder["discounts"] if isinstance(d, dict)}
    used, taxed = Counter(d["source"]["coupon"] for d in discounts.values()), 0
    for invoice in lists["invoices"].values():
        lines = invoice["lines"]["data"]
        off = sum(d["amount"] for d in invoice["total_discount_amounts"])
        tax = sum(t["amount"] for t in invoice["total_taxes"])
        assert invoice["subtotal"] == sum(line["amount"] for line in lines)
        assert invoice["total"] == invoice["subtotal"] - off + tax
        assert invoice["total_excluding_tax"] == invoice["subtotal"] - off
        assert off == sum(d["amount"] for line in lines for d in line["discount_amounts"])
        assert tax == sum(t["amount"] for line in lines for t in line["taxes"])
        for id_ in (d["id"] if isinstance(d, dict) else d for d in invoice["discounts"]):
            assert discounts[id_]["customer"] == invoice["customer"]
            assert off * 100 == invoice["subtotal"] * percent[discounts[id_]["source"]["coupon"]]
        assert bool(invoice["discounts"]) == bool(invoice["total_discount_amounts"])
        taxed += bool(invoice["total_taxes"])
        for entry in invoice["total_taxes"]:
            assert entry["tax_rate_details"]["tax_rate"] in lists["tax_rates"]
            assert entry["amount"] == round(entry["taxable_amount"] * 0.19)
        if invoice["amount_paid"]:
            assert invoice["amount_paid"] == invoice["total"]
    assert taxed > 5
    codes = {id_: code["promotion"]["coupon"] for id_, code in lists["promotion_codes"].items()}
    sessions = lists["checkout_sessions"].values()
    used += Counter(codes[d["promotion_code"]] for s in sessions for d in s["discounts"])
    for id_, coupon in lists["coupons"].items():
        assert coupon["times_redeemed"] == used[id_]
    for id_, code in lists["promotion_codes"].items():
        assert code["times_redeemed"] == used[codes[id_]]
    assert used.keys() == percent.keys() - {"opening_15"}


def test_the_tax_of_a_bill_is_rounded_once_and_its_lines_share_it_to_the_unit():
    terms = Terms(tax_percent=19)
    assert terms.taxes([333, 333, 334]) == [63, 64, 63]
    assert terms.due([333, 333, 334]) == 1190
    assert terms.taxes([2900, -1433, -17]) == [551, -272, -3]
    assert Terms("di_1", 20, 19).taxes([1000, 1000]) == [152, 152]
    assert Terms().taxes([1000]) == [0]


def test_credit_notes_and_invoice_items_say_what_their_invoice_says(lists):
    credited: Counter = Counter()
    for note in lists["credit_notes"].values():
        (given,) = note["refunds"]
        assert given["amount_refunded"] == note["amount"] == lists["refunds"][given["refund"]]["amount"]
        assert note["amount"] == sum(line["amount"] for line in note["lines"]["data"])
        credited[note["invoice"]] += note["amount"]
    amounts: dict = defaultdict(list)
    for item in lists["invoiceitems"].values():
        amounts[item["invoice"]].append(item["amount"])
    for id_, invoice in lists["invoices"].items():
        assert invoice["post_payment_credit_notes_amount"] == credited[id_]
        parents = [(line["amount"], line["parent"]) for line in invoice["lines"]["data"]]
        own = [amount for amount, parent in parents if (parent[parent["type"]])["invoice_item"]]
        assert sorted(own) == sorted(amounts[id_])


def test_a_payouts_transactions_are_listed_and_never_name_it(folder, get):
    with serving(folder) as playing:
        payout = next(p for p in get(playing, "/v1/payouts?limit=50").json()["data"] if p["automatic"])
        page = get(playing, f"/v1/balance_transactions?limit=100&payout={payout['id']}").json()
    assert len(page["data"]) > 1
    assert not page["has_more"]
    assert net(page["data"]) == 0
    assert all("payout" not in transaction for transaction in page["data"])
