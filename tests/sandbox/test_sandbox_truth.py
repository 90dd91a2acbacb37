"""The truth of a generated world, derived a second time by a reader that knows only the written objects."""

import csv
import json
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.sandbox.generator import generate

MONEY = (
    "revenue_minor", "revenue_matched_minor", "revenue_unmatched_minor", "tax_minor", "collected_minor", "fees_minor",
    "refunded_by_order_date_minor", "refunded_by_refund_date_minor", "disputes_lost_by_order_date_minor",
    "disputes_lost_by_withdrawal_date_minor", "net_revenue_minor",
)  # fmt: skip


@dataclass
class Read:
    """An order as the reader finds it."""

    id: str
    at: int
    currency: str
    total: int
    charges: list[dict]
    customer: str | None
    first_email: str | None
    receipt: str | None
    state: str
    tax: int = 0
    checkout: str | None = None
    refunds: list[dict] = field(default_factory=list)
    disputes: list[dict] = field(default_factory=list)
    collected: int = 0
    fees: int = 0
    method: str = ""
    contact: str = ""

    @property
    def refunded(self) -> int:
        return sum(refund["amount"] for refund in self.refunds)

    @property
    def lost(self) -> list[dict]:
        return [dispute for dispute in self.disputes if dispute["status"] == "lost"]

    @property
    def net(self) -> int:
        return self.collected - self.refunded - sum(dispute["amount"] for dispute in self.lost)


class Reader:
    """Reads a world by the rules of the definitions: orders, their money, and who paid them."""

    def __init__(self, folder: Path) -> None:
        def lines(name: str) -> list[dict]:
            return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text().splitlines()]

        self.customers = {c["id"]: c for c in lines("stripe/customers")}
        self.transactions = {t["id"]: t for t in lines("stripe/balance_transactions")}
        self.refunds = defaultdict(list)
        for refund in lines("stripe/refunds"):
            self.refunds[refund["charge"]].append(refund)
        self.disputes = defaultdict(list)
        for dispute in lines("stripe/disputes"):
            self.disputes[dispute["charge"]].append(dispute)
        sessions = [s for s in lines("stripe/checkout_sessions") if s["payment_intent"]]
        self.typed = {s["payment_intent"]: s["customer_details"]["email"] for s in sessions}
        self.by_intent = defaultdict(list)
        bare = []
        for charge in lines("stripe/charges"):
            if charge["livemode"]:
                bare.append(charge) if charge["payment_intent"] is None else self.by_intent[
                    charge["payment_intent"]
                ].append(charge)
        self.primary, self.additional = {}, {}
        for contact in lines("hubspot/contacts"):
            self.primary[normal(contact["properties"]["email"])] = contact["id"]
            for other in (contact["properties"]["hs_additional_emails"] or "").split(";"):
                if other:
                    self.additional[normal(other)] = contact["id"]
        self.contacts = len(self.primary)
        intents = {i["id"]: i for i in lines("stripe/payment_intents") if i["livemode"]}
        invoice_of = {p["payment"]["payment_intent"]: p["invoice"] for p in lines("stripe/invoice_payments")}
        invoice_of |= {s["payment_intent"]: s["invoice"] for s in sessions if s["invoice"]}
        intents_of = defaultdict(list)
        for intent, invoice in invoice_of.items():
            intents_of[invoice].append(intent)
        self.orders, self.zero = [], 0
        for invoice in lines("stripe/invoices"):
            if not invoice["livemode"] or invoice["status"] in ("draft", "void"):
                continue
            if invoice["total"] == 0:
                self.zero += 1
                continue
            charges = [c for i in intents_of[invoice["id"]] for c in self.by_intent[i]]
            receipts = [intents[i]["receipt_email"] for i in intents_of[invoice["id"]]]
            self.add(
                invoice["id"],
                invoice,
                invoice["total"],
                charges,
                invoice["customer_email"],
                receipts,
                invoice["status"],
                sum(tax["amount"] for tax in invoice["total_taxes"]),
                next((self.typed[i] for i in intents_of[invoice["id"]] if i in self.typed), None),
            )
        for id_, intent in intents.items():
            if id_ not in invoice_of and self.by_intent[id_]:
                total = intent["amount_received"] if intent["status"] == "succeeded" else intent["amount"]
                state = "open" if intent["status"] == "requires_capture" else "failed"
                receipts = [intent["receipt_email"]]
                self.add(id_, intent, total, self.by_intent[id_], None, receipts, state, 0, self.typed.get(id_))
        for charge in bare:
            self.add(charge["id"], charge, charge["amount"], [charge], None, [None], "failed")
        self.match()

    def add(self, id_, source, total, charges, first_email, receipts, state, tax=0, checkout=None):
        order = Read(
            id_,
            source["created"],
            source["currency"],
            total,
            charges,
            source["customer"],
            first_email,
            receipts[0] if receipts else None,
            state,
            tax,
            checkout,
        )
        for charge in charges:
            if charge["status"] == "succeeded":
                order.collected += charge["amount_captured"]
            order.refunds += [r for r in self.refunds[charge["id"]] if r["status"] == "succeeded"]
            order.disputes += self.disputes[charge["id"]]
            moved = [charge["balance_transaction"], *(r["balance_transaction"] for r in self.refunds[charge["id"]])]
            moved += [t["id"] for d in self.disputes[charge["id"]] for t in d["balance_transactions"]]
            order.fees += sum(self.transactions[t]["fee"] for t in moved if t)
        self.orders.append(order)

    def emails(self, order: Read) -> list[str]:
        found = [order.first_email, *(c["billing_details"]["email"] for c in order.charges)]
        found += [order.checkout, order.receipt, *(c["receipt_email"] for c in order.charges)]
        found.append(self.customers[order.customer]["email"] if order.customer else None)
        return [normal(email) for email in found if email]

    def match(self) -> None:
        anchors = {}
        for order in self.orders:
            for method, book in (("email_primary", self.primary), ("email_secondary", self.additional)):
                hit = next((book[email] for email in self.emails(order) if email in book), "")
                if hit and not order.method:
                    order.method, order.contact = method, hit
                    anchors[order.customer] = hit
        for order in self.orders:
            if not order.method and order.customer and order.customer in anchors:
                order.method, order.contact = "same_customer", anchors[order.customer]

    def status(self, order: Read) -> str:
        if order.lost:
            return "dispute_lost"
        if any(dispute["status"] in ("needs_response", "under_review") for dispute in order.disputes):
            return "disputed"
        if order.collected:
            back = order.refunded
            return "refunded" if back == order.collected else "partially_refunded" if back else "paid"
        return order.state

    def months(self) -> dict:
        sums: dict = defaultdict(Counter)
        for order in self.orders:
            month = sums[month_of(order.at), order.currency]
            month["orders"] += 1
            month["revenue_minor"] += order.total
            month["revenue_matched_minor" if order.method else "revenue_unmatched_minor"] += order.total
            month["tax_minor"] += order.tax
            month["net_revenue_minor"] += order.net
            month["collected_minor"] += order.collected
            for dispute in order.lost:
                month["disputes_lost_by_order_date_minor"] += dispute["amount"]
                withdrawn = month_of(self.transactions[dispute["balance_transactions"][0]["id"]]["created"])
                sums[withdrawn, order.currency]["disputes_lost_by_withdrawal_date_minor"] += dispute["amount"]
            month["fees_minor"] += order.fees
            for refund in order.refunds:
                month["refunded_by_order_date_minor"] += refund["amount"]
                sums[month_of(refund["created"]), order.currency]["refunded_by_refund_date_minor"] += refund["amount"]
        return sums

    def payers(self) -> set[str]:
        return {
            order.contact or order.customer or next(iter(self.emails(order)), order.id)
            for order in self.orders
            if order.collected
        }


def normal(email: str) -> str:
    return unicodedata.normalize("NFKC", email).strip().lower()


def month_of(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m")


def truth(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "truth" / name).open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module", params=[(7, 700), (11, 2500)], ids=lambda p: f"seed{p[0]}-{p[1]}")
def world(request, tmp_path_factory) -> tuple[Path, Reader]:
    folder = tmp_path_factory.mktemp("truth") / "world"
    generate(folder, seed=request.param[0], contacts=request.param[1], until=date(2026, 7, 1))
    return folder, Reader(folder)


def test_every_order_is_found_again_with_its_money_status_and_match(world):
    folder, reader = world
    figures = (
        "revenue_minor", "tax_minor", "collected_minor", "refunded_minor", "disputes_lost_minor", "net_revenue_minor",
        "fees_minor",
    )  # fmt: skip
    written = {
        r["order_id"]: (
            r["ordered_at"], r["order_status"], r["currency"], r["match_method"], r["contact_id"],
            [int(r[f]) for f in figures],
        )
        for r in truth(folder, "orders.csv")
    }  # fmt: skip
    read = {
        o.id: (
            datetime.fromtimestamp(o.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), reader.status(o), o.currency, o.method,
            o.contact,
            [o.total, o.tax, o.collected, o.refunded, sum(d["amount"] for d in o.lost), o.net, o.fees],
        )
        for o in reader.orders
    }  # fmt: skip
    assert read == written
    assert {row[3] for row in written.values()} == {"email_primary", "email_secondary", "same_customer", ""}
    assert {row[1] for row in written.values()} == {
        "dispute_lost",
        "disputed",
        "refunded",
        "partially_refunded",
        "paid",
        "open",
        "failed",
        "uncollectible",
    }


def test_months_are_found_again_to_the_minor_unit(world):
    folder, reader = world
    written = {
        (r["month"], r["currency"]): {m: int(r[m]) for m in ("orders", *MONEY)}
        for r in truth(folder, "orders_by_utc_month.csv")
    }
    read = {key: {m: sums[m] for m in ("orders", *MONEY)} for key, sums in reader.months().items()}
    assert read == written
    assert {currency for _, currency in read} == {"usd", "eur", "jpy"}


def test_totals_and_distinct_payers_are_found_again(world):
    folder, reader = world
    totals = {r["measure"]: int(r["value"]) for r in truth(folder, "totals.csv")}
    payers = reader.payers()
    assert totals["contacts"] == reader.contacts
    assert totals["customers"] == len(payers)
    assert totals["customers_matched"] == len({o.contact for o in reader.orders if o.contact and o.collected})
    assert totals["zero_amount_invoices"] == reader.zero > 0
    assert totals["orders"] == len(reader.orders) == totals["orders_usd"] + totals["orders_eur"] + totals["orders_jpy"]
    for currency in ("usd", "eur", "jpy"):
        for measure in MONEY:
            total = sum(sums[measure] for (_, c), sums in reader.months().items() if c == currency)
            assert totals[f"{measure.removesuffix('_minor')}_{currency}_minor"] == total


def test_the_business_is_of_believable_proportions(world):
    folder, reader = world
    totals = {r["measure"]: int(r["value"]) for r in truth(folder, "totals.csv")}
    assert 0.25 < totals["customers_matched"] / totals["contacts"] < 0.35
    assert 0.02 < totals["revenue_unmatched_usd_minor"] / totals["revenue_usd_minor"] < 0.14
    assert totals["orders"] > 0.45 * totals["contacts"]
    assert totals["orders_eur"] < 0.2 * totals["orders"]
    assert len({o.contact for o in reader.orders if o.contact}) > 100
