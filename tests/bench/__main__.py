"""`make bench`: what a sync costs, as ratios within one run; `--quick` only shows that every row still runs.

No clock is asserted anywhere: quote the ratios, not the seconds, and on a machine that does nothing else.
Belongs here: the order of the rows. Does not: measuring (a module for each question).
"""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

from connectors import embedded_postgres
from tests.bench import (
    attribution,
    automation,
    changes,
    end_to_end,
    hubspot,
    landing,
    memory,
    plain_dlt,
    reading,
    reports,
)
from tests.bench.table import Size, Table


def main() -> None:
    """Measure and print every row."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=main.__doc__)
    parser.add_argument("--quick", action="store_true", help="tiny sizes: a smoke test, whose figures mean nothing")
    parser.add_argument("--orders", type=int, help="of the businesses that are built; a million is the aim's size")
    parser.add_argument("rows", nargs="*", help="modules to run; all of them unless named")
    asked = parser.parse_args()
    size = Size.quick() if asked.quick else Size()
    if asked.orders:
        size = replace(size, reported_orders=asked.orders, attributed_orders=asked.orders)
    table = Table()
    modules = (reading, landing, end_to_end, plain_dlt, changes, memory, hubspot, attribution, automation, reports)
    names = {module.__name__.rpartition(".")[2]: module for module in modules}
    if asked.quick and not asked.rows:  # whole builds, and servers that start, are no smoke test: ask for them by name
        del names["reports"], names["automation"]
    with tempfile.TemporaryDirectory() as folder:
        server = embedded_postgres.start(Path(folder), throw_away=True)
        try:
            for name, module in names.items():
                if not asked.rows or name in asked.rows:
                    module.measure(table, server.url, size)
        finally:
            embedded_postgres.stop(Path(folder))


if __name__ == "__main__":
    main()
