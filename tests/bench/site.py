"""The report site over a large business: what its pages take beyond what Postgres takes to answer, how large they are.

Belongs here: that. Does not: what the pages say (`tests/site/`), building the reports (`reports.py`).
"""

import tempfile
import time
from pathlib import Path

import psycopg

from connectors import warehouse_address
from connectors.registry import CONNECTORS, prepare
from orchestration.settings import SiteSettings
from orchestration.site import trust, write
from tests.bench.table import Table


def add_site(table: Table, url: str, of: str) -> None:
    """Write the site over the reports at this URL, twice: the first time Python loads what pages are made with.

    While Postgres answers, this process only waits: what is beyond the queries is its own processor time.
    """
    prepare(CONNECTORS, warehouse_address.parse(url))  # raw rows were written without a sync, whose notes pages read
    settings = SiteSettings("en_US", "USD", "UTC", "last_touch", Path())
    with tempfile.TemporaryDirectory() as folder, psycopg.connect(url, autocommit=True) as db:
        for _ in range(2):
            began, used = time.perf_counter(), time.process_time()
            site = write.write(db, trust.known(db), settings, Path(folder) / "site")
            whole, own = time.perf_counter() - began, time.process_time() - used
    table.add(f"the report site over {of}, beyond its queries", f"{own:.1f} s", "5 s")
    table.add("the same with its queries", f"{whole:.1f} s")
    table.add("its largest page", f"{max(site.pages.values()) / 1000:.0f} kB", "500 kB")
