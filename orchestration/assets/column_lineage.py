"""From which columns each column of a model is made, read from the SQL that dbt compiled, as Dagster's column lineage.

    compiled SQL + columns of its parents ──sqlglot──► column ← (asset, column), …   kept by what it was read from

Belongs here: that, where the SQL tells it; what it does not tell is left out. Does not: lineage between whole tables,
which dbt's graph gives (`translators.py`).
dagster-dbt can do the same (`fetch_column_metadata`), a column at a time: 50 seconds of processor where this takes 4,
and nothing at the next build.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import sqlglot
from dagster import AssetKey, TableColumnDep, TableColumnLineage
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import Node, lineage
from sqlglot.optimizer import build_scope, qualify

DIALECT = "postgres"
MOST_KEPT = 2_000
"""Readings in the file: a few versions of the project."""

Columns = Mapping[str, Sequence[tuple[str, str]]]
"""From which columns, as (schema.table, column), each column is made."""


@dataclass
class ColumnLineage:
    """The column lineage of one build's models; `key` gives the asset of a node of dbt's manifest (`project`).

    `target` is the folder in which dbt leaves what it compiled, and in which this is kept.
    """

    project: Mapping[str, Any]
    db: psycopg.Connection
    key: Callable[[Mapping[str, Any], str], AssetKey]
    target: Path
    _columns: dict[str, Sequence[str]] = field(default_factory=dict)
    _found: dict[str, Columns] = field(default_factory=dict)
    _is_new: bool = False

    def __post_init__(self) -> None:
        """Take up what earlier builds read; without it everything is read again."""
        with suppress(FileNotFoundError, ValueError):
            self._found = json.loads(self._kept.read_text())

    def of(self, unique_id: str) -> TableColumnLineage | None:
        """A model's, once it is built; none when its SQL does not tell."""
        node = self.project["nodes"][unique_id]
        file = self.target / "compiled" / node["package_name"] / node["original_file_path"]
        if not file.exists():
            return None
        parents = {self._relation(parent): parent for parent in node["depends_on"]["nodes"]}
        columns = {relation: self._columns_of(relation) for relation in parents}
        text = file.read_text()
        read_from = hashlib.blake2b(repr((text, sorted(columns.items()))).encode(), digest_size=16).hexdigest()
        if (found := self._found.pop(read_from, None)) is None:
            found, self._is_new = read(text, columns), True
        self._found[read_from] = found  # last: what was used least lately is dropped first
        keys = {relation: self.key(self.project, parent) for relation, parent in parents.items()}
        deps = {  # a raw table and its past are one asset
            column: [TableColumnDep(key, name) for key, name in sorted({(keys[one], name) for one, name in made_of})]
            for column, made_of in found.items()
        }
        return TableColumnLineage({column: made_of for column, made_of in deps.items() if made_of}) if deps else None

    def keep(self) -> None:
        """Keep what was read for the next build."""
        if self._is_new:
            self._kept.write_text(json.dumps(dict([*self._found.items()][-MOST_KEPT:])))

    @property
    def _kept(self) -> Path:
        return self.target / "column_lineage.json"

    def _relation(self, unique_id: str) -> str:
        """Without the database, of which the manifest may know another."""
        node = self.project["nodes"].get(unique_id) or self.project["sources"][unique_id]
        return f"{node['schema']}.{node.get('alias') or node['identifier']}"

    def _columns_of(self, relation: str) -> Sequence[str]:
        if relation not in self._columns:
            rows = self.db.execute(
                "select attname from pg_attribute"
                " where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped order by attnum",
                [relation],
            ).fetchall()
            self._columns[relation] = [name for (name,) in rows]
        return self._columns[relation]


def read(text: str, parents: Mapping[str, Collection[str]]) -> Columns:
    """From which columns of `parents` (schema.table: its columns) each column is made; {} if it cannot be told."""
    schema: dict[str, Any] = defaultdict(dict)
    for relation, columns in parents.items():
        place, _, name = relation.partition(".")
        if columns:
            schema[place][name] = dict.fromkeys(columns, "text")
    try:
        query = sqlglot.parse_one(text, dialect=DIALECT)
        for table in query.find_all(exp.Table):
            table.set("catalog", None)
        _read_through_functions(query)
        whole = qualify.qualify(
            query,
            dialect=DIALECT,
            schema=schema,
            identify=False,
            allow_partial_qualification=True,
            validate_qualify_columns=False,
        )
        found = lineage(None, whole, schema, dialect=DIALECT, scope=build_scope(whole), trim_selects=False, copy=False)
    except (SqlglotError, ValueError):
        return {}
    return {column: sorted(_leaves(node, parents)) for column, node in found.items() if column != "*"}


def _read_through_functions(query: exp.Expr) -> None:
    """What `from f(x) as element` gives is made of what `f` takes: each `element` is written as `f(x)`."""
    for source in [*query.find_all(exp.Lateral, exp.Table)]:
        alias, select = source.args.get("alias"), source.parent_select
        if not (isinstance(source.this, exp.Func) and alias and select):
            continue
        names = {column.name for column in alias.columns} or {alias.name}
        for column in [*select.find_all(exp.Column)]:
            if column.name in names and column.table in ("", alias.name):
                column.replace(source.this.copy())
        reads_nothing_else = source.parent is select.args["from_"] and not select.args.get("joins")
        if reads_nothing_else and isinstance(select.parent, exp.Subquery) and not select.parent.alias:
            select.parent.replace(select.expressions[0].unalias())


def _leaves(node: Node, parents: Mapping[str, Collection[str]]) -> set[tuple[str, str]]:
    found = set()
    for one in node.walk():
        table = one.expression.find(exp.Table)
        if not one.downstream and table is not None:
            found.add((f"{table.db}.{table.name}", one.name.rpartition(".")[2].strip('"')))
    return {(relation, column) for relation, column in found if column in parents.get(relation, ())}
