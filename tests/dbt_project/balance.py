"""The balance of a world that does not tell of it: what every charge and refund moved.

What belongs here: making the money close. What does not: cases about the balance itself (`worlds.py`).
"""

from tests.dbt_project.raw_layer import Row
from tests.dbt_project.vendor_objects import settled


def closed(rows: list[Row]) -> list[Row]:
    """The rows and, for each payment and refund whose balance transaction is missing, one without a fee."""
    held = {row.id for row in rows if row.table == "raw_stripe.balance_transactions"}
    moved_by = {row.data["source"] for row in rows if row.table == "raw_stripe.balance_transactions"}
    added = []
    for row in rows:
        named = row.data.get("balance_transaction")
        if row.id in moved_by or named in held or row.data.get("status") != "succeeded":
            continue
        if row.table == "raw_stripe.charges" and row.data["captured"]:
            added.append(_moved(row, f"of_{row.id}", row.data["amount_captured"]))
        elif row.table == "raw_stripe.refunds" and named:
            added.append(_moved(row, named.removeprefix("txn_"), -row.data["amount"]))
    return rows + added


def _moved(row: Row, key: str, amount: int) -> Row:
    at = row.created_at.isoformat()
    return settled(key, row.id, amount, 0, row.data["currency"], at=at, connection=row.connection)
