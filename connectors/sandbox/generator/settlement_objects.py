"""Stripe's objects of the account's balance in the current shape: balance transaction, payout, dispute.

Factories only; amounts in minor units, times in Unix seconds. When money moves is decided in `till.py`, `disputes.py`
and `balance.py`.
"""

from collections.abc import Sequence
from typing import Any

Object = dict[str, Any]
_DAY = 86_400
_EVIDENCE = (
    "access_activity_log", "billing_address", "cancellation_policy", "cancellation_policy_disclosure",
    "cancellation_rebuttal", "customer_communication", "customer_email_address", "customer_name",
    "customer_purchase_ip", "customer_signature", "duplicate_charge_documentation", "duplicate_charge_explanation",
    "duplicate_charge_id", "product_description", "receipt", "refund_policy", "refund_policy_disclosure",
    "refund_refusal_explanation", "service_date", "service_documentation", "shipping_address", "shipping_carrier",
    "shipping_date", "shipping_documentation", "shipping_tracking_number", "uncategorized_file",
    "uncategorized_text",
)  # fmt: skip


def available_on(created: int) -> int:
    """When money that moves at `created` can be paid out, and when a payout of that time arrives."""
    return (created // _DAY + 2) * _DAY


def balance_transaction(
    id_: str, created: int, amount: int, fee: int, currency: str, *, source: str, type_: str, settled_by: int,
    category: str = "", description: str | None = None,
) -> Object:  # fmt: skip
    """Money into or out of the account's balance; available two days later, seen at `settled_by`.

    `category` is the reporting category where that is not the type.
    """
    available = available_on(created)
    why = "Dispute fee" if type_ == "adjustment" else "Stripe processing fees"
    details = [{"amount": fee, "application": None, "currency": currency, "description": why, "type": "stripe_fee"}]
    return {
        "id": id_, "object": "balance_transaction", "amount": amount, "available_on": available,
        "balance_type": "payments", "created": created, "currency": currency, "description": description,
        "exchange_rate": None, "fee": fee, "fee_details": details if fee else [], "net": amount - fee,
        "reporting_category": category or type_, "source": source,
        "status": "available" if available <= settled_by else "pending", "type": type_,
    }  # fmt: skip


def payout(
    id_: str, created: int, amount: int, currency: str, *, transaction: str, automatic: bool, seen_at: int
) -> Object:
    """A payout to the shop's bank, which arrives two days later; as it stands at `seen_at`."""
    arrival = available_on(created)
    arrived = arrival <= seen_at
    return {
        "id": id_, "object": "payout", "amount": amount, "application_fee": None, "application_fee_amount": None,
        "arrival_date": arrival, "automatic": automatic, "balance_transaction": transaction, "created": created,
        "currency": currency, "description": "STRIPE PAYOUT", "destination": f"ba_1Sbx{currency.upper()}",
        "failure_balance_transaction": None, "failure_code": None, "failure_message": None, "livemode": True,
        "metadata": {}, "method": "standard", "original_payout": None, "payout_method": None,
        "reconciliation_status": "completed" if automatic else "not_applicable", "reversed_by": None,
        "source_type": "card", "statement_descriptor": None, "status": "paid" if arrived else "in_transit",
        "trace_id": None, "type": "bank_account",
    }  # fmt: skip


def dispute(
    id_: str, created: int, amount: int, currency: str, *, charge: str, intent: str | None, status: str,
    transactions: Sequence[Object], reason: str = "fraudulent", due_by: int | None = None, countered: bool = False,
) -> Object:  # fmt: skip
    """A dispute with the transactions that withdrew the money and, when won, gave it back; an inquiry has none.

    `countered` says that evidence was handed in, `due_by` until when it is or was wanted.
    """
    is_inquiry = status.startswith("warning")
    return {
        "id": id_, "object": "dispute", "amount": amount,
        "balance_transaction": transactions[0]["id"] if transactions else None,
        "balance_transactions": list(transactions), "charge": charge, "created": created, "currency": currency,
        "enhanced_eligibility_types": [], "evidence": {**dict.fromkeys(_EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": due_by, "enhanced_eligibility": {}, "has_evidence": countered, "past_due": False,
            "submission_count": int(countered),
        },
        "is_charge_refundable": is_inquiry, "livemode": True, "metadata": {}, "payment_intent": intent,
        "payment_method_details": {
            "card": {
                "brand": "visa", "case_type": "inquiry" if is_inquiry else "chargeback", "network_reason_code": "10.4",
            },
            "type": "card",
        },
        "reason": reason, "status": status,
    }  # fmt: skip
