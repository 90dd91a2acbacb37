"""The second processor's files found again from themselves and from Stripe's objects: money, contacts, duplicates."""

import csv
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.sandbox.test_sandbox_truth import Reader, normal

NEAR = timedelta(minutes=10)


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def minor(amount: str, currency: str) -> int:
    """Minor units of a decimal, which has as many places as its currency."""
    places = 0 if currency == "JPY" else 2
    value = Decimal(amount)
    assert -value.as_tuple().exponent == places
    return int(value.scaleb(places))


@pytest.fixture(scope="module")
def stripe(generated) -> Reader:
    return Reader(generated)


def test_the_truth_of_the_second_processors_orders_is_found_again(generated, stripe):
    refunds = defaultdict(list)
    for refund in rows(generated, "files/refunds"):
        refunds[refund["order_id"]].append(minor(refund["amount"], refund["currency"]))
    read = {}
    for order in rows(generated, "files/orders"):
        total, collected, tax = (minor(order[c], order["currency"]) for c in ("amount", "paid", "tax"))
        back, email = sum(refunds[order["id"]]), normal(order["email"])
        status = order["status"]
        if status == "paid":
            status = "refunded" if back == collected else "partially_refunded" if back else "paid"
        at = datetime.fromisoformat(order["date_created"])
        same = [
            other.id
            for other in stripe.orders
            if email in stripe.emails(other)
            and (other.currency, other.total) == (order["currency"].lower(), total)
            and abs(datetime.fromtimestamp(other.at, at.tzinfo) - at) <= NEAR
        ]
        contact = stripe.primary.get(email) or stripe.additional.get(email) or ""
        read[order["id"]] = (
            order["processor"], email, contact, order["date_created"], status, order["currency"].lower(), str(total),
            str(tax), str(collected), str(back), str(len(same)), "".join(same),
        )  # fmt: skip
    written = {row["order_id"]: tuple(row.values())[1:] for row in rows(generated, "truth/files_orders")}
    assert read == written


def test_the_second_processor_has_every_kind_of_order_and_a_few_of_stripes(generated):
    found = rows(generated, "truth/files_orders")
    assert set(Counter(row["status"] for row in found)) == {
        "paid", "refunded", "partially_refunded", "failed", "open",
    }  # fmt: skip
    assert 5 < sum(row["is_duplicate"] == "1" for row in found) < 0.3 * len(found)
    assert 5 < sum(not row["contact_id"] for row in found) < 0.4 * len(found)
    assert {"usd", "eur"} <= {row["currency"] for row in found}
    assert all(int(row["tax_minor"]) for row in found if row["currency"] == "eur" and row["is_duplicate"] == "0")
    assert max(row["ordered_at"] for row in found) < "2026-03-15"


def test_the_lines_of_an_order_add_up_and_its_refunds_give_back_no_more_than_was_paid(generated):
    lines, back = defaultdict(list), Counter()
    for line in rows(generated, "files/order_items"):
        lines[line["order_id"]].append(line)
    refunds = rows(generated, "files/refunds")
    orders = {order["id"]: order for order in rows(generated, "files/orders")}
    for refund in refunds:
        order = orders[refund["order_id"]]
        assert (refund["currency"], refund["processor"]) == (order["currency"], order["processor"])
        assert order["date_paid"] < refund["date"] < "2026-03-15"
        back[refund["order_id"]] += minor(refund["amount"], refund["currency"])
    assert len({refund["id"] for refund in refunds}) == len(refunds)
    assert lines.keys() == orders.keys()
    assert max(Counter(refund["order_id"] for refund in refunds).values()) == 2
    for id_, order in orders.items():
        total, tax, paid = (minor(order[column], order["currency"]) for column in ("amount", "tax", "paid"))
        assert sum(minor(line["amount"], order["currency"]) for line in lines[id_]) == total - tax
        assert [line["id"] for line in lines[id_]] == [str(n) for n in range(1, len(lines[id_]) + 1)]
        assert back[id_] <= paid <= total
        assert bool(order["date_paid"]) == (order["status"] == "paid") == (paid == total)
