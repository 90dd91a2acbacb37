"""A build reads raw as it stood when the build began, though syncs go on: no sale without the contact who made it."""

from collections.abc import Callable

from connectors import warehouse_address
from orchestration.assets import raw_snapshot
from tests.dbt_project import raw_layer
from tests.dbt_project.dbt_runs import Db, Dbt, connected
from tests.dbt_project.report_worlds import at, view
from tests.dbt_project.vendor_objects import paid, person

STAGING = ("build", "--select", "path:models/staging", "path:seeds", "--exclude-resource-types", "unit_test", "test")


def news(db: Db, key: str) -> None:
    """What a sync may write: rows that are new, one that is overwritten, one that is gone, another account."""
    email = f"{key}@example.com"
    rows = [person(f"9{key}", email, at("04-01T10:00")), *paid(key, 4700, at=at("04-02T10:00"), email=email)]
    raw_layer.insert(db, [*rows, view(f"v{key}", at("04-01T09:00"), email)])
    overwrite = "update raw_stripe.charges set version = version + 1, data = '{}' where id like 'ch_again%'"
    assert db.execute(overwrite).rowcount > 0
    db.execute("delete from raw_hubspot.contacts where id = (select min(id) from raw_hubspot.contacts)")
    raw_layer.declare(db, f"stripe@{key}", "stripe")


def staged(db: Db) -> dict[str, str]:
    """A hash of the rows of each table in staging; views say what raw is now, and are left out."""
    query = "select relname from pg_class where relnamespace = 'staging'::regnamespace and relkind = 'r'"
    return {
        table["relname"]: str(
            db.execute(
                f"select md5(string_agg(t::text, '|' order by t::text)) as hash from staging.{table['relname']} as t"
            ).fetchone()
        )
        for table in db.execute(query).fetchall()
    }


def forget_temporary_schemas(db: Db) -> None:
    """The server makes one for each place that a session can have, when it first needs it, and keeps it."""
    for row in db.execute("select nspname from pg_namespace where nspname ~ '^pg_(toast_)?temp_'").fetchall():
        db.execute(f"drop schema {row['nspname']} cascade")


def make_temporary_schemas(url: str) -> None:
    """Sessions get the places in turn, so that whoever comes next finds one that was made just now."""
    with connected(url) as db:
        [places] = db.execute("select current_setting('max_connections')::int as number").fetchall()
    for _ in range(places["number"]):
        with connected(url) as db:
            db.execute("create temporary table one as select 1")


def run(dbt: Dbt, url: str) -> None:
    result = dbt.run(url, *STAGING)
    assert result.success, [(run.node.name, run.message) for run in result.result if run.status != "success"]


def test_what_is_written_after_a_build_began_comes_with_the_next(new_reported: Callable[[], str], dbt: Dbt) -> None:
    """Over tables that are kept from build to build, and in a build that makes every table for the first time."""
    url = new_reported()
    news_are_in = {
        "stg_stripe__charges",
        "stg_stripe__payment_intents",
        "stg_hubspot__contacts",
        "stg_web_events__page_views",
        "stg_ingest__connections",
        "stg_ingest__raw_counts",
    }
    with connected(url) as db:
        run(dbt, url)
        before = staged(db)
        with raw_snapshot.held(warehouse_address.parse(url)):
            news(db, "1")
            run(dbt, url)
        assert staged(db) == before
        forget_temporary_schemas(db)
        with raw_snapshot.held(warehouse_address.parse(url)):
            make_temporary_schemas(url)
            run(dbt, url)
        after = staged(db)
        changed = {name for name in before if after[name] != before[name]}
        assert news_are_in <= changed

        db.execute("drop schema staging cascade")
        with raw_snapshot.held(warehouse_address.parse(url)):
            news(db, "2")
            run(dbt, url)
        assert staged(db) == after
