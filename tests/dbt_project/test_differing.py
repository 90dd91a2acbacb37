"""Of what a build made, rows that differ from what stands are written, and no others.

Belongs here: the comparison, on small tables. Does not: what models make (`test_incremental_builds.py`).
"""

from collections.abc import Iterator

import psycopg
import pytest

from tests.dbt_project.dbt_runs import Built, Db, connected

STANDING = "create temporary table standing (day date, id text, amount numeric(9, 2), primary key (day, id))"
ROWS = [("2026-01-01", "as it was", "1.25"), ("2026-01-01", "other amount", "2"), ("2026-01-02", "gone", "3")]


@pytest.fixture
def db(reported: Built) -> Iterator[Db]:
    """A session with a table that holds what a former build made."""
    with connected(reported.url) as session:
        session.execute(STANDING)
        session.cursor().executemany("insert into standing values (%s, %s, %s)", ROWS)
        yield session


def take_over(db: Db, rows: list[tuple[str, str, str | None]], within: str = "true") -> None:
    """As after a build that made these rows; amounts are not rounded yet, and columns stand in another order."""
    db.execute("create temporary table made (id text, amount numeric, day date)")
    db.cursor().executemany("insert into made (day, id, amount) values (%s, %s, %s)", rows)
    db.execute("call building.take_over_differences('made', 'standing', %s)", [within])


def rows_of(db: Db) -> list[tuple[str, str | None, str]]:
    rows = db.execute("select id, cast(amount as text) as amount, cast(xmin as text) as born from standing order by id")
    return [(row["id"], row["amount"], row["born"]) for row in rows]


def test_rows_that_differ_leave_and_come_and_equal_ones_stay_as_they_stand(db: Db) -> None:
    born = {row[0]: row[2] for row in rows_of(db)}
    news = [("2026-01-01", "as it was", "1.2501"), ("2026-01-01", "other amount", None), ("2026-01-02", "new", "4")]
    take_over(db, news)
    assert [row[:2] for row in rows_of(db)] == [("as it was", "1.25"), ("new", "4.00"), ("other amount", None)]
    assert [row[0] for row in rows_of(db) if row[2] == born.get(row[0])] == ["as it was"]


def test_what_was_made_of_a_part_leaves_the_rest_alone(db: Db) -> None:
    take_over(db, [("2026-01-01", "as it was", "1.25")], within="day = '2026-01-01'")
    assert [row[0] for row in rows_of(db)] == ["as it was", "gone"]


@pytest.mark.parametrize("amounts", [("1.25", "9"), ("8", "9"), ("1.25", "1.25")])
def test_two_rows_of_one_key_are_refused_whichever_stands(db: Db, amounts: tuple[str, str]) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        take_over(db, [("2026-01-01", "as it was", amount) for amount in amounts])


@pytest.mark.parametrize(
    "filled_by",
    [
        "call building.take_over_differences('many', 'standing', 'true')",
        "select building.show_differences('many', 'standing', 'day, id, amount', 'day, id')",
    ],
)
def test_a_table_known_as_empty_is_not_read_again_for_each_row_that_fills_it(db: Db, filled_by: str) -> None:
    """A first build before history has landed leaves such tables, and the next has all of history to put into them."""
    db.execute("truncate standing")
    db.execute("analyze standing")
    db.execute("create temporary table many (like standing)")
    db.execute("insert into many select '2026-01-01', n, n from generate_series(1, 5000) as n")
    db.execute("analyze many")
    db.execute("begin")
    db.execute(filled_by)
    db.execute("select pg_stat_force_next_flush()")
    db.execute("commit")
    [read] = db.execute(
        "select count(*) as held, (select heap_blks_hit from pg_statio_user_tables where relid = 'standing'::regclass)"
        " as blocks from standing"
    ).fetchall()
    assert read["held"] == 5_000
    assert read["blocks"] < 5 * 5_000  # some for each row that is written; row by row it was 75,000
