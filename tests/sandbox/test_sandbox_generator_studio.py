"""Whether the world the tests carry is what the generator writes today."""

from pathlib import Path

from tests.worlds.write_studio import STUDIO, write


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_studio_is_what_its_script_writes(tmp_path):
    """Red after a change of the generator: run `python tests/worlds/write_studio.py`."""
    write(tmp_path / "studio")
    written, carried = contents(tmp_path / "studio"), contents(STUDIO)
    assert written.keys() == carried.keys()
    assert [name for name in written if written[name] != carried[name]] == []


def test_so_small_a_world_still_holds_every_kind():
    def lines(name: str) -> list[str]:
        return (STUDIO / name).read_text().splitlines()[1:]

    orders = [line.split(",") for line in lines("truth/files_orders.csv")]
    assert {"paid", "refunded", "partially_refunded", "failed", "open"} <= {order[5] for order in orders}
    assert sum(order[-2] == "1" for order in orders) >= 2
    assert any(not order[3] for order in orders)
    assert any(line.endswith(",1") for line in lines("truth/page_views.csv"))
    assert len({line.split(",")[0] for line in lines("truth/list_memberships.csv")}) == 6
    assert len(lines("hubspot/deals.jsonl")) >= 3
