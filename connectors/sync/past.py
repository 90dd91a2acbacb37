"""What raw rows said before they were overwritten, of the parts that matter later: former emails, tags, spend.

    update of raw_<connector>.<table> ──trigger──► raw_<connector>.<table>_past

A trigger keeps the former state in the statement that replaces it, so no crash comes between the two. Only the parts
in `Table.remembers` are kept, and only when one of them, or the tombstone, changes; rows are never updated.
Does not belong here: what a former state means (staging).
"""

import psycopg
from psycopg import sql

from connectors.connector import Table

SUFFIX = "_past"

COLUMNS = {
    "connection": ("text not null", "The connected account."),
    "id": ("text not null", "The vendor's id of the object."),
    "version": ("bigint not null", "The sight this state was written from, microseconds since 1970."),
    "replaced_version": ("bigint not null", "The sight that replaced it: it was so until then, not including it."),
    "is_deleted": ("boolean not null", "The object was gone at the vendor."),
    "synced_at": ("timestamptz not null", "Start of the sync that had written it (UTC)."),
    "content_hash": ("text not null", "The row's hash while it was so."),
    "data": ("json not null", "The remembered parts of the object, where they stood in it."),
}


def create(db: psycopg.Connection, schema: str, table: Table) -> None:
    """Create the table's `_past` and its trigger, where absent or of other parts than are remembered now."""
    paths = [path.split(".") for path in table.remembers]
    name, function = sql.Identifier(schema, table.name + SUFFIX), sql.Identifier(schema, f"remember_{table.name}")
    body = _body(name, paths)
    held = db.execute("select prosrc from pg_proc where oid = to_regproc(%s)", [f"{schema}.remember_{table.name}"])
    if (row := held.fetchone()) and row[0] == body.as_string(db):
        return
    with db.transaction():
        columns = [sql.SQL("{} {}").format(sql.Identifier(c), sql.SQL(kind)) for c, (kind, _) in COLUMNS.items()]
        db.execute(
            sql.SQL("create table if not exists {} ({}, primary key (connection, id, version))").format(
                name, sql.SQL(", ").join(columns)
            )
        )
        comment = f"One row per state of {schema}.{table.name} that was overwritten, its remembered parts only."
        db.execute(sql.SQL("comment on table {} is {}").format(name, sql.Literal(comment)))
        for column, (_, text) in COLUMNS.items():
            db.execute(sql.SQL("comment on column {}.{} is {}").format(name, sql.Identifier(column), sql.Literal(text)))
        db.execute(
            sql.SQL("create or replace function {}() returns trigger language plpgsql as {}").format(
                function, sql.Literal(body.as_string(db))
            )
        )
        db.execute(
            sql.SQL(
                "create or replace trigger {} after update of is_deleted, data on {} for each row execute function {}()"
            ).format(
                sql.Identifier(f"remember_{table.name}"), sql.Identifier(schema, table.name), function
            )
        )  # fmt: skip


def _body(name: sql.Identifier, paths: list[list[str]]) -> sql.Composed:
    before, after = (
        sql.SQL(", ").join(sql.SQL("{}.data #>> {}").format(sql.SQL(row), sql.Literal(_at(path))) for path in paths)
        for row in ("old", "new")
    )
    return sql.SQL(
        "begin if (old.is_deleted, {}) is distinct from (new.is_deleted, {}) then"
        " insert into {} values (old.connection, old.id, old.version, new.version, old.is_deleted, old.synced_at,"
        " old.content_hash, {}) on conflict do nothing; end if; return null; end"
    ).format(before, after, name, _kept(paths, []))


def _kept(paths: list[list[str]], above: list[str]) -> sql.Composable:
    """The remembered parts below `above`, nested as they were."""
    if paths == [[]]:
        return sql.SQL("old.data #> {}").format(sql.Literal(_at(above)))
    parts: list[sql.Composable] = []
    for key in dict.fromkeys(path[0] for path in paths):
        below = [path[1:] for path in paths if path[0] == key]
        parts += [sql.Literal(key), _kept(below, [*above, key])]
    return sql.SQL("json_build_object({})").format(sql.SQL(", ").join(parts))


def _at(path: list[str]) -> str:
    return "{" + ",".join(path) + "}"
