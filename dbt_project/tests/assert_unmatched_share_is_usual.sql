{{ config(severity='warn') }}
-- The share of the last seven days' orders that have no person, against the eight weeks before: when it has
-- doubled and grown by ten points, a form broke or contacts are missing.
{% set is_recent = 'orders.report_date > ' ~ days_later('last_days.last_day', -7) %}
with orders as (
    select
        report_date,
        case when person_id is null then 1 else 0 end as unmatched
    from {{ ref('rpt_orders') }}
    where not is_zero_amount
),

last_days as (
    select max(report_date) as last_day from orders
),

compared as (
    select
        count(case when {{ is_recent }} then 1 end) as recent_orders,
        sum(case when {{ is_recent }} then orders.unmatched else 0 end) as recent_unmatched,
        count(case when not {{ is_recent }} then 1 end) as former_orders,
        sum(case when not {{ is_recent }} then orders.unmatched else 0 end) as former_unmatched
    from orders
    cross join last_days
    where orders.report_date > {{ days_later('last_days.last_day', -63) }}
),

weighed as (
    select
        compared.*,
        recent_unmatched * former_orders as recent_weight,
        former_unmatched * recent_orders as former_weight
    from compared
)

select * from weighed
where
    recent_orders >= 20
    and former_orders >= 100
    and recent_weight > 2 * former_weight
    and 10 * (recent_weight - former_weight) > recent_orders * former_orders
