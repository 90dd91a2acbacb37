"""A scan of a made-up vendor into a real Postgres: whatever breaks, whenever, nothing is lost, nothing read twice."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

import psycopg
import pytest

from connectors.connector import Connection, Connector, Page, Table
from connectors.errors import RetryError, StopError
from connectors.sync import ledger, raw_tables, scan, windows
from connectors.sync.budget import Budget, Limits
from connectors.sync.coverage import FOREVER, gaps
from connectors.sync.landing import Landing, landing
from connectors.sync.scan import CursorGone, Scan, Unreadable
from connectors.sync.spool import Spool
from connectors.sync.windows import HISTORY
from connectors.warehouse import connect, resolve

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PAGE = 10
TOY = Connection("toy")
THINGS, PARTS = (
    Table(name, f"One row per {name}.", lambda o: o.get("id"), lambda o: datetime.fromtimestamp(o["created"], UTC))
    for name in ("things", "parts")
)
CONNECTOR = Connector("toy", "Toy", (THINGS, PARTS), (), timedelta(minutes=1), follow=lambda _: None)


class Vendor:
    """Lists of things and parts, newest first; counts what it is asked, and breaks when told to."""

    def __init__(self, times: list[int]) -> None:
        self.objects = [{"id": f"t{n:05d}", "created": time} for n, time in enumerate(times)]
        self.asked: Counter[tuple[str, int, str | None]] = Counter()
        self.trouble: Callable[[str, str | None], None] = lambda _table, _cursor: None
        self._lock = Lock()

    def read(self, table: Table, since: int, until: int, cursor: str | None) -> Page:
        with self._lock:
            self.trouble(table.name, cursor)
            self.asked[(table.name, until, cursor)] += 1
        listed = sorted(self.objects, key=lambda o: (-o["created"], o["id"]))
        found = [o for o in listed if since <= o["created"] < until]
        if cursor:
            after = next((-o["created"], o["id"]) for o in self.objects if o["id"] == cursor)
            found = [o for o in found if (-o["created"], o["id"]) > after]
        return Page(found[:PAGE], NOON, "v1", len(found) > PAGE)


@pytest.fixture
def times() -> list[int]:
    draw = random.Random(4)
    return [draw.randrange(1_700_000_000, 1_760_000_000) for _ in range(400)] + [1_730_000_000] * 60


@pytest.fixture
def run(warehouse_url: str, tmp_path: Path) -> Iterator[Callable[..., Scan]]:
    def once(
        vendor: Vendor,
        land: Callable[..., object] | None = None,
        tables: tuple[Table, ...] = (THINGS,),
        unsorted: set[str] | None = None,
    ) -> Scan:
        with connect(resolve(), autocommit=True) as db, landing(TOY, resolve(), db, ["things", "parts"]) as landed:
            ledger.create(db)
            raw_tables.create(db, CONNECTOR)
            held = windows.latest(db, TOY, HISTORY)
            opened = {t.name: held.get(t.name) or windows.open_window(db, TOY, t.name, HISTORY, NOON) for t in tables}
            if land:
                landed.land = land.__get__(landed)  # type: ignore[attr-defined,method-assign]
            known = {t.name: t for t in (THINGS, PARTS, *tables)}
            one = Scan(
                "history",
                TOY,
                known,
                opened,
                vendor.read,
                Spool(tmp_path / "spool"),
                landed,
                db,
                datetime.now(UTC),
                Budget(Limits(1e6, 1e6, 100), 1.0),
                unsorted=unsorted or set(),
            )
            for window in one.run().values():
                windows.finish(db, TOY, window)
            return one

    yield once


def held(url: str, table: str = "things") -> set[str]:
    with psycopg.connect(url) as db:
        return {identity for (identity,) in db.execute(f"select id from raw_toy.{table}").fetchall()}


def test_all_of_a_list_lands_and_its_slices_leave_no_gap(run, warehouse_url: str, times: list[int]) -> None:
    vendor = Vendor(times)
    run(vendor)
    assert held(warehouse_url) == {o["id"] for o in vendor.objects}
    with connect(resolve()) as db:
        window = windows.latest(db, TOY, HISTORY)["things"]
        slices = windows.slices(db, window)
    assert window.is_finished
    assert gaps(slices, 0, FOREVER) == []
    assert sum(s.objects for s in slices) == len(times)
    assert sum(s.pages for s in slices) == sum(vendor.asked.values())


@pytest.mark.parametrize("seed", range(2))
def test_a_scan_that_breaks_again_and_again_asks_for_no_page_twice(
    run, warehouse_url: str, times: list[int], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readers fail at some page, landing fails at some package: what was read is in the spool or in the ledger."""
    monkeypatch.setattr(scan, "PACKAGE_BYTES", 20_000)
    vendor, draw = Vendor(times), random.Random(seed)

    def break_after(pages: int) -> None:
        left = iter(range(pages))

        def trouble(_table: str, _cursor: str | None) -> None:
            if next(left, None) is None:
                raise RetryError("the line went dead")

        vendor.trouble = trouble

    def land_once(self: Landing, *args: object, **options: object) -> object:
        if draw.random() < 0.5:
            raise RetryError("the warehouse went away")
        return Landing.land(self, *args, **options)  # type: ignore[arg-type]

    for _ in range(8):
        break_after(draw.randint(1, 15))
        with pytest.raises(RetryError):
            run(vendor, land_once)
    vendor.trouble = lambda _table, _cursor: None
    run(vendor)
    assert held(warehouse_url) == {o["id"] for o in vendor.objects}
    assert max(vendor.asked.values()) == 1, [asked for asked, times_ in vendor.asked.items() if times_ > 1]
    asked = sum(vendor.asked.values())
    run(vendor)
    assert sum(vendor.asked.values()) == asked, "a list that was read was asked for again"


def test_a_list_that_may_not_be_read_is_named_and_the_others_are_read(run, warehouse_url: str, times) -> None:
    vendor = Vendor(times)

    def trouble(table: str, _cursor: str | None) -> None:
        if table == "parts":
            raise Unreadable("toy/parts: not for this key")

    vendor.trouble = trouble
    one = run(vendor, tables=(PARTS, THINGS))
    assert {name: str(error) for name, error in one.refusals.items()} == {"parts": "toy/parts: not for this key"}
    assert (len(held(warehouse_url)), len(held(warehouse_url, "parts"))) == (len(times), 0)
    with connect(resolve()) as db:
        assert not windows.latest(db, TOY, HISTORY)["parts"].is_finished


def test_a_cursor_whose_object_is_gone_starts_its_second_again(run, warehouse_url: str, times: list[int]) -> None:
    vendor, gone = Vendor(times), set()

    def trouble(_table: str, cursor: str | None) -> None:
        if cursor and cursor not in gone and len(gone) < 5:
            gone.add(cursor)
            raise CursorGone(cursor)

    vendor.trouble = trouble
    run(vendor)
    assert len(gone) == 5
    assert held(warehouse_url) == {o["id"] for o in vendor.objects}


def test_a_list_out_of_order_or_unfiltered_is_left_for_a_reading_from_end_to_end(
    run, warehouse_url: str, times: list[int]
) -> None:
    class Shuffled(Vendor):
        def read(self, table: Table, since: int, until: int, cursor: str | None) -> Page:
            at = next((n for n, o in enumerate(self.objects) if o["id"] == cursor), -1) + 1
            return Page(self.objects[at : at + PAGE], NOON, "v1", at + PAGE < len(self.objects))

    for vendor in (Shuffled(times), Shuffled(sorted(times, reverse=True))):  # the second only ignores the filter
        assert run(vendor).unsorted == {"things"}
    run(Shuffled(times), unsorted={"things"})
    assert len(held(warehouse_url)) == len(times)


def test_objects_without_any_time_stop_a_long_list_instead_of_losing_some(run) -> None:
    class Timeless(Vendor):
        def read(self, *_: object) -> Page:
            return Page([{"id": "a", "created": 0}], NOON, "v1", True)

    table = Table("things", "One row per thing.", lambda o: o["id"], lambda _: None)
    with pytest.raises(StopError, match="none of them says when it was created"):
        run(Timeless([]), tables=(table,))
    with pytest.raises(StopError, match="does not advance after a"):
        run(Timeless([]))


def test_a_spool_torn_by_a_power_cut_is_read_again(run, warehouse_url: str, times: list[int], tmp_path: Path) -> None:
    vendor = Vendor(times)

    def never(*_: object, **__: object) -> object:
        raise RetryError("the warehouse went away")

    with pytest.raises(RetryError):
        run(vendor, never)
    pages = sorted((tmp_path / "spool").glob("*.arrow"))
    pages[0].write_bytes(pages[0].read_bytes()[:-20])
    run(vendor)
    assert held(warehouse_url) == {o["id"] for o in vendor.objects}
