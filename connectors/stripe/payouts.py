"""Which balance transactions each automatic payout paid out: Stripe says so by asking for a payout's own list.

Belongs here: reading these lists, once a payout. Does not: payouts and balance transactions themselves.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from psycopg import sql

from connectors.connector import Object
from connectors.errors import StopError
from connectors.stripe.client import StripeApi
from connectors.stripe.events import land
from connectors.stripe.tables import StripeTable
from connectors.sync.progress import Progress
from connectors.sync.rows import Sight, version_of
from connectors.sync.scan import Unreadable
from connectors.sync.session import Session

MEMBERS = "payout_transactions"
AT_ONCE, ASKERS = 200, 8
"""Payouts landed together, and asked for at a time."""


def read_members(session: Session, api: StripeApi, tables: Mapping[str, StripeTable]) -> None:
    """Land the members of every automatic payout that has none yet. A refusal is recorded like any table's."""
    transactions = tables["balance_transactions"]
    if MEMBERS not in session.tables:
        return
    if transactions.name in session.denied:
        session.denied[MEMBERS] = session.denied[transactions.name]
        return

    refused: list[StopError] = []

    def read(payout: tuple[str, int]) -> Object | None:
        identity, created = payout
        asked = {"payout": identity}
        try:
            found = api.members(f"{MEMBERS} of {identity}", transactions.path, transactions.path, asked)
        except StopError as error:  # the others' may be shown all the same
            refused.append(error)
            return None
        ids = [member["id"] for member in found]
        return {"id": identity, "object": MEMBERS, "created": created, "balance_transactions": ids}

    waiting = iter(_without_members(session))
    done = 0
    try:
        with ThreadPoolExecutor(ASKERS) as pool:
            while chunk := list(islice(waiting, AT_ONCE)):
                version = version_of(session.synced_at)
                sights = [Sight(obj, version) for obj in pool.map(read, chunk) if obj]
                if not sights:  # none of so many is shown: the rest is not asked for in every sync
                    break
                land(session, tables, {MEMBERS: sights})
                done += len(sights)
                session.on_progress(Progress("payouts' transactions", done))
    except Unreadable as error:
        session.denied[MEMBERS] = str(error)
    if refused:
        session.denied[MEMBERS] = f"{refused[0]} Refused were {len(refused)} payouts' lists."


def _without_members(session: Session) -> Iterator[tuple[str, int]]:
    schema = session.connector.schema
    query = sql.SQL(
        "select id, extract(epoch from created_at)::bigint from {} as payouts"
        " where connection = %s and not is_deleted and data ->> 'automatic' = 'true'"
        " and coalesce(data ->> 'reconciliation_status', 'completed') <> 'in_progress'"  # its list still grows
        " and not exists (select 1 from {} as members"
        " where members.connection = payouts.connection and members.id = payouts.id)"
        " order by created_at desc"
    ).format(sql.Identifier(schema, "payouts"), sql.Identifier(schema, MEMBERS))  # fmt: skip
    yield from session.db.execute(query, [session.connection.name]).fetchall()
