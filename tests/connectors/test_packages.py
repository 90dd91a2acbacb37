"""Load packages that are landed by a process of their own: what it writes, what it says, how it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from connectors import warehouse as warehouses
from connectors.connector import Connection, Connector, Page, Table
from connectors.errors import RetryError
from connectors.sync import ledger, packages, raw_tables, rows
from connectors.sync.landing import landing
from connectors.sync.packages import Packages
from connectors.sync.spool import Spool, Spooled
from connectors.warehouse import resolve

THINGS = Table("things", "One row per thing.", lambda obj: obj.get("id"), lambda _: None)
CONNECTOR = Connector("toy", "Toy", (THINGS,), (), timedelta(hours=1), read=lambda _, __: iter(()))
TOY = Connection("toy")
NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)


@contextmanager
def opened() -> Iterator[Packages]:
    with warehouses.connect(resolve(), autocommit=True) as db, landing(TOY, resolve(), db) as landed:
        ledger.create(db)
        raw_tables.create(db, CONNECTOR)
        with Packages(landed) as opened:
            yield opened


@pytest.fixture
def one(warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Packages]:
    monkeypatch.setattr(packages, "LARGE_BYTES", 0)
    with opened() as ready:
        yield ready


def pages(folder: Path, *names: str | None, hours: int = 0) -> list[Spooled]:
    spool = Spool(folder / "spool")
    spool.remove(spool.pending())
    for name in names:
        spool.put("things", rows.of_page(THINGS, TOY, Page([{"id": name}], NOON + timedelta(hours=hours)), NOON), "w")
    return spool.pending()


def held(url: str) -> set[str]:
    with psycopg.connect(url) as db:
        return {identity for (identity,) in db.execute("select id from raw_toy.things").fetchall()}


def test_it_writes_what_is_new_and_says_what_it_wrote(one: Packages, warehouse_url: str, tmp_path: Path) -> None:
    assert one.land(pages(tmp_path, "a", "b")) == {"things": ["a", "b"]}
    assert one.land(pages(tmp_path, "b", "c", hours=1)) == {"things": ["c"]}
    assert held(warehouse_url) == {"a", "b", "c"}
    count = one._landing.counts["things"]
    assert (count.read, count.written, count.quarantined) == (4, 3, 0)


def test_an_object_without_an_id_is_counted_and_kept_aside(one: Packages, tmp_path: Path) -> None:
    one.land(pages(tmp_path, "a", None))
    assert one._landing.counts["things"].quarantined == 1


def test_what_goes_wrong_there_is_raised_here(one: Packages, warehouse_url: str, tmp_path: Path) -> None:
    with psycopg.connect(warehouse_url, autocommit=True) as db:
        db.execute("alter table raw_toy.things add constraint none check (id <> 'bad') not valid")
    with pytest.raises(RetryError, match=r"toy: loading stopped: .*violates check constraint"):
        one.land(pages(tmp_path, "bad"))


def test_a_process_that_dies_is_an_error_that_says_so(one: Packages, tmp_path: Path) -> None:
    one.land(pages(tmp_path, "a"))
    assert one._process
    one._process.send_signal(signal.SIGKILL)
    with pytest.raises(RetryError, match="toy: the process that loads pages ended with -9"):
        one.land(pages(tmp_path, "b"))


def test_small_packages_need_no_process(warehouse_url: str, tmp_path: Path) -> None:
    with opened() as ready:
        assert ready.land(pages(tmp_path, "a")) == {"things": ["a"]}
        assert ready._process is None


PARENT = """
import sys, time
from pathlib import Path
from connectors.sync import packages
from tests.connectors.test_packages import opened, pages
packages.LARGE_BYTES = 0
with opened() as one:
    one.land(pages(Path(sys.argv[1]), "a"))
    print(one._process.pid, flush=True)
    time.sleep(60)
"""


def test_it_ends_with_its_parent(warehouse_url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        parent.kill()
    for _ in range(200):
        if not is_running(child):
            return
        time.sleep(0.05)
    pytest.fail(f"process {child} is still there 10 s after its parent")


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
