"""What each chart has to show, asked of the marts: never of the daily report the chart reads where a fact will do.

Belongs here: SQL whose columns are the period, the splits and the measures of the chart, in its order. The world was
built in UTC and US dollars with the default settings. Does not: comparing (`against_superset.py`).
"""

from collections.abc import Mapping

_LEADS = """
with paid as (
    select person_id, sum(policy_revenue) as revenue, bool_or(collected_minor > 0) as is_customer
    from marts.fct_orders where not is_duplicate group by person_id
), leads as (
    select
        date_trunc('month', p.lead_created_at)::date as month, coalesce(touch.channel, '(none)') as channel,
        coalesce(paid.is_customer, false) as is_customer, coalesce(paid.revenue, 0) as revenue
    from marts.dim_persons p join marts.fct_attributed_leads touch using (person_id) left join paid using (person_id)
    where touch.model = 'first_touch'
), spent as (select sum(spend_micros) / 1e6 as spend from marts.fct_ad_spend where currency = 'usd')
"""
_CHANNELS = """
, of_leads as (
    select channel, count(*) as leads, count(*) filter (where is_customer) as customers, sum(revenue) as revenue
    from leads group by channel
), of_ads as (select channel, sum(ad_spend) as spend from reports.rpt_acquisition_spend group by channel)
select
    channel, coalesce(leads, 0), coalesce(customers, 0), customers::numeric / nullif(leads, 0), coalesce(revenue, 0),
    revenue / nullif(leads, 0), coalesce(spend, 0), coalesce(spend, 0) / nullif(customers, 0),
    coalesce(revenue, 0) / nullif(spend, 0)
from of_leads full join of_ads using (channel)
"""
_SPEND_AND_REVENUE = """
, of_leads as (select month, sum(revenue) as revenue from leads group by month), of_ads as (
    select date_trunc('month', spend_date)::date as month, sum(spend_micros) / 1e6 as spend
    from marts.fct_ad_spend group by 1
) select month, coalesce(spend, 0), coalesce(revenue, 0) from of_leads full join of_ads using (month)
"""
ACQUISITION = {
    "Leads": "select count(*) from marts.dim_persons",
    "Conversion rate": _LEADS + "select count(*) filter (where is_customer)::numeric / count(*) from leads",
    "Lead value": _LEADS + "select sum(revenue) / count(*) from leads",
    "Cost per customer": _LEADS + "select (select spend from spent) / count(*) filter (where is_customer) from leads",
    "Leads by month and channel": _LEADS + "select month, channel, count(*) from leads group by 1, 2",
    "Spend and revenue by month of the lead": _LEADS + _SPEND_AND_REVENUE,
    "Channels": _LEADS + _CHANNELS,
}

_ADDITIONS = """
with additions as (
    select
        tag.*, row_number() over (
            partition by connection, tag_kind, tag_id, person_id order by added_at, tag_event_id
        ) as number
    from marts.fct_tag_events tag where person_id is not null and added_at is not null
), bought as (
    select
        additions.*, (
            select min(ordered_at) from marts.fct_orders o where o.person_id = additions.person_id
            and o.ordered_at >= added_at and collected_minor > 0 and not is_duplicate
        ) as bought_at, (
            select sum(policy_revenue) from marts.fct_orders o where o.person_id = additions.person_id
            and o.ordered_at >= added_at and not is_duplicate
        ) as revenue
    from additions
)
"""
NURTURE = {
    "Persons who got a tag": _ADDITIONS + "select count(distinct person_id) from additions",
    "Of these, bought after it": _ADDITIONS
    + "select count(distinct person_id) from bought where bought_at is not null",
    "Additions by month": _ADDITIONS
    + "select date_trunc('month', added_at)::date, tag_kind, count(*) from additions group by 1, 2",
    "Additions that still stand": _ADDITIONS
    + "select tag_kind, count(*), count(*) filter (where removed_at is null) from additions group by 1",
    "Tags, lists and automations": _ADDITIONS
    + """
select
    connection, tag_kind, tag_id, tag_name, count(*), count(distinct person_id),
    count(distinct person_id) filter (where bought_at is not null),
    coalesce(sum(revenue) filter (where number = 1), 0),
    percentile_cont(0.5) within group (order by bought_at::date - added_at::date) filter (where number = 1)
from bought group by 1, 2, 3, 4
""",
}

_VIEWS = """
with customers as (select distinct person_id from marts.fct_orders where collected_minor > 0 and not is_duplicate),
views as (
    select
        v.viewed_at::date as day, date_trunc('month', v.viewed_at)::date as month, v.person_id, t.channel, t.campaign,
        customers.person_id is not null as is_customer
    from marts.fct_page_views v
    join marts.fct_touchpoints t on t.source_row_id = v.page_view_id and t.connection = v.connection
    left join customers on customers.person_id = v.person_id
    where t.touch_type in ('page_view', 'ad_click')
)
"""
_REVENUE_OF_VISITS = """
, visits as (select distinct day, month, person_id from views)
select visits.month, coalesce(sum(o.policy_revenue), 0) from visits left join marts.fct_orders o
    on o.person_id = visits.person_id and o.ordered_at::date = visits.day and not o.is_duplicate
group by 1
"""
_RATE = """
, engaged as (select day, count(distinct person_id) as persons from views group by day), days as (
    select report_date as day from marts.dim_days where report_date between
        (select min(lead_created_at)::date from marts.dim_persons)
        and (select max(period_start) from reports.rpt_kpis where report = 'engagement')
    union select day from engaged
)
select
    day,
    coalesce(engaged.persons, 0)::numeric / nullif((
        select count(*) from marts.dim_persons
        where lead_created_at::date <= days.day and (deleted_at is null or deleted_at::date > days.day)
    ), 0)
from days left join engaged using (day)
"""
_PERSONS = "count(distinct person_id), count(distinct person_id) filter (where is_customer)"
ENGAGEMENT = {
    "Engaged persons": _VIEWS + "select count(distinct person_id) from views",
    "Engaged customers": _VIEWS + "select count(distinct person_id) from views where is_customer",
    "Page views": "select count(*) from marts.fct_page_views where person_id is not null",
    "Engaged persons by month": _VIEWS + f"select month, {_PERSONS} from views group by 1",
    "Engagement rate by day": _VIEWS + _RATE,
    "Page views by month and channel": _VIEWS + "select month, channel, count(*) from views group by 1, 2",
    "Revenue on the day of a visit": _VIEWS + _REVENUE_OF_VISITS,
    "Campaigns that brought them": _VIEWS
    + f"select channel, coalesce(campaign, '(none)'), count(*), {_PERSONS} from views group by 1, 2",
}

_ORDERS = """
with orders as (
    select
        o.*, date_trunc('month', ordered_at)::date as month,
        collected_minor > 0 and row_number() over (
            partition by payer_id, collected_minor > 0 order by ordered_at, connection, order_id
        ) = 1 as is_first,
        revenue_minor / case currency when 'jpy' then 1 else 100.0 end as amount,
        case when is_zero_amount then 0 else 1 end as one
    from marts.fct_orders o where not is_duplicate
)
"""
_CASH = """
, sold as (
    select month, sum(revenue) as revenue, sum(collected) as collected, sum(collected - refunded - disputes_lost) as net
    from orders group by 1
), returned as (
    select date_trunc('month', refunded_at)::date as month, sum(amount) as refunded
    from marts.fct_refunds where exclusion_reason is null group by 1
)
select month, coalesce(revenue, 0), coalesce(collected, 0), coalesce(net, 0), coalesce(refunded, 0)
from sold full join returned using (month)
"""
_BY_CHANNEL = """
, touched as (
    select connection, order_id, channel from marts.fct_attributed_revenue where model = 'last_touch'
)
select coalesce(channel, '(none)'), sum(one), sum(revenue), sum(net_revenue)
from orders left join touched using (connection, order_id) group by 1
"""
_PRODUCTS = """
select
    coalesce(p.product_name, l.line_description, '(none)'), sum(coalesce(l.quantity, 1)), sum(l.amount - l.discount)
from marts.fct_order_lines l left join marts.dim_products p using (connection, product_id)
where not l.is_duplicate group by 1
"""
ORDERS = {
    "Revenue": _ORDERS + "select sum(revenue) from orders",
    "Net revenue": _ORDERS + "select sum(collected - refunded - disputes_lost) from orders",
    "Orders": _ORDERS + "select sum(one) from orders",
    "Average order": _ORDERS + "select sum(revenue) / sum(one) from orders",
    "Revenue of new and returning customers by month": _ORDERS
    + "select month, coalesce(sum(revenue) filter (where is_first), 0),"
    " coalesce(sum(revenue) filter (where not is_first and collected_minor > 0), 0) from orders group by 1",
    "Sold, collected, refunded by month": _ORDERS + _CASH,
    "Orders by status": _ORDERS + "select order_status, sum(one), sum(revenue) from orders group by 1",
    "Orders by currency": _ORDERS
    + "select currency, sum(one), sum(amount), sum(revenue), sum(net_revenue) from orders group by 1",
    "Products": _PRODUCTS,
    "Revenue by channel": _ORDERS + _BY_CHANNEL,
}

_DAYS = """
with days as (
    select report_date as day, date_trunc('month', report_date)::date as month from marts.dim_days
    where report_date between (select min(started_at)::date from marts.fct_subscriptions where has_started)
        and (select max(report_date) from reports.rpt_subscriptions_daily)
), rates as (
    select distinct report_date as day, currency, report_rate / case currency when 'jpy' then 1 else 100 end as rate
    from reports.rpt_subscriptions_daily
), moved as (
    select month, day, currency, movement, sum(signed_minor) as minor, round(sum(signed_minor) * rate, 2) as amount
    from marts.fct_mrr_movements join days on day = movement_date join rates using (day, currency)
    group by month, day, currency, movement, rate
), closing as (
    select day, month, case when count(*) = count(rate) then sum(round(rate * (
        select sum(signed_minor) from marts.fct_mrr_movements m
        where m.currency = rates.currency and m.movement_date <= rates.day
    ), 2)) end as mrr
    from days join rates using (day) group by day, month
), rated as (
    select month from days join rates using (day) group by month having count(*) = count(rate)
)
"""
_MOVEMENTS = """
, of_months as (
    select month, sum(amount) as total, jsonb_object_agg(movement, amount) as amounts
    from (select month, movement, sum(amount) as amount from moved group by 1, 2) m group by 1
), ends as (
    select distinct on (month) month, mrr from closing order by month, day desc
), changes as (
    select month, mrr - coalesce(lag(mrr) over (order by month), 0) as change from ends
)
select
    changes.month, case when rated.month is not null then coalesce((amounts -> 'new')::numeric, 0) end,
    case when rated.month is not null then coalesce((amounts -> 'reactivation')::numeric, 0) end,
    case when rated.month is not null then coalesce((amounts -> 'expansion')::numeric, 0) end,
    case when rated.month is not null then coalesce((amounts -> 'contraction')::numeric, 0) end,
    case when rated.month is not null then coalesce((amounts -> 'churn')::numeric, 0) end,
    case when rated.month is not null then change - coalesce(total, 0) end
from changes left join of_months using (month) left join rated using (month)
"""
_CHURN = """
, subscribers as (
    select
        day, count(*) filter (where movement = 'churn' and movement_date > day - 30) as churned,
        count(*) filter (where movement = 'new' and movement_date > day - 30) as came,
        coalesce(sum(case when movement = 'churn' then -1 when movement in ('new', 'reactivation') then 1 else 0 end)
            filter (where movement_date <= day - 30), 0) as were
    from days left join marts.fct_mrr_movements on movement_date <= day group by day
)
select day, churned::numeric / nullif(were + came, 0) from subscribers
"""
_STANDING = """
, kpi as (
    select period_start as day, value from reports.rpt_kpis
    where report = 'subscriptions' and kpi = 'active_subscriptions' and grain = 'day'
)
select
    day, value, (
        select count(*) from marts.fct_subscriptions s
        where trial_started_at::date <= day and trial_outcome <> 'retention_offer'
        and (state = 'trialing' or coalesce(least(trial_ends_at, ended_at)::date > day, true))
    )
from days join kpi using (day)
"""
_SUBSCRIPTIONS = """
, started as (
    select
        s.*, round(mrr_minor * rate, 2) as mrr
    from marts.fct_subscriptions s join rates on rates.currency = s.currency and day = (select max(day) from days)
    where has_started
)
"""
_KNOWN = "case when count(*) = count(mrr) then sum(mrr) end"
_PER_MONTH = """
, counted as (
    select date_trunc('month', happened_at)::date as month, what, count(*) as times
    from marts.fct_subscriptions cross join lateral (
        values ('started', started_at), ('ended', ended_at),
        ('trial', case when trial_outcome <> 'retention_offer' then trial_started_at end),
        ('converted', case when trial_outcome = 'converted' then converted_at end),
        ('cancelled', case when trial_outcome = 'cancelled' then ended_at end)
    ) as happenings (what, happened_at)
    where has_started and happened_at is not null group by 1, 2
)
"""


def _months_of(*happenings: str) -> str:
    counts = ", ".join(f"coalesce(sum(times) filter (where what = '{what}'), 0)" for what in happenings)
    return f"{_DAYS}{_PER_MONTH} select month, {counts} from (select distinct month from days) m left join counted" + (
        " using (month) group by 1"
    )


SUBSCRIPTIONS = {
    "MRR": _DAYS + "select day, mrr from closing",
    "Active subscriptions": "select period_start, value from reports.rpt_kpis where report = 'subscriptions'"
    " and kpi = 'active_subscriptions' and grain = 'day'",
    "Churn rate": _DAYS + _CHURN,
    "MRR movements by month": _DAYS + _MOVEMENTS,
    "Active and in trial by day": _DAYS + _STANDING,
    "Started and ended by month": _months_of("started", "ended"),
    "Trials by month": _months_of("trial", "converted", "cancelled"),
    "Subscriptions by state": _DAYS + _SUBSCRIPTIONS + f"select state, count(*), {_KNOWN} from started group by 1",
    "Subscriptions by currency": _DAYS
    + _SUBSCRIPTIONS
    + f"select currency, count(*), sum(mrr_minor), {_KNOWN} from started group by 1",
}

ANSWERS: Mapping[str, Mapping[str, str]] = {
    "Acquisition": ACQUISITION,
    "Nurture": NURTURE,
    "Engagement": ENGAGEMENT,
    "Orders": ORDERS,
    "Subscriptions": SUBSCRIPTIONS,
}
