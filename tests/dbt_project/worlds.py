"""A business in which every rule of the order models happens once, told in vendor objects.

What belongs here: the cases. What does not: how an object looks (`vendor_objects.py`), what must come out of them
(the tests).
"""

from dataclasses import replace

from tests.dbt_project.balance import closed
from tests.dbt_project.contact_worlds import (
    deletions_world,
    former_addresses_world,
    matching_world,
    named_contacts_world,
    second_crm_world,
    tags_world,
)
from tests.dbt_project.order_worlds import money_world
from tests.dbt_project.raw_layer import Row, ad_day, before, version
from tests.dbt_project.vendor_objects import (
    MAY,
    NOON,
    charge,
    checkout,
    dispute,
    intent,
    invoice,
    invoice_payment,
    later,
    paid,
    payout,
    person,
    refund,
    settled,
)


def orders_world() -> list[Row]:
    """Orders of every kind and status; nobody in the CRM."""
    return [
        # E15: two declined attempts, then success; all declined.
        intent("retry", 5000),
        *(charge(f"retry{n}", 5000, "failed", payment_intent="pi_retry") for n in (1, 2)),
        charge("retry3", 5000, at=later(NOON, 60), payment_intent="pi_retry"),
        intent("declined", 7000, "requires_payment_method"),
        charge("declined", 7000, "failed", payment_intent="pi_declined"),
        # E1: refunded in another month.
        *paid("jan", 10000),
        refund("jan", "jan", 4000, at="2026-02-03T17:00:00+00:00"),
        # Half an hour before midnight in New York, on the eve of the day with 23 hours.
        *paid("eve", 1100, at="2026-03-08T04:30:00+00:00"),
        # G3 in today's shape, its payment expanded.
        invoice("lines", 4500, lines=[4000, 500], customer="cus_lines", total_taxes=[{"amount": 300}, {"amount": 45}]),
        intent("lines", 4500, latest_charge={"id": "ch_lines", "object": "charge"}),
        charge("lines", 4500, payment_intent={"id": "pi_lines"}, customer={"id": "cus_lines"}),
        invoice_payment("lines", "in_lines", payment_intent="pi_lines"),
        # The shapes before 2025-03-31: the invoice names the charge; the charge names the invoice.
        invoice("names_charge", 2100, charge="ch_named", tax=100),
        intent("named", 2100),
        charge("named0", 2100, "failed", payment_intent="pi_named"),
        charge("named", 2100, payment_intent="pi_named"),
        invoice("named_by_charge", 2200),
        charge("naming", 2200, invoice="in_named_by_charge"),
        # An invoice paid by a charge without PaymentIntent, in today's shape.
        invoice("by_charge", 2300),
        charge("bridged", 2300),
        invoice_payment("by_charge", "in_by_charge", charge="ch_bridged"),
        # E27, and money taken on an invoice that was voided afterwards.
        invoice("draft", 900, "draft"),
        invoice("void", 901, "void"),
        invoice("uncollectible", 902, "uncollectible"),
        invoice("deleted", 903, "draft", is_deleted=True),
        invoice("voided_later", 904, "void"),
        intent("voided_later", 904),
        charge("voided_later", 904, payment_intent="pi_voided_later"),
        invoice_payment("voided_later", "in_voided_later", payment_intent="pi_voided_later"),
        invoice("waiting", 905, "open"),
        # A credit note took 30.00 of it before it was paid.
        invoice(
            "credited", 10000, "open", amount_due=7000, amount_remaining=7000, pre_payment_credit_notes_amount=3000
        ),
        invoice("outside", 906, paid_out_of_band=True, attempted=False, attempt_count=0, customer="cus_receipt"),
        invoice("trial", 0, at=NOON),
        # Receipts: two alike, paid by two PaymentIntents alike; one eleven minutes away; one of somebody else.
        *(
            invoice(f"receipt{n}", 3000, attempted=False, attempt_count=0, customer="cus_receipt", at=later(NOON, 30))
            for n in (1, 2)
        ),
        *(row for n in (1, 2) for row in paid(f"receipt{n}", 3000, customer="cus_receipt")),
        invoice("late_receipt", 3100, attempted=False, attempt_count=0, customer="cus_receipt", at=later(NOON, 601)),
        *paid("late_receipt", 3100, customer="cus_receipt"),
        invoice("other_receipt", 3200, attempted=False, attempt_count=0, customer="cus_else", at=NOON),
        *paid("other_receipt", 3200, customer="cus_receipt"),
        *paid("outside", 906, customer="cus_receipt"),
        # Captured in part, the rest released; never captured; released altogether.
        intent("part", 8000, amount_received=6000),
        charge("part", 8000, payment_intent="pi_part", amount_captured=6000, amount_refunded=2000),
        refund("part", "part", 2000, balance_transaction=None),
        intent("authorized", 8100, "requires_capture"),
        charge("authorized", 8100, captured=False, payment_intent="pi_authorized"),
        intent("released", 8200, "canceled"),
        charge("released", 8200, captured=False, payment_intent="pi_released", amount_refunded=8200),
        refund("released", "released", 8200, balance_transaction=None),
        intent("processing", 8300, "processing"),
        charge("pending", 8300, "pending", payment_intent="pi_processing"),
        # Bare charges, and one whose PaymentIntent was never synced.
        charge("bare", 1500),
        charge("bare_declined", 1600, "failed"),
        charge("bare_authorized", 1700, captured=False),
        *(charge(f"lost{n}", 1800, "failed", payment_intent="pi_lost") for n in (1, 2)),
        charge("lost3", 1800, payment_intent="pi_lost"),
        # A checkout nobody finished.
        intent("abandoned", 9999, "requires_payment_method"),
        # E31, a refund of a PaymentIntent, and one whose charge is unknown.
        *paid("refunding", 5100),
        refund("pending", "refunding", 100, "pending"),
        refund("failed", "refunding", 200, "failed"),
        *paid("by_intent", 5200),
        refund("by_intent", None, 5200, payment_intent="pi_by_intent"),
        refund("stray", "unknown", 77),
        # Fees: own currency, yen settled in dollars, a refund that costs, one transaction named twice.
        *paid("fee", 10000),
        settled("fee", "ch_fee", 10000, 320),
        refund("fee", "fee", 1000),
        settled("re_fee", "re_fee", -1000, 15),
        *paid("yen", 5000, currency="jpy"),
        settled("yen", "ch_yen", 4500, 161),
        charge("names_txn", 700, balance_transaction="txn_named"),
        settled("named", None, 700, 50),
        # E34: test mode on a live connection, its refund and fee; the same on a test connection counts.
        *paid("test", 12345, livemode=False),
        refund("test", "test", 345),
        settled("test", "ch_test", 12345, 999),
        invoice("test", 23456, livemode=False),
        *paid("sandboxed", 6100, livemode=False, connection="stripe@test"),
        # The same ids on another connection are other orders.
        *paid("jan", 33300, connection="stripe@eu", currency="eur"),
    ]


def disputes_world() -> list[Row]:
    """Disputes of every outcome, all of payments of 5 May."""
    june = "2026-06-02T03:30:00+00:00"  # 1 June in New York
    july = "2026-07-02T12:00:00+00:00"
    return [
        # G17: 250.00 lost with a fee of 15.00, withdrawn on another day than it was opened or decided.
        *paid("g17", 25000, at=MAY),
        settled("g17", "ch_g17", 25000, 755, at=MAY),
        *dispute("g17", "g17", 25000, "lost", [settled("du_g17", "du_g17", -25000, 1500, at=june)], at=MAY),
        # E13: won; the money came back, the fee did not.
        *paid("e13", 25000, at=MAY),
        *dispute(
            "e13",
            "e13",
            25000,
            "won",
            [
                settled("du_e13", "du_e13", -25000, 1500, at=june),
                settled("du_e13_back", "du_e13", 25000, 0, at=july),
            ],
        ),
        # Not decided yet; a question of the bank; one of each over one payment.
        *paid("contested", 4000, at=MAY),
        *dispute("open", "contested", 4000, "under_review", [settled("du_open", "du_open", -4000, 1500, at=june)]),
        *paid("asked", 4100, at=MAY),
        *dispute("asked", "asked", 4100, "warning_needs_response", []),
        # A part of a payment; a payment that was refunded as well.
        *paid("partly", 10000, at=MAY),
        *dispute("part", "partly", 4000, "lost", [settled("du_part", "du_part", -4000, 1500, at=june)]),
        *paid("twice", 3000, at=MAY),
        refund("twice", "twice", 3000, at=june),
        *dispute("twice", "twice", 3000, "lost", [settled("du_twice", "du_twice", -3000, 0, at=june)]),
        # 5,000 yen settled as 45.00 dollars, contested in dollars: 22.51 withdrawn, 2,501 yen.
        *paid("yen_lost", 5000, currency="jpy", at=MAY),
        settled("yen_lost", "ch_yen_lost", 4500, 161, at=MAY),
        *dispute("yen", "yen_lost", 2260, "lost", [settled("du_yen", "du_yen", -2251, 1500, at=june)]),
        # Of no order, and of test mode.
        invoice("void_may", 905, "void", at=MAY, charge="ch_void_may"),
        charge("void_may", 905, at=MAY),
        *dispute("void", "void_may", 905, "lost", [settled("du_void", "du_void", -905, 0, at=june)]),
        *dispute("stray", "never_seen", 66, "lost", [settled("du_stray", "du_stray", -66, 0, at=june)]),
        *dispute("test", "test", 12345, "lost", [], livemode=False),
        # An automatic payout of what two of them left, and one by hand.
        *payout("auto", 25000 - 755 - 25000 - 1500 + 4339, ["txn_g17", "txn_du_g17", "txn_yen_lost"], at=july),
        *payout("manual", 100, None, at=july),
    ]


def checkouts_world() -> list[Row]:
    """Payments made in a checkout."""
    return [
        person("60", "typed@example.com"),
        person("61", "billing@example.com"),
        # E17: the address stands in the checkout only; the billing address comes before it, the receipt's after.
        *paid("cart", 6600, at=MAY),
        checkout(
            "cart",
            " Typed@Example.com",
            [6000, 600],
            at=MAY,
            payment_intent="pi_cart",
            total_details={"amount_tax": 600},
        ),
        intent("billed", 700, at=MAY, receipt_email="typed@example.com"),
        charge("billed", 700, at=MAY, payment_intent="pi_billed", email="billing@example.com"),
        checkout("billed", "typed@example.com", [700], at=MAY, payment_intent="pi_billed"),
        # A receipt an hour away and of another amount: the checkout made both.
        invoice("till", 3000, at=later(MAY, 3600), lines=[3000], attempted=False, attempt_count=0),
        *paid("till", 2900, at=MAY),
        checkout("till", None, [1, 2, 3], at=MAY, payment_intent="pi_till", invoice="in_till"),
    ]


def ads_world() -> list[Row]:
    """Three days of spend in two currencies, one of them restated; a campaign that spends more than its ads."""

    def day(date: str, micros: str, account: str = "1", currency: str = "USD", campaign: str = "10") -> Row:
        return ad_day(
            {
                "customer": {"id": account, "currencyCode": currency, "timeZone": "America/New_York"},
                "campaign": {"id": campaign, "name": "Brand"},
                "adGroup": {"id": "100", "name": "Exact"},
                "adGroupAd": {"ad": {"id": "1000"}},
                "metrics": {"costMicros": micros, "impressions": "7", "clicks": "3"},
                "segments": {"date": date},
            }
        )

    def of_campaign(date: str, micros: str, campaign: str = "10") -> Row:
        ads = day(date, micros, campaign=campaign).data
        return ad_day({name: part for name, part in ads.items() if not name.startswith("adGroup")})

    read_again = "2026-01-09T12:00:00+00:00"
    first, vanishing = day("2026-01-01", "10000000"), day("2026-01-03", "999", campaign="12")
    return [
        replace(first, table="raw_google_ads.accounts", id="1", data={"customer": first.data["customer"]}),
        replace(before(first, read_again), version=first.version),
        replace(day("2026-01-01", "12345000"), version=version(read_again)),
        replace(before(vanishing, read_again), version=vanishing.version),
        replace(vanishing, is_deleted=True, version=version(read_again)),
        day("2026-01-02", "5000"),
        day("2026-01-02", "1500000", "2", "JPY"),
        of_campaign("2026-01-01", "12345000"),
        of_campaign("2026-01-02", "8000"),
        of_campaign("2026-01-02", "70000", campaign="11"),
    ]


def everything() -> list[Row]:
    """All of it."""
    paying = orders_world() + matching_world() + former_addresses_world() + disputes_world() + checkouts_world()
    paying += named_contacts_world() + deletions_world() + second_crm_world() + money_world()
    return closed(paying) + tags_world() + ads_world()
