"""Attribution on generated businesses: what must hold of every one, and of every build after a change."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from orchestration.attribution import markov
from orchestration.attribution.paths import SEPARATOR, count
from tests.attribution.peer import of_the_peer
from tests.attribution.random_paths import HALF_LIFE_HOURS, WINDOW_HOURS, random_paths
from tests.databases import NewDatabase
from tests.dbt_project import attribution_world as world
from tests.dbt_project.attribution_world import Facts, Order, Touch
from tests.dbt_project.dbt_runs import NEW_YORK, Built, Db, Dbt, connected

TABLES = [
    "intermediate.int_attribution_paths", "intermediate.int_attribution_data_credits", "intermediate.int_lead_paths",
    "marts.fct_attributed_revenue", "marts.fct_attributed_leads", "intermediate.int_attribution_days",
    "reports.rpt_attribution_daily", "reports.rpt_ads",
]  # fmt: skip
CHANNELS = ["paid", "email", "social", "search", "direct"]
WEIGHTS = {(model, channel): n / 10 for model in ("markov", "shapley") for n, channel in enumerate(CHANNELS)}
START = datetime(2026, 1, 1, tzinfo=UTC)
WINDOW = 20
TWIN = Order("one twin", "2026-03-01 12:00+00", 1000, "p2", net=1000)
"""One of two orders of a person that are equal, but that something was refunded of the first. Of these two names the
engine's hashes sum to the same when the refund moves; of others they may overflow apart."""


def moment(chance: random.Random) -> str:
    """A moment of half a year; few distinct ones, so that touches and orders tie and stand on the window's edge."""
    return (START + timedelta(hours=12 * chance.randrange(360))).isoformat()


def order(chance: random.Random, number: int, persons: int) -> Order:
    return Order(
        f"o{number}",
        moment(chance),
        chance.choice([0, 1, 2, 99, 100, 10_001, 123_457, -500]),
        chance.choice([None, *(f"p{n}" for n in range(persons))]),
        net=chance.choice([None, 0, 7, -3]),
        currency=chance.choice(["usd", "usd", "jpy"]),
        first_order=chance.choice([None, None, f"o{number % 5}"]),
        number=chance.choice([None, 1, 2]),
    )


def touch(chance: random.Random, number: int, persons: int) -> Touch:
    ad = chance.choice([None, ("google_ads", "10", chance.choice([None, "1000"]))])
    return Touch(
        f"t{number}",
        moment(chance),
        chance.choice(CHANNELS),
        f"p{chance.randrange(persons)}",
        chance.choice(["page_view", "ad_click", "opt_in", "tag"]),
        chance.choice([None, "a", "b"]),
        ad,
    )


def business(chance: random.Random, persons: int = 25, orders: int = 80, touches: int = 160) -> Facts:
    twins = (replace(TWIN, net=400), replace(TWIN, order_id="other twin"))
    return Facts(
        tuple(order(chance, n, persons) for n in range(orders)) + twins,
        tuple(touch(chance, n, persons) for n in range(touches)),
        {f"p{n}": moment(chance) for n in range(persons)},
        WEIGHTS,
    )


def changed(chance: random.Random, facts: Facts, kind: str) -> Facts:
    """The business after one kind of news."""
    orders, touches, leads = list(facts.orders), list(facts.touches), dict(facts.leads or {})
    if kind == "late touches and new orders":
        touches += [touch(chance, 1000 + n, 30) for n in range(10)]
        orders += [order(chance, 1000 + n, 30) for n in range(5)]
    elif kind == "deletions":
        orders, touches = orders[5:], touches[20:]
        leads.pop("p3")
    elif kind == "merged persons":
        orders = [replace(o, person="p0") if o.person == "p1" else o for o in orders]
        touches = [replace(t, person="p0") if t.person == "p1" else t for t in touches]
        leads.pop("p1")
    elif kind == "refunds, healed matches and another channel":
        orders = [replace(o, net=1) if n % 9 == 0 else o for n, o in enumerate(orders)]
        orders = [replace(o, person="p7") if o.person is None and n % 2 else o for n, o in enumerate(orders)]
        touches = [replace(t, channel="affiliate") if n % 11 == 0 else t for n, t in enumerate(touches)]
    elif kind == "a refund that was another order's":
        nets = {"one twin": 1000, "other twin": 400}
        orders = [replace(o, net=nets.get(o.order_id, o.net)) for o in orders]
    elif kind == "other weights":
        return facts.with_(weights={key: 1 - weight for key, weight in WEIGHTS.items()})
    elif kind == "no weights":
        return facts.with_(weights=None)
    return Facts(tuple(orders), tuple(touches), leads, facts.weights)


CHANGES = [
    ("late touches and new orders", {}),
    ("deletions", {}),
    ("merged persons", {}),
    ("a refund that was another order's", {}),
    ("refunds, healed matches and another channel", {}),
    ("other weights", {}),
    ("another window", {"ATTRIBUTION_WINDOW_DAYS": "11"}),
    ("no weights", {}),
]


@pytest.fixture(scope="module")
def attributed(new_database: NewDatabase, unsynced: str, dbt: Dbt) -> Iterator[Built]:
    url = new_database(unsynced)
    with connected(url) as db:
        world.put(db, business(random.Random(5)))
        world.build(dbt, url, ATTRIBUTION_WINDOW_DAYS=str(WINDOW))
        yield Built(url, db)


def bad(db: Db, sql: str) -> list[dict[str, object]]:
    return db.execute(sql).fetchall()


def holds_always(db: Db, window_days: int) -> None:
    """The properties of every business."""
    credited = db.execute("select count(*) as n from marts.fct_attributed_revenue where touchpoint_id is not null")
    assert (credited.fetchone() or {})["n"] > 100
    assert not bad(
        db,
        "select o.order_id, m.model, sum(c.revenue_minor), o.revenue_minor from intermediate.int_attribution_orders o"
        " cross join (select distinct model from marts.fct_attributed_revenue where is_additive) m"
        " left join marts.fct_attributed_revenue c"
        " on c.connection = o.connection and c.order_id = o.order_id and c.model = m.model"
        " group by o.order_id, m.model, o.revenue_minor, o.net_revenue_minor, o.report_revenue_minor"
        " having sum(c.revenue_minor) is distinct from o.revenue_minor"
        " or sum(c.net_revenue_minor) is distinct from o.net_revenue_minor"
        " or sum(c.report_revenue_minor) is distinct from o.report_revenue_minor"
        " or abs(sum(c.weight) - 1) > 1e-9",
    ), "credits sum to the revenue and weights to 1"
    assert not bad(
        db,
        "select c.* from marts.fct_attributed_revenue c join intermediate.int_attribution_orders o using (order_id)"
        f" where c.touched_at > o.path_at or c.touched_at < o.path_at - interval '{window_days} days'",
    ), "no touch after its order or outside the window"
    assert not bad(
        db,
        "select person_id, model from marts.fct_attributed_leads where is_additive group by 1, 2"
        " having abs(sum(weight) - 1) > 1e-9",
    ), "a lead's fractions sum to 1"
    assert not bad(
        db,
        "select date_basis, model, currency, sum(revenue_minor) from reports.rpt_attribution_daily where is_additive"
        " group by 1, 2, 3 having sum(revenue_minor) <> (select sum(revenue_minor) from"
        " intermediate.int_attribution_orders o where o.currency = rpt_attribution_daily.currency)",
    ), "both date bases sum to the revenue"
    assert not bad(
        db,
        "select c.*, abs(c.revenue_minor - c.weight * o.revenue_minor) from marts.fct_attributed_revenue c"
        " join intermediate.int_attribution_orders o using (order_id) where c.is_additive"
        " and abs(c.revenue_minor - c.weight * o.revenue_minor) >= 1.000001",
    ), "rounding moves no credit by a whole unit"
    assert not bad(db, "select credit_id from marts.fct_attributed_revenue group by 1 having count(*) > 1")


def test_credits_close_and_stay_inside_the_window(attributed: Built) -> None:
    holds_always(attributed.db, WINDOW)


def test_incremental_builds_equal_a_full_refresh_row_for_row(attributed: Built, dbt: Dbt) -> None:
    """After each of these changes; and the next one comes upon what the last incremental build left."""
    chance = random.Random(6)
    facts = business(random.Random(5))
    settings = {"ATTRIBUTION_WINDOW_DAYS": str(WINDOW)}
    for kind, other_settings in CHANGES:
        facts, settings = changed(chance, facts, kind), settings | other_settings
        world.put(attributed.db, facts)
        kept = rows_of(attributed.db)
        world.build(dbt, attributed.url, **settings)
        incremental = world.everything(attributed.db, TABLES)
        if not other_settings:
            assert kept & rows_of(attributed.db), f"{kind}: nobody's paths were kept, so nothing was incremental"
        holds_always(attributed.db, int(settings["ATTRIBUTION_WINDOW_DAYS"]))
        world.build(dbt, attributed.url, "--full-refresh", **settings)
        assert world.everything(attributed.db, TABLES) == incremental, kind


def test_sums_follow_paths_that_were_built_without_them(attributed: Built, dbt: Dbt) -> None:
    """Twice replaced before anybody summed, as after a build that failed; then refreshed alone."""
    chance = random.Random(7)
    facts = business(random.Random(5))
    settings = NEW_YORK | {"ATTRIBUTION_WINDOW_DAYS": str(WINDOW)}
    paths = (
        "run", "--select", "int_attribution_orders", "int_attribution_touches", "int_attribution_persons",
        "int_attribution_paths",
    )  # fmt: skip
    world.put(attributed.db, facts)
    world.build(dbt, attributed.url, **settings)
    for kind in ("late touches and new orders", "merged persons"):
        facts = changed(chance, facts, kind)
        world.put(attributed.db, facts)
        assert dbt.run(attributed.url, *paths, settings=settings).success
    world.build(dbt, attributed.url, **settings)
    caught_up = world.everything(attributed.db, TABLES)
    assert dbt.run(attributed.url, *paths, "--full-refresh", settings=settings).success
    world.build(dbt, attributed.url, **settings)
    after_refresh = world.everything(attributed.db, TABLES)
    world.build(dbt, attributed.url, "--full-refresh", **settings)
    full = world.everything(attributed.db, TABLES)
    assert caught_up == full
    assert after_refresh == full


def rows_of(db: Db) -> set[tuple[str, int]]:
    """The physical rows of the paths: a row that was kept has its transaction still."""
    rows = db.execute("select xmin::text as born, person_id from intermediate.int_attribution_paths")
    return {(row["person_id"], int(row["born"])) for row in rows}


def test_the_models_divide_10_000_paths_as_the_peer_does(attributed: Built, dbt: Dbt) -> None:
    """An order of 100.00 at the end of each path that converts; Markov with the weights of all paths."""
    paths = random_paths()
    end = datetime(2026, 6, 1, tzinfo=UTC)
    converted = [(f"{n:05}", path) for n, path in enumerate(paths) if path.converted]
    weight = markov.weights(count((SEPARATOR.join(p.channels), p.converted, not p.converted) for p in paths))
    facts = Facts(
        tuple(Order(f"o{n}", end.isoformat(), 10_000, f"p{n}") for n, _ in converted),
        tuple(
            Touch(f"t{n}_{step:02}", (end - timedelta(hours=hours)).isoformat(), channel, f"p{n}")
            for n, path in converted
            for step, (channel, hours) in enumerate(zip(path.channels, path.hours_before, strict=True))
        ),
        None,
        {("markov", channel): share for channel, share in weight.items()},
    )
    world.put(attributed.db, facts)
    days = {"ATTRIBUTION_WINDOW_DAYS": WINDOW_HOURS / 24, "TIME_DECAY_HALF_LIFE_DAYS": HALF_LIFE_HOURS / 24}
    world.build(dbt, attributed.url, **{name: f"{number:g}" for name, number in days.items()})
    for model in ("first_touch", "last_touch", "linear", "position_based", "time_decay", "markov"):
        rows = attributed.db.execute(
            "select channel, sum(weight) as orders, sum(revenue_minor) as minor from marts.fct_attributed_revenue"
            " where model = %s group by channel",
            [model],
        ).fetchall()
        assert {row["channel"]: row["orders"] for row in rows} == pytest.approx(of_the_peer(model), rel=1e-9), model
        assert sum(row["minor"] for row in rows) == 10_000 * len(converted), model
