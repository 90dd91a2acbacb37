with views as (
    select * from {{ ref('rpt_engagement') }}
),

contact_days as (
    select * from {{ ref('int_contact_days') }}
),

-- A person counts once a day, in the row of the day's first view.
of_views as (
    select
        report_date,
        channel,
        source,
        medium,
        campaign,
        0 as all_contacts,
        sum(case when is_first_of_day then 1 else 0 end) as engaged_contacts,
        count(*) as page_views,
        sum(case when is_first_of_day and is_customer then 1 else 0 end) as engaged_customers,
        {{ known_sum('case when is_first_of_day then revenue_same_day else 0 end') }}
            as engaged_revenue_same_day,
        {{ known_sum('case when is_first_of_day then net_revenue_same_day else 0 end') }}
            as net_engaged_revenue_same_day,
        {{ known_sum('case when is_first_of_day then lifetime_revenue else 0 end') }}
            as engaged_lifetime_revenue,
        {{ known_sum('case when is_first_of_day then net_lifetime_revenue else 0 end') }}
            as net_engaged_lifetime_revenue
    from views
    group by report_date, channel, source, medium, campaign
),

-- All contacts stand in one row a day that no view is in, so that the rows of a day may be summed.
of_contacts as (
    select
        report_date,
        '(none)' as channel,
        '(none)' as source,
        '(none)' as medium,
        '(none)' as campaign,
        all_contacts,
        0 as engaged_contacts,
        0 as page_views,
        0 as engaged_customers,
        0 as engaged_revenue_same_day,
        0 as net_engaged_revenue_same_day,
        0 as engaged_lifetime_revenue,
        0 as net_engaged_lifetime_revenue
    from contact_days
),

parts as (
    select * from of_views
    union all
    select * from of_contacts
)

select
    report_date,
    channel,
    source,
    medium,
    campaign,
    cast(sum(all_contacts) as bigint) as all_contacts,
    cast(sum(engaged_contacts) as bigint) as engaged_contacts,
    cast(sum(page_views) as bigint) as page_views,
    cast(sum(engaged_customers) as bigint) as engaged_customers,
    '{{ report_currency() }}' as report_currency,
    cast({{ known_sum('engaged_revenue_same_day') }} as numeric(38, 3)) as engaged_revenue_same_day,
    cast({{ known_sum('net_engaged_revenue_same_day') }} as numeric(38, 3)) as net_engaged_revenue_same_day,
    cast({{ known_sum('engaged_lifetime_revenue') }} as numeric(38, 3)) as engaged_lifetime_revenue,
    cast({{ known_sum('net_engaged_lifetime_revenue') }} as numeric(38, 3)) as net_engaged_lifetime_revenue,
    {{ as_of('engagement') }} as as_of
from parts
group by report_date, channel, source, medium, campaign
