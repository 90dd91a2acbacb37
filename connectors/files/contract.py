"""The column contracts as a table to read: connectors/files/README.md holds it, and a test compares.

Does not belong here: the columns themselves (`tables.py`).
"""

from connectors.files.columns import KINDS, Column
from connectors.files.tables import TABLES, FileTable


def columns_table() -> str:
    """Every table's columns in Markdown; needed ones are bold, and the id is what tells two records apart."""
    return "\n\n".join([*(_section(table) for table in TABLES), _kinds()])


def _section(table: FileTable) -> str:
    key = ", ".join(f"`{name}`" for name in table.key)
    needs = f"; one of {', '.join(f'`{name}`' for name in table.one_of)} is needed" if table.one_of else ""
    heading = f"### {table.name}\n\n{table.description} Its id: {key}{needs}."
    return "\n".join([heading, "", "| column | kind | |", "| --- | --- | --- |", *map(_row, table.columns)])


def _row(column: Column) -> str:
    name = f"**`{column.name}`**" if column.is_required else f"`{column.name}`"
    kind = ", ".join(f"`{word}`" for word in column.allowed) or column.kind
    return f"| {name} | {kind} | {column.description} |"


def _kinds() -> str:
    rows = [f"| {kind} | {meaning} |" for kind, meaning in KINDS.items() if kind != "word"]
    return "\n".join(["### Kinds", "", "| kind | is written |", "| --- | --- |", *rows])
