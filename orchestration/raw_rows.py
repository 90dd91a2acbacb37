"""The raw rows behind a ledger row, with the sync that brought them.

Belongs here: which raw tables a ledger row comes from. Does not: which ledger rows (`explain.py`).
"""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

ADDITION_TABLES = {
    ("hubspot", "list"): "list_memberships",
    ("activecampaign", "tag"): "contact_tags",
    ("activecampaign", "list"): "contact_lists",
    ("activecampaign", "automation"): "contact_automations",
    ("kit", "tag"): "tag_subscriptions",
    ("kit", "form"): "form_subscriptions",
    ("kit", "sequence"): "sequence_subscriptions",
}
ORDER_TABLES = {
    "invoice": "invoices",
    "payment_intent": "payment_intents",
    "charge": "charges",
    "file": "orders",
}
MOVEMENT_TABLES = {"payment": "charges", "refund": "refunds", "dispute": "disputes"}
FILE_MOVEMENT_TABLES = {"payment": "orders", "refund": "refunds"}
MOVEMENTS_OF_AN_ORDER = {
    "charges": "select payment_id as id from marts.fct_payments where connection = %s and order_id = %s",
    "refunds": "select refund_id as id from marts.fct_refunds where connection = %s and order_id = %s",
    "disputes": "select dispute_id as id from marts.fct_disputes where connection = %s and order_id = %s",
}
SUBSCRIPTIONS_OF = {
    "subscription": "select connector, connection, subscription_id from marts.fct_subscriptions"
    " where connection = %(connection)s and subscription_id = %(subscription_id)s",
    "subscriber": "select connector, connection, subscription_id from marts.fct_subscriptions"
    " where subscriber_id = %(subscriber_id)s and currency = %(currency)s order by connection, subscription_id",
}
ORDERS_OF_A_SUBSCRIPTION = (
    "select connector, connection, order_id, order_source from marts.fct_orders"
    " where connection = %(connection)s and subscription_id = %(subscription_id)s order by ordered_at, order_id"
)
CONTACT_TABLES = {"kit": "subscribers"}


@dataclass(frozen=True)
class Reference:
    """One raw row, or those of several possible ids of which one exists."""

    connector: str
    table: str
    connection: str
    ids: tuple[str, ...]


@dataclass(frozen=True)
class RawRow:
    """A raw row as the sync wrote it down."""

    table: str
    connection: str
    id: str
    version: int | None
    synced_at: Any
    dlt_load_id: str | None


def behind(db: psycopg.Connection[dict[str, Any]], kind: str, row: dict[str, Any]) -> list[RawRow]:
    """The raw rows of a ledger row of one kind (`Ledger.raw`)."""
    return [raw for reference in _references(db, kind, row) for raw in _read(db, reference)]


def _references(db: psycopg.Connection[dict[str, Any]], kind: str, row: dict[str, Any]) -> list[Reference]:
    if kind == "order":
        return _of_order(db, row)
    if kind == "movement":
        moved = MOVEMENT_TABLES if row["connector"] == "stripe" else FILE_MOVEMENT_TABLES
        return [Reference(row["connector"], moved[row["kind"]], row["connection"], (row["movement_id"],))]
    if kind == "ad_day":
        tables = ("ad_days", "campaign_days")
        return [Reference(row["connector"], table, row["connection"], _parts(row["ad_day_id"])) for table in tables]
    if kind == "subscription":
        return _of_subscriptions(db, row)
    own = []
    if kind == "view":
        own = [Reference("web_events", "pages", row["connection"], (row["page_view_id"],))]
    if kind == "addition":
        table = ADDITION_TABLES.get((row["connector"], row["tag_kind"]), "contact_tags")
        own = [Reference(row["connector"], table, row["connection"], _parts(row["tag_event_id"]))]
    return own + _of_person(db, row["person_id"])


def _of_person(db: psycopg.Connection[dict[str, Any]], person_id: str) -> list[Reference]:
    contacts = db.execute(
        "select connector, connection, contact_id from marts.dim_contacts where person_id = %s order by created_at",
        (person_id,),
    ).fetchall()
    orders = db.execute(
        "select connector, connection, order_id, order_source from marts.fct_orders"
        " where person_id = %s and not is_duplicate order by ordered_at, order_id",
        (person_id,),
    ).fetchall()
    return [
        *(
            Reference(
                contact["connector"],
                CONTACT_TABLES.get(contact["connector"], "contacts"),
                contact["connection"],
                (contact["contact_id"],),
            )
            for contact in contacts
        ),
        *(reference for order in orders for reference in _of_order(db, order)),
    ]


def _of_order(db: psycopg.Connection[dict[str, Any]], order: dict[str, Any]) -> list[Reference]:
    """The order's own object, and the charges and refunds its amounts come from."""
    connector, connection, order_id = order["connector"], order["connection"], order["order_id"]
    found = {ORDER_TABLES[order["order_source"]]: {order_id}}
    if connector == "stripe":
        for table, query in MOVEMENTS_OF_AN_ORDER.items():
            ids = {row["id"] for row in db.execute(query, (connection, order_id))}
            found[table] = found.get(table, set()) | ids
    return [Reference(connector, table, connection, tuple(sorted(ids))) for table, ids in found.items() if ids]


def _of_subscriptions(db: psycopg.Connection[dict[str, Any]], row: dict[str, Any]) -> list[Reference]:
    """A subscription and its orders, for MRR is that of the bills; of a subscriber, those in the currency."""
    which = "subscription" if row.get("subscription_id") else "subscriber"
    references = []
    for one in db.execute(SUBSCRIPTIONS_OF[which], row).fetchall():
        references.append(Reference(one["connector"], "subscriptions", one["connection"], (one["subscription_id"],)))
        for order in db.execute(ORDERS_OF_A_SUBSCRIPTION, one).fetchall():
            table = ORDER_TABLES[order["order_source"]]
            references.append(Reference(order["connector"], table, order["connection"], (order["order_id"],)))
    return references


def _parts(fact_id: str) -> tuple[str, ...]:
    """What a fact's id is made of: the raw id stands in it, beside a kind, a moment or a word."""
    words = fact_id.split("/")
    spans = ((start, end) for start in range(len(words)) for end in range(start + 1, len(words) + 1))
    return tuple("/".join(words[start:end]) for start, end in spans)


def _read(db: psycopg.Connection[dict[str, Any]], reference: Reference) -> list[RawRow]:
    name = f"raw_{reference.connector}.{reference.table}"
    exists = db.execute("select to_regclass(%s) is not null as does", (name,)).fetchone()
    if not exists or not exists["does"]:
        return []
    rows = db.execute(
        sql.SQL(
            "select connection, id, version, synced_at, _dlt_load_id from {} where connection = %s and id = any(%s)"
            " order by id"
        ).format(sql.Identifier(f"raw_{reference.connector}", reference.table)),
        (reference.connection, list(reference.ids)),
    ).fetchall()
    return [
        RawRow(name, row["connection"], row["id"], row["version"], row["synced_at"], row["_dlt_load_id"])
        for row in rows
    ]
