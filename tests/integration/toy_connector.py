"""A vendor nobody knows, connected as CONTRIBUTING says: the text of every file its author writes or adds a line to.

Belongs here: those texts. Does not: what is expected of them (`test_toy_connector.py`).
"""

TABLES = '''"""The toy shop's objects as data. Does not belong here: asking for them (`client.py`)."""

from datetime import UTC, datetime

from connectors.connector import Object, Table


def _created(thing: Object) -> datetime | None:
    return datetime.fromisoformat(thing["made_at"]).astimezone(UTC)


TABLES = (
    Table(
        name="things",
        description="One row per thing on the shelves.",
        identify=lambda thing: str(thing["id"]),
        created=_created,
        remembers=("label",),
    ),
)
'''

CLIENT = '''"""Asking the toy shop: its things, page by page. Does not belong here: what they are (`tables.py`)."""

from collections.abc import Iterator

import requests

from connectors.connector import Connection, Page, Table
from connectors.sync.http import TIMEOUT, fetch, server_time

API_URL = "https://api.toyshop.example"


def pages(connection: Connection, table: Table) -> Iterator[Page]:
    """Every page of the table."""
    url, following = f"{connection.base_url(API_URL)}/{table.name}", 1
    cure = f"Put a key of the toy shop into {connection.variable('api_key')}."
    headers = {"Authorization": f"Bearer {connection.required('api_key')}"}
    while following:
        query = {"page": str(following)}
        body, response = fetch(
            f"{connection.name}/{table.name} (page {following})",
            lambda query=query: requests.get(url, params=query, headers=headers, timeout=TIMEOUT),
            cure,
        )
        yield Page(body[table.name], server_time(response.headers))
        following = body["next"]
'''

SOURCE = '''"""The toy shop as a connector. Run it alone: `python -m connectors toyshop`."""

from datetime import timedelta

from connectors.connector import Connection, Connector, Credential, Opened
from connectors.toyshop.client import pages
from connectors.toyshop.tables import TABLES


def probe(connection: Connection) -> Opened:
    """Ask for one page with the key."""
    next(pages(connection, TABLES[0]))
    return Opened(title="The toy shop")


CONNECTOR = Connector(
    name="toyshop",
    title="Toy shop",
    tables=TABLES,
    credentials=(
        Credential("api_key", "The shop's key."),
        Credential("base_url", "Another server that speaks the shop's API.", is_required=False),
    ),
    cadence=timedelta(hours=1),
    read=pages,
    probe=probe,
    guide=("Ask the shop's keeper for a key.",),
)
'''

README = """# Toy shop

Reads its things whole, every time. Setting: `SOURCES__TOYSHOP__API_KEY`.
"""

SOURCES_YML = """version: 2

sources:
  - name: toyshop
    schema: raw_toyshop
    description: The toy shop's objects as its API returned them, primary key (connection, id).
    tables:
      - name: things
        description: One row per thing.
      - name: things_past
        description: One row per former state of a thing.
"""

STAGING_SQL = """with documents as (
    {{ raw_documents('toyshop', 'things') }}
)

select
    connection,
    id as thing_id,
    {{ json_text('data', 'label') }} as label,
    {{ email_normal_form(json_text('data', 'owner.email')) }} as owner_email_normalized,
    is_deleted,
    created_at
from documents
"""

STAGING_YML = """version: 2

models:
  - name: stg_toyshop__things
    description: One row per thing.
    columns:
      - name: thing_id
        description: The shop's number of it.
        data_tests: [not_null, unique]
"""

NEW_FILES = {
    "connectors/toyshop/__init__.py": '"""The toy shop."""\n',
    "connectors/toyshop/tables.py": TABLES,
    "connectors/toyshop/client.py": CLIENT,
    "connectors/toyshop/source.py": SOURCE,
    "connectors/toyshop/README.md": README,
    "dbt_project/models/staging/toyshop/_sources.yml": SOURCES_YML,
    "dbt_project/models/staging/toyshop/stg_toyshop__things.sql": STAGING_SQL,
    "dbt_project/models/staging/toyshop/stg_toyshop__things.yml": STAGING_YML,
}
"""By path: what is new."""

ADDED_LINES = {
    "connectors/registry.py": (
        (
            "\nCONNECTORS: tuple[Connector, ...] = (",
            "from connectors.toyshop.source import CONNECTOR as TOYSHOP\n\n"
            "CONNECTORS: tuple[Connector, ...] = (TOYSHOP, ",
        ),
    ),
    "pyproject.toml": (
        (
            'other"\ntype = "independence"\nmodules = [\n',
            'other"\ntype = "independence"\nmodules = [\n    "connectors.toyshop",\n',
        ),
    ),
    ".env.example": (("# --- Account settings", "SOURCES__TOYSHOP__API_KEY=\n\n# --- Account settings"),),
}
"""By path: what stands there, and what it becomes."""
