"""Orders of a second processor, of other currencies and of subscriptions: told in vendor objects and records of files.

What belongs here: cases of money beyond one Stripe account in dollars. What does not: how an object looks
(`vendor_objects.py`), the other rules of orders (`worlds.py`).
"""

from datetime import datetime
from typing import Any

from tests.dbt_project.raw_layer import Row
from tests.dbt_project.vendor_objects import charge, intent, invoice, later, paid, person, settled

FALL = "2025-11-05T17:00:00+00:00"  # noon in New York
SALE = "2025-11-10T20:00:00+00:00"


def record(table: str, data: dict[str, Any], connection: str = "files", at: str = FALL, **extra: Any) -> Row:
    """A record of a file as the connector lands it."""
    parts = [data[name] for name in ("processor", "order_id", "id") if data.get(name)]
    row_id = extra.pop("row_id", "/".join(parts))
    return Row(f"raw_files.{table}", connection, row_id, datetime.fromisoformat(at), data, **extra)


def file_order(key: str, amount: str, at: str = FALL, connection: str = "files", **extra: Any) -> Row:
    """An order of a file in dollars, paid unless its status says otherwise; of PayPal."""
    is_deleted = extra.pop("is_deleted", False)
    data = {
        "id": key,
        "processor": "paypal",
        "email": f"{key.lower()}@files.example",
        "currency": "usd",
        "amount": amount,
        "date_created": at,
        **extra,
    }
    return record("orders", data, connection, at, is_deleted=is_deleted)


def file_refund(key: str, order: str, amount: str, at: str = FALL, connection: str = "files", **extra: Any) -> Row:
    """A refund of a file in dollars."""
    data = {
        "id": key,
        "order_id": order,
        "processor": "paypal",
        "currency": "usd",
        "amount": amount,
        "date": at,
        **extra,
    }
    return record("refunds", data | extra, connection, at, row_id=f"paypal/{key}")


def rate(base: str, quote: str, day: str, value: str) -> Row:
    """A rate that a file says."""
    data = {"base_currency": base, "quote_currency": quote, "date": day, "rate": value}
    return record("exchange_rates", data, at=f"{day}T00:00:00+00:00", row_id=f"{base}/{quote}/{day}")


def rates() -> list[Row]:
    """What the accountant wrote down."""
    return [
        rate("eur", "usd", "2025-11-01", "1.10"),
        rate("eur", "usd", "2026-01-15", "1.20"),
        rate("usd", "kwd", "2025-11-01", "0.3125"),
    ]


def currencies_world() -> list[Row]:
    """E25 and G21, and money that Stripe settled at a rate of its own."""
    return [
        file_order("E25EUR", "100.00", currency="eur", connection="files@e25"),
        file_order("E25USD", "100.00", connection="files@e25"),
        file_order("G21JPY", "5000", currency="jpy", status="failed", connection="files@e25"),
        file_order("G21KWD", "5.000", currency="kwd", connection="files@e25"),
        rate("usd", "jpy", "2025-11-05", "150"),
        rate("usd", "jpy", "2026-01-02", "150"),
        # 100.00 euros that arrived as 112.00 dollars, whatever the table says; and some that arrived as euros.
        *paid("arrived", 10000, at=FALL, currency="eur"),
        settled("arrived", "ch_arrived", 11200, 350, at=FALL),
        *paid("stayed", 10000, at=FALL, currency="eur"),
        settled("stayed", "ch_stayed", 10000, 300, "eur", at=FALL),
        # Captured in part: 60.00 of 80.00 euros arrived. A bill paid twice, at two rates.
        intent("part_euro", 8000, at=FALL, amount_received=6000, currency="eur"),
        charge("part_euro", 8000, at=FALL, amount_captured=6000, currency="eur", payment_intent="pi_part_euro"),
        settled("part_euro", "ch_part_euro", 6600, 0, at=FALL),
        invoice("two_rates", 10000, at=FALL, currency="eur"),
        *paid("first_part", 6000, at=FALL, currency="eur", invoice="in_two_rates"),
        *paid("second_part", 4000, at=FALL, currency="eur", invoice="in_two_rates"),
        settled("first_part", "ch_first_part", 6600, 0, at=FALL),
        settled("second_part", "ch_second_part", 4600, 0, at=FALL),
        # Declined: nothing settled, so the table of the day.
        intent("declined_euro", 10000, "requires_payment_method", at=FALL, currency="eur"),
        charge("declined_euro", 10000, "failed", at=FALL, currency="eur", payment_intent="pi_declined_euro"),
        # Paid and given back in three parts, at a rate that does not divide.
        file_order("THIRDS", "1.00", currency="kwd", connection="files@e25"),
        *(
            file_refund(f"THIRD{n}", "THIRDS", amount, connection="files@e25", currency="kwd")
            for n, amount in enumerate(("0.333", "0.333", "0.334"))
        ),
    ]


def second_processor_world() -> list[Row]:
    """E26: sales that two sources list, and sales that only look so."""
    shop = {"email": "twice@example.com"}
    return [
        *paid("shop", 8000, at=SALE, email="Twice@Example.com"),
        file_order("SHOP1", "80.00", later(SALE, -600), **shop),
        file_order("SHOP2", "80.00", later(SALE, 601), **shop),
        file_order("SHOP3", "80.00", SALE, currency="eur", **shop),
        file_order("SHOP4", "80.01", SALE, **shop),
        file_refund("SHOP1R", "SHOP1", "30.00", later(SALE, 86400)),
        # Twice in both within minutes: two pairs, and a third in the files that is a sale of its own.
        *paid("busy1", 1200, at=SALE, email="busy@example.com"),
        *paid("busy2", 1200, at=later(SALE, 120), email="busy@example.com"),
        *(
            file_order(f"BUSY{n}", "12.00", later(SALE, seconds), email="busy@example.com")
            for n, seconds in ((1, 30), (2, 150), (3, 400))
        ),
        # The same id elsewhere, whatever address and amount say: the file's external_id, Stripe's metadata.
        *paid("external", 5500, at=SALE),
        file_order("EXT1", "54.00", later(SALE, 86400), external_id="ch_external"),
        *paid("noted", 5600, at=SALE, metadata={"order_id": "EXT2"}),
        file_order("EXT2", "56.00", later(SALE, 90000)),
        # A declined card, then the same paid elsewhere: money taken is no second sight of money refused.
        intent("refused", 6100, "requires_payment_method", at=SALE),
        charge("refused", 6100, "failed", at=SALE, payment_intent="pi_refused", email="refused@example.com"),
        file_order("INSTEAD", "61.00", later(SALE, 200), email="refused@example.com"),
        # Two purchases in one source.
        file_order("SAME1", "33.00", SALE, email="alike@files.example"),
        file_order("SAME2", "33.00", later(SALE, 5), email="alike@files.example"),
        # Matched like others; open and failed ones; lines; what vanished from the file is no order.
        person("95", "paypal@example.com"),
        file_order("KNOWN", "45.00", email=" PayPal@example.com", tax="3.45"),
        record("order_items", {"id": "1", "order_id": "KNOWN", "processor": "paypal", "currency": "usd",
                               "product_id": "tuit", "name": "Round tuit", "amount": "40.00"}),
        record("order_items", {"id": "2", "order_id": "KNOWN", "processor": "paypal", "currency": "usd",
                               "name": "Trinket", "amount": "5.00", "quantity": 2}),
        file_refund("KNOWNR", "KNOWN", "5.00", later(FALL, 86400)),
        file_order("PARTLY", "20.00", paid="5.00"),
        file_order("GONE", "99.00", is_deleted=True),
        file_refund("STRAY", "NOBODY", "7.00"),
    ]  # fmt: skip


def three_orders_world() -> list[Row]:
    """G24: three orders of one day, alone on their connection."""
    return [
        file_order("A", "100.00", connection="files@g24"),
        file_order("B", "50.00", connection="files@g24"),
        file_refund("BR", "B", "50.00", later(FALL, 3 * 86400), connection="files@g24"),
        file_order("C", "30.00", connection="files@g24", status="failed"),
    ]


def clock_changes_world() -> list[Row]:
    """Orders at the edges of New York's day of 23 hours and its day of 25."""
    edges = {
        "M1": "2026-03-08T04:59:59+00:00",
        "M2": "2026-03-08T05:00:00+00:00",
        "M3": "2026-03-09T03:59:59+00:00",
        "M4": "2026-03-09T04:00:00+00:00",
        "N1": "2026-11-01T03:59:59+00:00",
        "N2": "2026-11-01T04:00:00+00:00",
        "N3": "2026-11-02T04:59:59+00:00",
        "N4": "2026-11-02T05:00:00+00:00",
    }
    return [file_order(key, "1.00", at, connection="files@clocks") for key, at in edges.items()]


def rebills_world() -> list[Row]:
    """A subscription: its trial's invoice of nothing and two bills; another one's only bill."""

    def bill(key: str, total: int, at: str, subscription: str) -> Row:
        parent = {"subscription_details": {"subscription": subscription}}
        return invoice(key, total, at=at, parent=parent, paid_out_of_band=True, customer="cus_rebilled")

    return [
        bill("trial_bill", 0, FALL, "sub_rebilled"),
        bill("first_bill", 2000, later(FALL, 14 * 86400), "sub_rebilled"),
        bill("second_bill", 2000, later(FALL, 44 * 86400), "sub_rebilled"),
        bill("other_bill", 2000, later(FALL, 3600), "sub_other"),
    ]


def money_world() -> list[Row]:
    """All of it."""
    return [
        *rates(),
        *currencies_world(),
        *second_processor_world(),
        *three_orders_world(),
        *clock_changes_world(),
        *rebills_world(),
    ]
