{% if pinned_as_of() %}
with known as (
    select {{ moment_literal(pinned_as_of()) }} as as_of_at
)
{% else %}
with moments as (
    select max(synced_at) as moment
    from {{ ref('stg_ingest__connections') }}
    where
        connector in (
            {% for connector in report_feeds()['subscriptions'] %}
            '{{ connector }}'{{ "," if not loop.last }}
            {% endfor %}
        )
),

told as (
    select max(started_at) as moment
    from {{ ref('int_subscriptions') }}
),

known as (
    select coalesce(moments.moment, told.moment) as as_of_at
    from moments
    cross join told
)
{% endif %}

select
    as_of_at,
    {{ local_date('as_of_at', report_timezone()) }} as as_of_date
from known
