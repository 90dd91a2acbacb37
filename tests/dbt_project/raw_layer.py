"""The raw layer as the connectors land it, filled by hand: vendor objects in, rows of raw_<vendor> out.

What belongs here: tables and rows. What does not: what the objects mean (see `vendor_objects.py`, `worlds.py`).
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

STAGING = Path(__file__).parents[2] / "dbt_project" / "models" / "staging"
TABLES = [
    (schema, table)
    for declared in (file.read_text() for file in sorted(STAGING.glob("*/_sources.yml")))
    for schema in re.findall(r"^    schema: (raw_\w+)$", declared, re.MULTILINE)
    for table in re.findall(r"^      - name: (\w+)$", declared, re.MULTILINE)
]
COLUMNS = """
    connection text not null, id text not null, created_at timestamptz, version bigint, api_version text,
    is_deleted boolean, synced_at timestamptz, data json, _dlt_load_id text,
    content_hash text generated always as (md5(data::text || coalesce(is_deleted, false)::text)) stored,
    primary key (connection, id)
"""
COLUMNS_OF_PAST = """
    connection text, id text, version bigint, replaced_version bigint, is_deleted boolean, synced_at timestamptz,
    content_hash text, data json, primary key (connection, id, version)
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
    version: int = 1
    replaced_version: int | None = None  # of a former state, which lands in the table's _past


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


def kit(table: str, data: dict[str, Any], row_id: str, created_at: str = "2026-03-01T00:00:00+00:00") -> Row:
    """A Kit object."""
    return Row(f"raw_kit.{table}", "kit", row_id, datetime.fromisoformat(created_at), data)


def listed(list_id: str, contact_id: str, added_at: str, removed_at: str | None = None) -> Row:
    """A membership of a HubSpot list as it stands; a removed one is a tombstone."""
    data = {"listId": list_id, "recordId": contact_id, "membershipTimestamp": added_at}
    row_id, added, seen = f"{list_id}/{contact_id}", datetime.fromisoformat(added_at), version(removed_at or added_at)
    return Row("raw_hubspot.list_memberships", "hubspot", row_id, added, data, removed_at is not None, seen)


def before(row: Row, until: str, data: dict[str, Any] | None = None, is_deleted: bool = False) -> Row:
    """What a row said until it was overwritten, last seen a moment before; without data, the same as now."""
    ended = version(until)
    return replace(
        row,
        table=f"{row.table}_past",
        data=row.data if data is None else data,
        is_deleted=is_deleted,
        version=ended - 1,
        replaced_version=ended,
    )


def version(moment: str) -> int:
    """Microseconds since 1970."""
    return int(datetime.fromisoformat(moment).timestamp()) * 1_000_000


def ad_day(data: dict[str, Any]) -> Row:
    """One row of Google's searchStream: an ad's day, or a campaign's."""
    day = data["segments"]["date"]
    parts = [data["customer"]["id"], data["campaign"]["id"]]
    if "adGroupAd" in data:
        parts += [data["adGroup"]["id"], data["adGroupAd"]["ad"]["id"]]
    table = "ad_days" if "adGroupAd" in data else "campaign_days"
    seen = version(f"{day}T12:00:00+00:00")
    row_id = "/".join([*parts, day])
    return Row(f"raw_google_ads.{table}", "google_ads", row_id, datetime.fromisoformat(day), data, version=seen)


def create(db: psycopg.Connection[Any]) -> None:
    """Every raw table a staging model declares, empty."""
    db.execute("create schema ingest")
    db.execute(
        "create table ingest.connections"
        " (connection text primary key, connector text, is_test boolean, synced_at timestamptz, account_id text)"
    )
    for schema in sorted({schema for schema, _ in TABLES}):
        db.execute(f"create schema {schema}")
    for schema, table in TABLES:
        columns = COLUMNS_OF_PAST if table.endswith("_past") else COLUMNS
        db.execute(f"create table {schema}.{table} ({columns})")


def declare(db: psycopg.Connection[Any], connection: str, connector: str, is_test: bool = False) -> None:
    """A connection as the sync writes it down."""
    db.execute("insert into ingest.connections values (%s, %s, %s, now())", (connection, connector, is_test))


def insert(db: psycopg.Connection[Any], rows: Iterable[Row]) -> None:
    """Land rows."""
    for row in rows:
        is_past = row.replaced_version is not None
        extra, value = ("replaced_version", row.replaced_version) if is_past else ("created_at", row.created_at)
        db.execute(
            f"insert into {row.table} (connection, id, {extra}, version, is_deleted, synced_at, data)"
            " values (%s, %s, %s, %s, %s, now(), %s)",
            (row.connection, row.id, value, row.version, row.is_deleted, json.dumps(row.data)),
        )
