"""What columns are made of, as their SQL says."""

import json
from pathlib import Path
from unittest.mock import Mock

import pytest
from dagster import AssetKey, TableColumnDep

from orchestration.assets import column_lineage
from orchestration.assets.column_lineage import ColumnLineage, read

ORDERS = {"marts.orders": ["id", "person", "amount", "data"], "marts.persons": ["id", "name"]}


@pytest.mark.parametrize(
    ("query", "made_of"),
    [
        ("select amount from marts.orders", {"amount": [("marts.orders", "amount")]}),
        (
            "with paid as (select person, sum(amount) as total from marts.orders group by 1)"
            " select p.name, paid.total, 'x' as constant from paid join marts.persons as p on p.id = paid.person",
            {"name": [("marts.persons", "name")], "total": [("marts.orders", "amount")], "constant": []},
        ),
        ("select * from marts.persons", {"id": [("marts.persons", "id")], "name": [("marts.persons", "name")]}),
        (
            "select id from marts.orders union all select id from marts.persons",
            {"id": [("marts.orders", "id"), ("marts.persons", "id")]},
        ),
        (
            "select element ->> 'a' as a from marts.orders cross join lateral jsonb_array_elements(data) as element",
            {"a": [("marts.orders", "data")]},
        ),
        (
            "select (select sum(cast(one ->> 'a' as int)) from jsonb_array_elements(o.data) as one) as a, o.id"
            " from marts.orders as o",
            {"a": [("marts.orders", "data")], "id": [("marts.orders", "id")]},
        ),
        (
            "select t.a from (select e ->> 'a' as a from jsonb_array_elements('[]') as e) as t",
            {"a": []},
        ),
        ('select amount from "some_database"."marts"."orders"', {"amount": [("marts.orders", "amount")]}),
        ("select elsewhere.x from other.elsewhere", {"x": []}),
    ],
)
def test_each_column_is_made_of_what_the_query_takes(query: str, made_of: dict[str, list[tuple[str, str]]]) -> None:
    assert read(query, ORDERS) == made_of


def test_a_query_that_cannot_be_read_tells_nothing() -> None:
    assert read("select from where", ORDERS) == {}


def test_the_readings_that_were_used_least_lately_are_dropped_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(column_lineage, "MOST_KEPT", 2)
    parent = {"schema": "raw_shop", "identifier": "orders"}
    models = {name: _model(tmp_path, name) for name in ("first", "second", "third")}
    project = {"nodes": models, "sources": {"raw": parent}}

    def build(*names: str) -> list[str]:
        """What is read anew in a build of these models."""
        anew: list[str] = []
        monkeypatch.setattr(column_lineage, "read", lambda text, parents: anew.append(text) or read(text, parents))
        lineage = ColumnLineage(project, _columns("id"), lambda *_: AssetKey("orders"), tmp_path)
        for name in names:
            told = lineage.of(name)
            assert told is not None
            assert told.deps_by_column == {name: [TableColumnDep(AssetKey("orders"), "id")]}
        lineage.keep()
        return [text.split()[3] for text in anew]

    assert build("first", "second") == ["first", "second"]
    assert build("first", "third") == ["third"]
    assert len(json.loads((tmp_path / "column_lineage.json").read_text())) == 2
    assert build("first", "third") == []
    assert build("second") == ["second"]


def _model(target: Path, name: str) -> dict[str, object]:
    compiled = target / "compiled" / "shop" / f"{name}.sql"
    compiled.parent.mkdir(parents=True, exist_ok=True)
    compiled.write_text(f"select id as {name} from raw_shop.orders")
    node = {"schema": "marts", "alias": name, "package_name": "shop", "original_file_path": f"{name}.sql"}
    return {**node, "depends_on": {"nodes": ["raw"]}}


def _columns(*names: str) -> Mock:
    """A database in which every table has these columns."""
    return Mock(**{"execute.return_value.fetchall.return_value": [(name,) for name in names]})
