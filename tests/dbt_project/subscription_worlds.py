"""Subscriptions in which every rule of their history happens once; each is its own customer's.

What belongs here: the cases. What does not: how an object looks (`subscription_objects.py`), what must come out of
them (`test_subscriptions.py`).
"""

import itertools
from datetime import datetime
from typing import Any

from tests.dbt_project.raw_layer import Row, stripe
from tests.dbt_project.subscription_objects import (
    bill,
    bills,
    coupon,
    discount,
    event,
    line,
    listed_price,
    price,
    subscription,
)
from tests.dbt_project.vendor_objects import charge, customer, intent, invoice_payment, person, ts

AS_OF = "2026-12-31T17:00:00+00:00"


def day(month: int, number: int, hour: int = 17, year: int = 2026) -> str:
    """A moment, by default noon in New York in winter."""
    return f"{year}-{month:02d}-{number:02d}T{hour:02d}:00:00+00:00"


def monthly(first: int, last: int, number: int = 1) -> list[str]:
    """The same day of the months first to last of 2026; 13 is January 2027."""
    return [day((month - 1) % 12 + 1, number, year=2026 + (month - 1) // 12) for month in range(first, last + 1)]


TO_DATE = monthly(1, 13)
M100 = price("m100", 10000)
M50 = price("m50", 5000)
Y1200 = price("y1200", 120000, "year")
GOLD_YEAR, SILVER, GOLD_MONTH = price("gold_y", 50000, "year"), price("silver", 3000), price("gold_m", 5000)
Y600 = price("y600", 60000, "year")
Y120 = price("y120", 12000, "year")
M12, M24 = price("m12", 1200), price("m24", 2400)
EVERY = [M100, M50, Y1200, GOLD_YEAR, SILVER, GOLD_MONTH, M12, M24, Y120]
PRICES = [listed_price(one) for one in EVERY]


def rates_world() -> list[Row]:
    """G5, E8 in the three shapes; only new ones need the price list. Metered, tiered, packages and tax inside."""
    rows = []
    others = [
        price("two_years", 240000, "year", 2),
        price("week", 1000, "week"),
        price("day", 100, "day"),
        price("half_cent", 0, unit_amount_decimal="0.5"),
        price("pack", 1000, transform_quantity={"divide_by": 10, "round": "up"}),
        price("metered", 700, usage_type="metered"),
    ]
    for of in [Y1200, *others]:
        for shape in ("item", "subscription", "plan"):
            name = f"{of['id']}_{shape}"
            quantity = {"price_half_cent": 3, "price_pack": 11}.get(of["id"], 1)
            if shape == "plan" and of["id"] in ("price_half_cent", "price_pack"):
                continue
            rows.append(subscription(name, [(of, quantity)], day(1, 1), shape=shape))
            rows.append(bill(name, name, day(1, 1), [line(name, of, day(1, 1), day(1, 2), quantity=quantity,
                                                          shape=shape)], shape=shape))  # fmt: skip
    tiered = price("tiered", 0, unit_amount=None, billing_scheme="tiered")
    billed = line("tiered", {**tiered, "unit_amount": 0}, day(1, 1), day(2, 1), 4200, quantity=7)
    taxed = line("taxed", M100, day(1, 1), day(2, 1)) | {"taxes": [{"amount": 1597, "tax_behavior": "inclusive"}]}
    return [
        *rows,
        *(listed_price(of) for of in [*others, tiered]),
        subscription("tiered", [(tiered, 7)], day(1, 1)),
        bill("tiered", "tiered", day(1, 1), [billed]),
        subscription("taxed", [(M100, 1)], day(1, 1)),
        bill("taxed", "taxed", day(1, 1), [taxed]),
        # G6: 100 by the month and 50 by the year.
        *(subscription(f"g6_m{n}", [(M100, 1)], day(1, 1)) for n in range(100)),
        *(subscription(f"g6_y{n}", [(Y600, 1)], day(1, 1)) for n in range(50)),
        # Never billed, and beside a thing bought once.
        subscription("unbilled", [(M100, 2)], day(1, 1)),
        subscription("beside", [(M50, 1)], day(1, 1)),
        bill("beside", "beside", day(1, 1), [
            line("beside", M50, day(1, 1), day(2, 1)),
            {"id": "il_once", "amount": 9900, "quantity": 1, "currency": "usd", "discount_amounts": [],
             "parent": {"invoice_item_details": {"subscription": "sub_beside", "proration": False}},
             "period": {"start": ts(day(1, 1)), "end": ts(day(1, 1))}},
        ]),
    ]  # fmt: skip


def coupons_world() -> list[Row]:
    """G7 and E12, with the bills telling what was taken off, and an amount off that two items share."""
    half_off = [
        ("g7a", "half_forever", TO_DATE, [5000] * 12, None),
        ("g7b", "half_once", TO_DATE, [5000], None),
        ("g7c", "half_3", TO_DATE, [5000] * 3, day(4, 1)),
    ]
    rows: list[Row] = [
        coupon("half_forever", "forever", percent_off=50),
        coupon("half_once", "once", percent_off=50),
        coupon("half_3", "repeating", percent_off=50, duration_in_months=3),
        coupon("free_forever", "forever", percent_off=100),
        coupon("free_month", "repeating", percent_off=100, duration_in_months=1),
        coupon("ten_off", "forever", amount_off=1000, currency="usd"),
    ]
    for name, coupon_id, moments, offs, end in half_off:
        rows += [subscription(name, [(M100, 1)], day(1, 1)), discount(name, coupon_id, day(1, 1), end)]
        rows += bills(name, M100, moments, discounts=offs)
    # The same without bills that say so.
    for name, coupon_id, _, _, end in half_off:
        rows += [
            subscription(f"{name}_untold", [(M100, 1)], day(1, 1)),
            discount(f"{name}_untold", coupon_id, day(1, 1), end),
            *bills(f"{name}_untold", M100, TO_DATE),
        ]
    rows += [
        subscription("e12", [(M50, 1)], day(1, 1)),
        discount("e12", "free_forever", day(1, 1)),
        *bills("e12", M50, TO_DATE, discounts=[5000] * 12),
        subscription("e12_month", [(M50, 1)], day(1, 1)),
        discount("e12_month", "free_month", day(1, 1), day(2, 1)),
        *bills("e12_month", M50, TO_DATE, discounts=[5000]),
        subscription("shared_off", [(M50, 1), (M100, 1)], day(1, 1)),
        discount("shared_off", "ten_off", day(3, 1)),
        *(
            bill(f"shared_off_{n}", "shared_off", start, [line("shared_off", of, start, end) for of in (M50, M100)])
            for n, (start, end) in enumerate(itertools.pairwise(TO_DATE))
        ),
        # On the customer, for all subscriptions of hers.
        subscription("customers_own", [(M100, 1)], day(1, 1)),
        *bills("customers_own", M100, TO_DATE),
        stripe("customers", {"id": "cus_customers_own", "created": ts(day(1, 1)), "email": None, "livemode": True,
                             "discount": {"id": "di_own", "customer": "cus_customers_own", "start": ts(day(1, 1)),
                                          "source": {"coupon": "half_forever"}}}),
    ]  # fmt: skip
    return rows


def changes_world() -> list[Row]:
    """G8 on two subscriptions and on one, G10 in three shapes, quantities, and changes nobody prorated."""
    term = day(1, 10), day(1, 10, year=2027)
    old_term = day(1, 10, year=2025), day(1, 10)
    gone = {"status": "canceled", "canceled_at": day(11, 2, year=2025), "ended_at": day(1, 10)}
    rows: list[Row] = [
        # Gold for a year; Silver beside it for two months; Gold ends at its term; Gold by the month three months later.
        subscription("g8", [(GOLD_YEAR, 4)], old_term[0], cancel_at_period_end=True, **gone),
        bill("g8_gold", "g8", old_term[0], [line("g8", GOLD_YEAR, *old_term, quantity=4)]),
        subscription(
            "g8_silver", [(SILVER, 2)], day(6, 5, year=2025), "canceled", customer="cus_g8",
            canceled_at=day(8, 5, year=2025), ended_at=day(8, 5, year=2025),
        ),
        *(bill(f"g8_silver_{m}", "g8_silver", day(m, 5, year=2025), [
            line("g8_silver", SILVER, day(m, 5, year=2025), day(m + 1, 5, year=2025), quantity=2)
        ], customer="cus_g8") for m in (6, 7)),
        subscription("g8_again", [(GOLD_MONTH, 3)], day(4, 10), customer="cus_g8"),
        *bills("g8_again", GOLD_MONTH, monthly(4, 13, 10), quantity=3, customer="cus_g8"),
        # The same Silver as an item of one subscription, taken off in the middle of a month.
        subscription("items", [(GOLD_YEAR, 4)], term[0]),
        bill("items_gold", "items", term[0], [line("items", GOLD_YEAR, *term, quantity=4)]),
        bill("items_silver", "items", day(3, 10), [line("items", SILVER, day(3, 10), day(4, 10), quantity=2)]),
        bill("items_credit", "items", day(3, 25), [
            line("items", SILVER, day(3, 25), day(4, 10), -3096, quantity=2, proration=True)
        ]),
    ]  # fmt: skip
    changed = "2026-01-08T22:00:00+00:00"  # a quarter of January
    for shape in ("item", "subscription", "plan"):
        name = f"g10_{shape}"
        rows += [
            subscription(name, [(M24, 1)], day(1, 1), shape=shape),
            *bills(name, M12, [day(1, 1), day(2, 1)], shape=shape),
            bill(f"{name}_up", name, day(2, 1), [
                line(name, M12, changed, day(2, 1), -900, shape=shape, proration=True),
                line(name, M24, changed, day(2, 1), 1800, shape=shape, proration=True),
                line(name, M24, day(2, 1), day(3, 1), shape=shape),
            ], shape=shape),
        ]  # fmt: skip
        rows += list(bills(name, M24, monthly(3, 13), shape=shape))
    seats = subscription("seats", [(M50, 3)], day(1, 1))
    rows += [
        # Two seats more by a proration that waits for its bill.
        subscription("waiting", [(M50, 3)], day(12, 1)),
        *bills("waiting", M50, [day(12, 1), day(1, 1, year=2027)]),
        *(
            stripe("invoice_items", {
                "id": f"ii_{name}", "created": ts(day(12, 11)), "customer": "cus_waiting", "invoice": None,
                "subscription": "sub_waiting", "price": {"id": "price_m50"}, "amount": amount, "quantity": quantity,
                "proration": True, "currency": "usd", "livemode": True,
                "period": {"start": ts(day(12, 11)), "end": ts(day(1, 1, year=2027))},
            })
            for name, amount, quantity in (("unused", -3387, 1), ("rest", 10161, 3))
        ),
        # Two seats more without a proration: the next bill shows them, the event says when.
        seats,
        *bills("seats", M50, [day(1, 1), day(2, 1)]),
        *bills("seats", M50, monthly(2, 13), quantity=3),
        event("seats", day(1, 20), seats, {"items": {"data": [{"price": {"id": "price_m50"}, "quantity": 1}]}}),
        event("renewed", day(2, 1), seats, {"items": {"data": [{"price": {"id": "price_m50"}, "quantity": 3}]}}),
        # The same, and no event: from the bill on.
        subscription("unseen", [(M50, 3)], day(1, 1)),
        *bills("unseen", M50, [day(1, 1), day(2, 1)]),
        *bills("unseen", M50, monthly(2, 13), quantity=3),
    ]  # fmt: skip
    return rows


def terms_world() -> list[Row]:
    """Terms begun anew in mid-month, the rest of the old one given back on the same bill; changes as a term begins."""
    anew = "2026-03-20T17:00:00+00:00"
    rows: list[Row] = []
    for name, discounts in (("reset", 0), ("reset_half", 2500)):
        rows += [
            subscription(name, [(M50, 1)], day(1, 10)),
            *bills(name, M50, monthly(1, 4, 10), discounts=[discounts] * 3),
            bill(f"{name}_anew", name, anew, [
                line(name, M50, anew, day(4, 10), -3387, proration=True),
                line(name, M50, anew, day(4, 20), discount=discounts),
            ]),
            *bills(name, M50, monthly(4, 13, 20), discounts=[discounts] * 9),
        ]  # fmt: skip
    return [
        *rows,
        discount("reset_half", "half_forever", day(1, 10)),
        # Three seats more with the new term; a price swapped in the very second its period began, on a later bill.
        subscription("reset_seats", [(SILVER, 5)], day(1, 10)),
        *bills("reset_seats", SILVER, monthly(1, 4, 10), quantity=2),
        bill("reset_seats_anew", "reset_seats", anew, [
            line("reset_seats", SILVER, anew, day(4, 10), -4065, quantity=2, proration=True),
            line("reset_seats", SILVER, anew, day(4, 20), quantity=5),
        ]),
        *bills("reset_seats", SILVER, monthly(4, 13, 20), quantity=5),
        subscription("swapped", [(M24, 1)], day(1, 10)),
        *bills("swapped", M12, monthly(1, 4, 10)),
        bill("swapped_up", "swapped", day(3, 10, 18), [
            line("swapped", M12, day(3, 10), day(4, 10), -1200, proration=True),
            line("swapped", M24, day(3, 10), day(4, 10), 2400, proration=True),
        ]),
        *bills("swapped", M24, monthly(4, 13, 10)),
        # An amount off each bill of a year.
        coupon("twelve_off", "forever", amount_off=1200, currency="usd"),
        subscription("year_off", [(Y120, 1)], day(1, 10)),
        discount("year_off", "twelve_off", day(1, 10)),
        *bills("year_off", Y120, [day(1, 10), day(1, 10, year=2027)], discounts=[1200]),
    ]  # fmt: skip


def lives_world() -> list[Row]:
    """Ends, trials and pauses: G18, E6, E11, E21, E23, retention offers, failed starts, unpaid ones."""
    paused = {"behavior": "void", "resumes_at": None}
    resumed = subscription("e11_told", [(M50, 1)], day(1, 1))
    return [
        subscription("g18", [(M50, 1)], day(4, 15), "canceled", ended_at=day(7, 20), canceled_at=day(7, 20)),
        *bills("g18", M50, monthly(4, 6, 15)),
        subscription("dunned", [(M50, 1)], day(4, 15), "canceled", ended_at=day(7, 2), canceled_at=day(7, 2),
                     cancellation_details={"reason": "payment_failed"}),
        *bills("dunned", M50, monthly(4, 6, 15)),
        bill("dunned_last", "dunned", day(6, 15), [line("dunned", M50, day(6, 15), day(7, 15))], "uncollectible"),
        subscription("e21", [(M50, 1)], day(2, 3), "canceled", ended_at=day(2, 20), canceled_at=day(2, 20)),
        *bills("e21", M50, monthly(2, 3, 3)),
        subscription("e23", [(M50, 1)], day(1, 28), "canceled", canceled_at=day(2, 10), ended_at=day(2, 28),
                     cancel_at_period_end=True),
        *bills("e23", M50, [day(1, 28), day(2, 28)]),
        # E6: paid on 15 January; then one that is never paid, one cancelled in time, one still open.
        *trial("e6", "active"),
        *bills("e6", M50, monthly(1, 13, 15)),
        *paid_bill("e6_price_m50_2026-01-15", "e6", day(1, 15), 5000),
        *trial("trial_unpaid", "canceled", ended_at=day(1, 30), canceled_at=day(1, 30)),
        bill("trial_unpaid", "trial_unpaid", day(1, 15), [line("trial_unpaid", M50, day(1, 15), day(2, 15))], "open"),
        *trial("trial_left", "canceled", ended_at=day(1, 15), canceled_at=day(1, 5)),
        # Its end passed, and the vendor has not said that it is over.
        *trial("trial_lasting", "trialing"),
        *trial("trial_owing", "past_due"),
        bill("trial_owing", "trial_owing", day(1, 15), [line("trial_owing", M50, day(1, 15), day(2, 15))], "open"),
        # A retention offer: a subscription that paid, then gets a month for nothing.
        subscription("offer", [(M50, 1)], day(1, 1), trial_start=day(3, 1), trial_end=day(4, 1)),
        *bills("offer", M50, monthly(1, 3)),
        *paid_bill("offer_price_m50_2026-01-01", "offer", day(1, 1), 5000),
        bill("offer_free", "offer", day(3, 1), [line("offer", M50, day(3, 1), day(4, 1), 0)]),
        *bills("offer", M50, monthly(4, 13)),
        # E11: voided bills in February and March; the same with events in mid-month; paused now.
        subscription("e11", [(M50, 1)], day(1, 1)),
        *bills("e11", M50, [day(1, 1), day(2, 1)]),
        *(bill(f"e11_void{m}", "e11", day(m, 1), [line("e11", M50, day(m, 1), day(m + 1, 1))], "void")
          for m in (2, 3)),
        *bills("e11", M50, monthly(4, 13)),
        resumed,
        *bills("e11_told", M50, [day(1, 1), day(2, 1)]),
        *bills("e11_told", M50, monthly(4, 13)),
        event("paused", day(1, 20), subscription("e11_told", [(M50, 1)], day(1, 1), pause_collection=paused),
              {"pause_collection": None}),
        event("resumed", day(3, 20), resumed, {"pause_collection": paused}),
        subscription("paused_now", [(M50, 1)], day(1, 1), pause_collection={"behavior": "keep_as_draft"}),
        *bills("paused_now", M50, monthly(1, 3)),
        bill("paused_draft", "paused_now", day(3, 1), [line("paused_now", M50, day(3, 1), day(4, 1))], "draft"),
        # Paused, then over.
        subscription("paused_gone", [(M50, 1)], day(1, 1), "canceled", ended_at=day(5, 5), canceled_at=day(5, 5),
                     pause_collection={"behavior": "void"}),
        *bills("paused_gone", M50, monthly(1, 3)),
        # Never started; unpaid since its last paid bill ran out; test data.
        subscription("incomplete", [(M50, 1)], day(1, 1), "incomplete"),
        subscription("expired", [(M50, 1)], day(1, 1), "incomplete_expired", ended_at=day(1, 2)),
        subscription("unpaid", [(M50, 1)], day(1, 1), "unpaid"),
        *bills("unpaid", M50, [day(1, 1), day(2, 1)]),
        bill("unpaid_last", "unpaid", day(2, 1), [line("unpaid", M50, day(2, 1), day(3, 1))], "open"),
        subscription("tested", [(M50, 1)], day(1, 1), livemode=False),
        # Yen have no cents; the evening of 31 January in New York is February in UTC.
        subscription("yen", [(price("yen", 500, currency="jpy"), 1)], "2026-02-01T04:30:00+00:00"),
    ]  # fmt: skip


def trial(name: str, status: str, **extra: Any) -> list[Row]:
    """14 days from 1 January, with the bill over nothing."""
    return [
        subscription(name, [(M50, 1)], day(1, 1), status, trial_start=day(1, 1), trial_end=day(1, 15), **extra),
        bill(f"{name}_trial", name, day(1, 1), [line(name, M50, day(1, 1), day(1, 15), 0)]),
    ]


def paid_bill(invoice_key: str, customer: str, at: str, amount: int) -> list[Row]:
    """The payment of a bill."""
    return [
        intent(invoice_key, amount, at=at, customer=f"cus_{customer}"),
        charge(invoice_key, amount, at=at, payment_intent=f"pi_{invoice_key}", customer=f"cus_{customer}"),
        invoice_payment(invoice_key, f"in_{invoice_key}", payment_intent=f"pi_{invoice_key}"),
    ]


def persons_world() -> list[Row]:
    """One person who pays as two Stripe customers and, in a file, through another processor."""
    record = {
        "id": "7", "processor": "paypal", "email": "Two@Example.com ", "currency": "usd", "amount": "30.00",
        "billing_cycle": "month", "start_date": day(5, 1), "canceled_date": day(6, 1), "end_date": day(6, 10),
    }  # fmt: skip
    return [
        person("two", "two@example.com"),
        customer("first_card", "two@example.com"),
        customer("second_card", " TWO@example.com"),
        # The second card takes over on the day the first ends: nothing moved.
        subscription("first_card", [(M50, 1)], day(1, 1), "canceled", ended_at=day(3, 1), canceled_at=day(3, 1)),
        *bills("first_card", M50, monthly(1, 3)),
        subscription("second_card", [(M50, 1)], "2026-03-01T20:00:00+00:00"),
        Row("raw_files.subscriptions", "files", "paypal/7", datetime.fromisoformat(day(5, 1)), record),
    ]


def everything() -> list[Row]:
    """All of it, each row once."""
    rows = PRICES + rates_world() + coupons_world() + changes_world() + terms_world() + lives_world()
    rows += persons_world()
    return list({(row.table, row.connection, row.id): row for row in rows}.values())
