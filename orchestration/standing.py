"""How syncing stands: when each connection was last synced, what it cannot read, which histories are still under way.

Belongs here: asking the schema `ingest` and saying it. Does not: the reports' figures (`summary.py`).
"""

from collections import defaultdict

from connectors.registry import CONNECTORS, Warehouse, warehouse


def lines(target: Warehouse) -> list[str]:
    """What there is to say, a line each; nothing for a warehouse that was never synced into."""
    with warehouse.connect(target) as db:
        if db.execute("select to_regclass('ingest.histories')").fetchone() == (None,):
            return []
        synced = db.execute(
            "select connection, is_test, account_id, synced_at at time zone 'UTC' from ingest.connections order by 1"
        ).fetchall()
        denied = db.execute(
            "select connection, table_name from ingest.access where not may_read order by 1, 2"
        ).fetchall()
        going = db.execute(
            "select connection, table_name, started_at at time zone 'UTC', (select coalesce(sum(objects), 0)::bigint"
            " from ingest.windows join ingest.slices using (window_id) where kind = 'history' and finished_at is null"
            " and windows.connection = going.connection and windows.table_name = going.table_name)"
            " from ingest.histories as going where finished_at is null"
            " and not exists (select from ingest.access where not may_read"
            " and access.connection = going.connection and access.table_name = going.table_name) order by 1, 2"
        ).fetchall()
    said = []
    for name, is_test, account, at in synced:
        whose = f" ({account})" if account else ""
        when = f"last synced {at:%Y-%m-%d %H:%M} UTC" if at else "never synced to the end"
        said.append(f"{name}{whose}, {'test' if is_test else 'live'} mode: {when}")
    permissions = {(c.name, table.name): table.permission for c in CONNECTORS for table in c.tables}
    for name, table in denied:
        needed = permissions.get((name.partition("@")[0], table))
        cure = f', which takes the permission "{needed}"' if needed else ""
        said.append(f"Cannot be read: {name}/{table}{cure}")
    unfinished = defaultdict(list)
    for name, table, started, objects in going:
        read = f" ({objects:,} read)" if objects else ""
        unfinished[name, f"{started:%Y-%m-%d %H:%M} UTC"].append(f"{table}{read}")
    said += [
        f"History under way: {name}, since {since}: {', '.join(tables)}; the next sync goes on from there"
        for (name, since), tables in unfinished.items()
    ]
    return said
