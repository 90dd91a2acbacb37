"""The same invoices with lines, landed here and by a plain dlt pipeline with default settings (nested tables)."""

import os
import statistics
import tempfile
from collections.abc import Iterator

from connectors.connector import Object
from tests.bench.landing import invoices, land, per_second, ratio
from tests.bench.surroundings import surroundings
from tests.bench.table import Size, Table


def measure(table: Table, server_url: str, size: Size) -> None:
    """Pairs of both, each into a new database."""
    made = invoices(size.plain_objects)
    ours, plain = [], []
    for _ in range(size.pairs):
        with surroundings(server_url) as url:
            plain.append(per_second(len(made), lambda: _plainly(url, made)))
        with surroundings(server_url) as url:
            ours.append(per_second(len(made), lambda: land(url, made)))
    what = (
        f"against a plain dlt pipeline ({statistics.median(plain):,.0f} objects/s), {len(made):,} invoices with lines"
    )
    table.add(what, ratio(ours, plain), "6 x", "12 x")


def _plainly(url: str, made: list[Object]) -> None:
    import dlt
    from dlt.destinations import postgres

    os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
    os.environ.setdefault("RUNTIME__LOG_LEVEL", "ERROR")

    @dlt.resource(name="invoices")
    def source() -> Iterator[Object]:
        yield from made

    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline("plain", pipelines_dir=folder, destination=postgres(credentials=url), dataset_name="p")
        pipeline.run(source())
