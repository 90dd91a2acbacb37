"""What columns are made of, as their SQL says."""

import pytest

from orchestration.assets.column_lineage import read

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
