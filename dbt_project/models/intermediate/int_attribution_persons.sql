{{ config(pre_hook="{{ with_memory() }}") }}

with orders as (
    select * from {{ ref('int_attribution_orders') }}
    where person_id is not null
),

touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
    where touch_type in ('{{ credited_touch_types() | join("', '") }}')
),

leads as (
    select
        person_id,
        min(lead_created_at) as lead_created_at
    from {{ ref('int_persons') }}
    group by person_id
),

order_hashes as (
    select
        person_id,
        count(*) as orders,
        {{ hash_sum(row_hash([
            'connection', 'order_id', 'ordered_at', 'order_date', 'path_at', 'currency', 'revenue_minor',
            'net_revenue_minor', 'report_exponent', 'report_revenue_minor', 'report_net_revenue_minor', 'is_first_paid'
        ])) }} as order_hash
    from orders
    group by person_id
),

touch_hashes as (
    select
        person_id,
        count(*) as touches,
        {{ hash_sum(row_hash(['touchpoint_id', 'touched_at', 'touch_type', 'label_id'])) }} as touch_hash
    from touchpoints
    group by person_id
),

persons as (
    select person_id from order_hashes
    union
    select person_id from leads
    where lead_created_at is not null
),

person_hashes as (
    select
        persons.person_id,
        leads.lead_created_at,
        cast(order_hashes.orders as {{ text_type() }}) || '|' || order_hashes.order_hash as order_hash,
        '{{ attribution_settings() }}'
        || '|' || coalesce(cast(touch_hashes.touches as {{ text_type() }}), '')
        || '|' || coalesce(touch_hashes.touch_hash, '')
        || '|' || cast({{ row_hash(['leads.lead_created_at']) }} as {{ text_type() }}) as touch_hash
    from persons
    left join order_hashes on persons.person_id = order_hashes.person_id
    left join leads on persons.person_id = leads.person_id
    left join touch_hashes on persons.person_id = touch_hashes.person_id
)

select
    person_id,
    lead_created_at,
    {% if tracking_started_at() %}
    coalesce(lead_created_at < {{ utc_moment("'" ~ tracking_started_at() ~ "'") }}, false)
    {% else %}
    false
    {% endif %} as is_before_tracking,
    md5(touch_hash || '|' || order_hash) as fingerprint,
    case when lead_created_at is not null then md5(touch_hash) end as lead_fingerprint
from person_hashes
