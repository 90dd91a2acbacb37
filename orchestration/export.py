"""`leadline export`: every table of `marts` and `reports` as a Parquet and a CSV file, for analysts.

Belongs here: streaming tables into files, and the guard of CSV. Does not: what the tables hold (`dbt_project/`).
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import adbc_driver_postgresql.dbapi as adbc
import orjson
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from connectors.registry import ConfigError, Warehouse, alone, warehouse
from orchestration.folder_swap import replacing
from orchestration.resources import BUILD

SCHEMAS = ("marts", "reports")
NOTE = "export.json"
FORMULA = r"^[=+\-@\t\r\n]"
"""What makes a spreadsheet run a text: such a text gets an apostrophe before it."""
_COLUMNS = """
select table_schema, table_name, column_name, numeric_precision, numeric_scale
from information_schema.columns where table_schema = any(%s) order by 1, 2, ordinal_position
"""


@dataclass(frozen=True)
class _Table:
    """A table and the precision and scale of its exact numbers, by column."""

    schema: str
    name: str
    exact: dict[str, tuple[int, int]]

    @property
    def title(self) -> str:
        return f"{self.schema}.{self.name}"


def export(target: Warehouse, folder: Path, only: Sequence[str] = ()) -> dict[str, int]:
    """Write the tables into `folder`, replacing an earlier export there at once; the rows of each, by table.

    Memory does not grow with a table. All tables are of one build, because none runs meanwhile: raises `RetryError`
    while one does, `ConfigError` for a table there is not, and a folder that holds something else.
    """
    rows = {}
    with ExitStack() as held:
        db = held.enter_context(warehouse.connect(target))
        held.enter_context(alone(db, BUILD))
        tables = _chosen(db, only)
        new = held.enter_context(replacing(folder, NOTE))
        cursor = held.enter_context(held.enter_context(adbc.connect(target.url)).cursor())
        for table in tables:
            (new / table.schema).mkdir(exist_ok=True)
            rows[table.title] = _written(cursor, table, new / table.schema / table.name)
        (new / NOTE).write_bytes(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
    return rows


def _chosen(db: psycopg.Connection, only: Sequence[str]) -> list[_Table]:
    """All tables, or those named with or without their schema."""
    columns = db.execute(_COLUMNS, [list(SCHEMAS)]).fetchall()
    exact: dict[tuple[str, str], dict[str, tuple[int, int]]] = {}
    for schema, name, column, precision, scale in columns:
        numbers = exact.setdefault((schema, name), {})
        if scale is not None and scale > 0:
            numbers[column] = (precision, scale)
    tables = [_Table(schema, name, numbers) for (schema, name), numbers in exact.items()]
    if not tables:
        raise ConfigError("The reports were not built yet: run `leadline sync`.")
    known = {name: table for table in tables for name in (table.name, table.title)}
    if unknown := [name for name in only if name not in known]:
        names = ", ".join(table.title for table in tables)
        raise ConfigError(f"There is no table {unknown[0]!r}; there are {names}.")
    return [known[name] for name in dict.fromkeys(only)] or tables


def _written(cursor: adbc.Cursor, table: _Table, path: Path) -> int:
    """Both files of a table, batch by batch."""
    cursor.execute(f'select * from "{table.schema}"."{table.name}"')  # noqa: S608 - names from the catalogue
    reader = cursor.fetch_record_batch()
    schema = pa.schema([_field(field, table.exact) for field in reader.schema])
    rows = 0
    with ExitStack() as files:
        parquet = files.enter_context(pq.ParquetWriter(path.with_suffix(".parquet"), schema, compression="zstd"))
        csv = files.enter_context(pyarrow.csv.CSVWriter(path.with_suffix(".csv"), schema))
        for batch in _batches(reader, schema):
            parquet.write_batch(batch)
            csv.write_batch(_guarded(batch))
            rows += batch.num_rows
    return rows


def _field(field: pa.Field, exact: dict[str, tuple[int, int]]) -> pa.Field:
    """The driver hands exact numbers over as text; the files hold decimals."""
    if field.name in exact:
        return pa.field(field.name, pa.decimal128(*exact[field.name]))
    if isinstance(field.type, pa.BaseExtensionType):
        return pa.field(field.name, field.type.storage_type)
    return field


def _batches(reader: pa.RecordBatchReader, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for batch in reader:
        columns = [_plain(column).cast(field.type) for column, field in zip(batch.columns, schema, strict=True)]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _plain(column: pa.Array) -> pa.Array:
    return column.storage if isinstance(column, pa.ExtensionArray) else column


def _guarded(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch whose texts no spreadsheet takes for a formula; numbers stay numbers, negative ones too."""
    columns = []
    for column in batch.columns:
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            is_formula = pc.match_substring_regex(column, FORMULA)
            column = pc.if_else(is_formula, pc.binary_join_element_wise("'", column, ""), column)
        columns.append(column)
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)
