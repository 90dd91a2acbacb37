"""The five reports in a few lines each, as `summary.py` prints them.

Belongs here: asking the reports and laying out what they say, 100 columns wide. Does not: computing any figure
(`dbt_project/`).
"""

from decimal import Decimal
from typing import Any

import psycopg

Db = psycopg.Connection[Any]

_CHANNELS = """
select coalesce(channel, 'all'), sum(leads), sum(customers), report_currency,
       case when count(lead_revenue) = count(*) then sum(lead_revenue) end,
       case when count(ad_spend) = count(*) then sum(ad_spend) end
from reports.rpt_acquisition_daily group by grouping sets ((channel, report_currency), (report_currency))
order by grouping(channel), 2 desc, 1
"""
# Persons do not sum: a person's earliest addition of a tag speaks for it.
_TAGS = """
select coalesce(tag_name, tag_id), tag_kind, count(*), count(*) filter (where place = 1),
       count(*) filter (where place = 1 and is_customer), report_currency,
       case when count(*) = count(revenue_after_touch)
           then coalesce(sum(revenue_after_touch) filter (where place = 1), 0) end
from (
    select *, row_number() over (
        partition by connection, tag_kind, tag_id, person_id order by added_at, tag_event_id
    ) as place from reports.rpt_nurture
) as additions
group by connection, tag_kind, tag_id, 1, report_currency order by 4 desc, 1 limit 5
"""
_LAST_VIEW_DAY = "(select max(report_date) from reports.rpt_engagement_daily)"
_VIEWS = f"""
select {_LAST_VIEW_DAY},
    (select sum(all_contacts) from reports.rpt_engagement_daily where report_date = {_LAST_VIEW_DAY}),
    count(*), count(distinct person_id), count(distinct person_id) filter (where is_customer),
    (select case when count(*) = count(engaged_revenue_same_day) then coalesce(sum(engaged_revenue_same_day), 0) end
     from reports.rpt_engagement_daily where report_date > {_LAST_VIEW_DAY} - 30),
    (select max(report_currency) from reports.rpt_engagement_daily)
from reports.rpt_engagement where report_date > {_LAST_VIEW_DAY} - 30
"""  # noqa: S608 - of constants
_ORDERS = """
select o.currency, coalesce(c.exponent, 0),
       sum(case when o.is_zero_amount then 0 else 1 end), sum(o.revenue_minor), sum(o.collected_minor),
       sum(o.refunded_minor), sum(o.fees_minor), count(distinct case when o.collected_minor > 0 then o.payer_id end),
       sum(case when o.person_id is not null then o.revenue_minor else 0 end)
from reports.rpt_orders as o left join staging.currencies as c on c.currency = o.currency
group by 1, 2 order by 3 desc
"""
_LAST_MRR_DAY = "(select max(report_date) from reports.rpt_subscriptions_daily)"
_SUBSCRIPTIONS = f"""
select d.currency, coalesce(c.exponent, 0), {_LAST_MRR_DAY},
       sum(d.active_subscriptions) filter (where d.report_date = {_LAST_MRR_DAY}),
       sum(d.mrr_minor) filter (where d.report_date = {_LAST_MRR_DAY}),
       sum(d.new_mrr_minor), sum(d.reactivation_mrr_minor), sum(d.expansion_mrr_minor),
       sum(d.contraction_mrr_minor), sum(d.churn_mrr_minor),
       sum(d.churn_standard_numerator) filter (where d.report_date = {_LAST_MRR_DAY}),
       sum(d.churn_standard_denominator) filter (where d.report_date = {_LAST_MRR_DAY}),
       sum(d.trials_started), sum(d.trials_converted), sum(d.trials_cancelled), sum(d.cancellations)
from reports.rpt_subscriptions_daily as d left join staging.currencies as c on c.currency = d.currency
where d.report_date > {_LAST_MRR_DAY} - 30 group by 1, 2 order by 5 desc, 1
"""  # noqa: S608 - of constants


def lines(db: Db) -> list[str]:
    """All five, with an empty line between them."""
    reports = [_acquisition(db), _nurture(db), _engagement(db), _orders(db), _subscriptions(db)]
    return [line for report in reports for line in (*report, "")][:-1]


def _acquisition(db: Db) -> list[str]:
    rows = db.execute(_CHANNELS).fetchall()
    if not rows:
        return ["Acquisition: no leads yet."]
    head = f"Acquisition, all leads by the channel of their first touch ({rows[0][3].upper()}):"
    table = [_row("", "leads", "customers", "lead value", "ad spend", "cost/lead", "CAC")]
    for channel, leads, customers, _, revenue, spend in rows:
        money = (_ratio(revenue, leads), _amount(spend), _ratio(spend, leads), _ratio(spend, customers))
        table.append(_row(channel, f"{leads:,}", f"{customers:,}", *money))
    return [head, *table]


def _nurture(db: Db) -> list[str]:
    rows = db.execute(_TAGS).fetchall()
    if not rows:
        return ["Nurture: no tag or list additions yet."]
    table = [_row("", "kind", "additions", "persons", "customers", "revenue")]
    for name, kind, additions, persons, customers, _, revenue in rows:
        table.append(_row(name, kind, f"{additions:,}", f"{persons:,}", f"{customers:,}", _amount(revenue)))
    return [f"Nurture, the tags and lists with most persons, and revenue after them ({rows[0][5].upper()}):", *table]


def _engagement(db: Db) -> list[str]:
    last, contacts, views, persons, customers, revenue, currency = db.execute(_VIEWS).fetchall()[0]
    if last is None:
        return ["Engagement: no contacts yet."]
    if not views:
        return [f"Engagement, 30 days up to {last}: no page views of the {contacts:,} contacts."]
    return [
        f"Engagement, 30 days up to {last}:",
        f"  {persons:,} of {contacts:,} contacts ({_share(persons, contacts)}) in {views:,} page views,"
        f" {customers:,} of them customers;",
        f"  they ordered for {_amount(revenue)} {currency.upper()} on the same days.",
    ]


def _orders(db: Db) -> list[str]:
    rows = db.execute(_ORDERS).fetchall()
    if not rows:
        return ["Orders: none yet."]
    head = "".join(
        [
            f"{'':5}{'orders':>9}{'revenue':>18}{'collected':>18}{'refunded':>16}{'fees':>14}",
            f"{'customers':>11}{'matched':>9}",
        ]
    )
    table = ["Orders, all revenue whatever its status:", head]
    for currency, exponent, orders, revenue, collected, refunded, fees, customers, matched in rows:
        money = [_money(amount, exponent) for amount in (revenue, collected, refunded, fees)]
        table.append(
            f"{currency.upper():5}{orders:>9,}{money[0]:>18}{money[1]:>18}{money[2]:>16}{money[3]:>14}"
            f"{customers:>11,}{_share(matched, revenue):>9}"
        )
    return table


def _subscriptions(db: Db) -> list[str]:
    rows = db.execute(_SUBSCRIPTIONS).fetchall()
    if not rows:
        return ["Subscriptions: none yet."]
    names = ("new", "reactivated", "expansion", "contraction", "churn")
    head = f"{'':5}{'active':>7}{'MRR':>14}" + "".join(f"{name:>13}" for name in names) + f"{'churned':>9}"
    table = [f"Subscriptions at the end of {rows[0][2]}, MRR and its movements of 30 days:", head]
    for currency, exponent, _, active, mrr, *moves, gone, had, _, _, _, _ in rows:
        money = "".join(f"{_money(amount, exponent):>13}" for amount in moves)
        table.append(f"{currency.upper():5}{active:>7,}{_money(mrr, exponent):>14}{money}{_share(gone, had):>9}")
    started, converted, cancelled, ended = (sum(row[place] for row in rows) for place in (12, 13, 14, 15))
    table.append(
        f"  Trials: {started:,} started, {converted:,} converted, {cancelled:,} cancelled;"
        f" subscriptions ended: {ended:,}."
    )
    return table


def _row(name: str, *figures: str) -> str:
    short = name if len(name) <= 24 else f"{name[:23]}…"
    return f"  {short:24}" + "".join(f"{figure:>{11 if place < 2 else 13}}" for place, figure in enumerate(figures))


def _share(part: Any, whole: Any) -> str:
    return f"{part / whole:.1%}" if whole else "-"


def _ratio(amount: Decimal | None, count: int) -> str:
    return _amount(amount / count) if amount is not None and count else "-"


def _amount(amount: Decimal | None) -> str:
    """An amount in the report currency; one that lacks an exchange rate is not known."""
    return f"{amount:,.2f}" if amount is not None else "no rate"


def _money(minor: int | Decimal, exponent: int) -> str:
    return f"{Decimal(int(minor)).scaleb(-exponent):,.{exponent}f}"
