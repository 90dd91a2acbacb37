"""The raw layer as the connectors land it, filled by hand: vendor objects in, rows of raw_<vendor> out.

What belongs here: tables and rows. What does not: what the objects mean (see `vendor_objects.py`, `worlds.py`).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg

STRIPE = (
    "customers",
    "payment_intents",
    "charges",
    "refunds",
    "balance_transactions",
    "invoices",
    "invoice_payments",
    "subscriptions",
    "prices",
    "products",
    "accounts",
    "coupons",
    "promotion_codes",
    "discounts",
    "tax_rates",
    "invoice_items",
    "disputes",
    "checkout_sessions",
    "credit_notes",
    "payouts",
    "payout_transactions",
    "events",
)
TABLES = [("raw_stripe", table) for table in STRIPE] + [("raw_hubspot", "contacts"), ("raw_google_ads", "ad_days")]
COLUMNS = """
    connection text not null, id text not null, created_at timestamptz, version bigint, api_version text,
    is_deleted boolean, synced_at timestamptz, data json, _dlt_load_id text, primary key (connection, id)
"""


@dataclass(frozen=True)
class Row:
    """One raw row: where it lands and the vendor's whole object."""

    table: str
    connection: str
    id: str
    created_at: datetime
    data: dict[str, Any] = field(repr=False)
    is_deleted: bool = False


def stripe(table: str, data: dict[str, Any], connection: str = "stripe", is_deleted: bool = False) -> Row:
    """A Stripe object; `created` is its time in seconds since 1970."""
    return Row(
        f"raw_stripe.{table}",
        connection,
        data["id"],
        datetime.fromtimestamp(data["created"], UTC),
        data,
        is_deleted,
    )


def contact(data: dict[str, Any], connection: str = "hubspot") -> Row:
    """A HubSpot contact."""
    return Row("raw_hubspot.contacts", connection, data["id"], datetime.fromisoformat(data["createdAt"]), data)


def ad_day(data: dict[str, Any]) -> Row:
    """One row of Google's searchStream."""
    day = data["segments"]["date"]
    parts = (data["customer"]["id"], data["campaign"]["id"], data["adGroup"]["id"], data["adGroupAd"]["ad"]["id"], day)
    return Row("raw_google_ads.ad_days", "google_ads", "/".join(parts), datetime.fromisoformat(day), data)


def create(db: psycopg.Connection[Any]) -> None:
    """All raw tables, empty."""
    db.execute("create schema ingest")
    db.execute(
        "create table ingest.connections"
        " (connection text primary key, connector text, is_test boolean, synced_at timestamptz)"
    )
    for schema in sorted({schema for schema, _ in TABLES}):
        db.execute(f"create schema {schema}")
    for schema, table in TABLES:
        db.execute(f"create table {schema}.{table} ({COLUMNS})")


def declare(db: psycopg.Connection[Any], connection: str, connector: str, is_test: bool = False) -> None:
    """A connection as the sync writes it down."""
    db.execute("insert into ingest.connections values (%s, %s, %s, now())", (connection, connector, is_test))


def insert(db: psycopg.Connection[Any], rows: Iterable[Row]) -> None:
    """Land rows."""
    for row in rows:
        db.execute(
            f"insert into {row.table} (connection, id, created_at, version, is_deleted, synced_at, data)"
            " values (%s, %s, %s, 1, %s, now(), %s)",
            (row.connection, row.id, row.created_at, row.is_deleted, json.dumps(row.data)),
        )
