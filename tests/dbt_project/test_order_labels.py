"""The labels an order bears in the reports: those of the one touch that earned most of it."""

from collections.abc import Callable

import pytest

from tests.dbt_project.dbt_runs import NEW_YORK, Built, Dbt, connected

LABELLED = (
    "select contact_ids, order_id, channel, source, medium, campaign, labelling_touchpoint_id from reports.rpt_orders"
)


def test_an_order_bears_the_labels_of_its_last_touch_by_default(reported: Built) -> None:
    differing = reported.db.execute(
        f"select * from ({LABELLED}) as orders join marts.fct_attributed_revenue as credits using (order_id)"
        " where model = 'last_touch' and (labelling_touchpoint_id is distinct from credits.touchpoint_id"
        " or orders.channel <> coalesce(nullif(credits.channel, ''), '(none)')"
        " or orders.campaign <> coalesce(nullif(credits.campaign, ''), '(none)'))"
    ).fetchall()
    assert differing == []
    rows = reported.db.execute(LABELLED).fetchall()
    assert {(row["channel"], row["campaign"]) for row in rows if row["contact_ids"] == "31"} == {("paid", "spring")}
    assert all(row["campaign"] == "(none)" for row in rows if row["labelling_touchpoint_id"] is None)
    assert {row["labelling_touchpoint_id"] is None for row in rows} == {True, False}


def test_every_order_is_in_one_row_of_the_daily_report(reported: Built) -> None:
    of_spring = reported.db.execute(
        "select sum(orders) as orders, sum(revenue) as revenue from reports.rpt_orders_daily where campaign = 'spring'"
    ).fetchone()
    ledger = reported.db.execute(
        "select count(*) as orders, sum(revenue) as revenue from reports.rpt_orders"
        " where campaign = 'spring' and not is_zero_amount"
    ).fetchone()
    assert of_spring == ledger
    whole = reported.db.execute(
        "select (select sum(orders) from reports.rpt_orders_daily) = count(*) as orders,"
        " (select sum(revenue) from reports.rpt_orders_daily) = sum(revenue) as revenue"
        " from reports.rpt_orders where not is_zero_amount"
    ).fetchone()
    assert whole == {"orders": True, "revenue": True}


@pytest.mark.parametrize("model", ["first_touch", "linear", "markov"])
def test_the_setting_says_which_touch_and_moves_no_amount(
    new_reported: Callable[[], str], dbt: Dbt, model: str
) -> None:
    url = new_reported()
    by_day = "select report_date, sum(revenue), sum(net_cash), sum(orders) from reports.rpt_orders_daily group by 1"
    with connected(url) as db:
        before = db.execute(f"{by_day} order by 1").fetchall()
        selected = ("--select", "int_order_labels", "rpt_orders", "rpt_orders_daily")
        assert dbt.run(url, "run", *selected, settings=NEW_YORK | {"ATTRIBUTION_MODEL": model}).success
        assert db.execute(f"{by_day} order by 1").fetchall() == before
        labelled = db.execute(f"{LABELLED} where labelling_touchpoint_id is not null").fetchall()
        if model == "markov":  # no weights were computed here, so the model credits nobody
            assert labelled == []
        else:
            firsts = db.execute(
                "select order_id from marts.fct_attributed_revenue as credits"
                " where model = 'first_touch' and touchpoint_id is not null"
            ).fetchall()
            assert {row["order_id"] for row in labelled} == {row["order_id"] for row in firsts}
            differing = db.execute(
                f"select 1 from ({LABELLED}) as orders join marts.fct_attributed_revenue as credits using (order_id)"
                " where model = 'first_touch' and labelling_touchpoint_id is distinct from credits.touchpoint_id"
            ).fetchall()
            assert differing == []
