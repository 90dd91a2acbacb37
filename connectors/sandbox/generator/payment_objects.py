"""Stripe's payment objects in the current shape: customer, payment intent, charge, refund.

Factories only; amounts in minor units, times in Unix seconds. What happens to whom is decided in `till.py`.
"""

from typing import Any

Object = dict[str, Any]
_NO_ADDRESS = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}
_DECLINED = {
    "insufficient_funds": "Your card has insufficient funds.",
    "generic_decline": "Your card was declined.",
}


def customer(
    id_: str, created: int, email: str | None, name: str, country: str, currency: str, invoices: int, live: bool,
    discount: Object | None = None,
) -> Object:  # fmt: skip
    """A customer; `invoices` is how many it was sent, `discount` what it has off all of them."""
    return {
        "id": id_, "object": "customer", "address": {**_NO_ADDRESS, "country": country}, "balance": 0,
        "created": created, "currency": currency, "default_source": None, "delinquent": False, "description": None,
        "discount": discount, "email": email, "invoice_prefix": id_[-8:].upper(),
        "invoice_settings": {
            "custom_fields": None, "default_payment_method": None, "footer": None, "rendering_options": None,
        },
        "livemode": live, "metadata": {}, "name": name, "next_invoice_sequence": invoices + 1, "phone": None,
        "preferred_locales": [], "shipping": None, "tax_exempt": "none", "test_clock": None,
    }  # fmt: skip


def payment_intent(
    id_: str, created: int, amount: int, currency: str, *, status: str, customer: str | None, live: bool,
    received: int = 0, capturable: int = 0, latest_charge: str | None = None, receipt_email: str | None = None,
    canceled_at: int | None = None, description: str | None = None, error: str | None = None,
) -> Object:  # fmt: skip
    """A payment intent; `error` is the decline code of its last failed attempt."""
    return {
        "id": id_, "object": "payment_intent", "amount": amount, "amount_capturable": capturable,
        "amount_details": {"tip": {}}, "amount_received": received, "application": None,
        "application_fee_amount": None, "automatic_payment_methods": None, "canceled_at": canceled_at,
        "cancellation_reason": "abandoned" if canceled_at else None,
        "capture_method": "manual" if capturable else "automatic", "client_secret": f"{id_}_secret_sandbox",
        "confirmation_method": "automatic", "created": created, "currency": currency, "customer": customer,
        "customer_account": None, "description": description, "excluded_payment_method_types": None,
        "last_payment_error": _payment_error(error, latest_charge) if error else None,
        "latest_charge": latest_charge, "livemode": live, "managed_payments": {"enabled": False}, "metadata": {},
        "next_action": None, "on_behalf_of": None,
        "payment_method": f"pm_{id_[3:]}" if status in ("succeeded", "requires_capture") else None,
        "payment_method_configuration_details": None, "payment_method_options": {}, "payment_method_types": ["card"],
        "processing": None, "receipt_email": receipt_email, "review": None, "setup_future_usage": None,
        "shipping": None, "source": None, "statement_descriptor": None, "statement_descriptor_suffix": None,
        "status": status, "transfer_data": None, "transfer_group": None,
    }  # fmt: skip


def charge(
    id_: str, created: int, amount: int, currency: str, *, customer: str | None, intent: str | None, live: bool,
    email: str | None, name: str, country: str, receipt_email: str | None, captured: int = 0, refunded: int = 0,
    balance_transaction: str | None = None, decline: str = "", description: str | None = None,
    disputed: bool = False,
) -> Object:  # fmt: skip
    """One attempt to take money: declined when `decline` names a code, else held, and `captured` of it taken."""
    return {
        "id": id_, "object": "charge", "amount": amount, "amount_captured": captured, "amount_refunded": refunded,
        "application": None, "application_fee": None, "application_fee_amount": None,
        "balance_transaction": balance_transaction,
        "billing_details": {
            "address": {**_NO_ADDRESS, "country": country}, "email": email, "name": name, "phone": None,
            "tax_id": None,
        },
        "calculated_statement_descriptor": "SANDBOX SHOP", "captured": captured > 0, "created": created,
        "currency": currency, "customer": customer, "description": description, "disputed": disputed,
        "failure_balance_transaction": None, "failure_code": "card_declined" if decline else None,
        "failure_message": _DECLINED.get(decline), "fraud_details": {}, "livemode": live, "metadata": {},
        "on_behalf_of": None, "outcome": _outcome(decline), "paid": not decline, "payment_intent": intent,
        "payment_method": f"pm_{id_[3:]}", "payment_method_details": _card(amount, country),
        "receipt_email": receipt_email, "receipt_number": None,
        "receipt_url": None if decline else f"https://pay.stripe.com/receipts/payment/{id_}",
        "refunded": captured > 0 and refunded == captured, "review": None, "shipping": None, "source": None,
        "source_transfer": None, "statement_descriptor": None, "statement_descriptor_suffix": None,
        "status": "failed" if decline else "succeeded", "transfer_data": None, "transfer_group": None,
    }  # fmt: skip


def refund(
    id_: str, created: int, amount: int, currency: str, *, charge: str, intent: str | None, status: str,
    balance_transaction: str | None, failure_balance_transaction: str | None, customer: str | None,
) -> Object:  # fmt: skip
    """A refund: succeeded, pending, or failed with the transaction that took the money back."""
    made = {
        "id": id_, "object": "refund", "amount": amount, "balance_transaction": balance_transaction,
        "charge": charge, "created": created, "currency": currency, "customer": customer, "customer_account": None,
        "destination_details": {"card": {"type": "refund"}, "type": "card"}, "metadata": {},
        "payment_intent": intent, "payment_method": f"pm_{charge[3:]}", "reason": "requested_by_customer",
        "receipt_number": None, "source_transfer_reversal": None, "status": status, "transfer_reversal": None,
    }  # fmt: skip
    if failure_balance_transaction:
        made |= {
            "failure_balance_transaction": failure_balance_transaction,
            "failure_reason": "expired_or_canceled_card",
        }
    return made


def _outcome(decline: str) -> Object:
    return {
        "advice_code": "try_again_later" if decline else None, "network_advice_code": None,
        "network_decline_code": "51" if decline == "insufficient_funds" else "05" if decline else None,
        "network_status": "declined_by_network" if decline else "approved_by_network",
        "reason": decline or None, "risk_level": "normal",
        "seller_message": "The bank declined the payment." if decline else "Payment complete.",
        "type": "issuer_declined" if decline else "authorized",
    }  # fmt: skip


def _card(amount: int, country: str) -> Object:
    return {
        "card": {
            "amount_authorized": amount, "authorization_code": None, "brand": "visa",
            "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
            "country": country, "exp_month": 8, "exp_year": 2030, "extended_authorization": {"status": "disabled"},
            "fingerprint": "SandboxCard00001", "funding": "credit",
            "incremental_authorization": {"status": "unavailable"}, "installments": None, "last4": "4242",
            "mandate": None, "multicapture": {"status": "unavailable"}, "network": "visa",
            "network_token": {"used": False}, "network_transaction_id": None,
            "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"}, "regulated_status": None,
            "three_d_secure": None, "transaction_link_id": None, "wallet": None,
        },
        "type": "card",
    }  # fmt: skip


def _payment_error(decline: str, charge_id: str | None) -> Object:
    return {
        "charge": charge_id, "code": "card_declined", "decline_code": decline,
        "doc_url": "https://stripe.com/docs/error-codes/card-declined", "message": _DECLINED.get(decline),
        "type": "card_error",
    }  # fmt: skip
