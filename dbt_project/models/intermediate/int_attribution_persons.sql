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
        touchpoints.person_id,
        count(*) as touches,
        min(touchpoints.touched_at) as first_touched_at,
        max(
            case when touchpoints.touched_at <= leads.lead_created_at then touchpoints.touched_at end
        ) as opt_in_at,
        {{ hash_sum(row_hash([
            'touchpoints.touchpoint_id', 'touchpoints.touched_at', 'touchpoints.touch_type', 'touchpoints.label_id'
        ])) }} as touch_hash
    from touchpoints
    left join leads on touchpoints.person_id = leads.person_id
    group by touchpoints.person_id
)

select
    order_hashes.person_id,
    leads.lead_created_at,
    touch_hashes.first_touched_at,
    touch_hashes.opt_in_at,
    {% if tracking_started_at() %}
    coalesce(leads.lead_created_at < {{ utc_moment("'" ~ tracking_started_at() ~ "'") }}, false)
    {% else %}
    false
    {% endif %} as is_before_tracking,
    md5(
        '{{ attribution_settings() }}'
        || '|' || cast(order_hashes.orders as {{ text_type() }}) || '|' || order_hashes.order_hash
        || '|' || coalesce(cast(touch_hashes.touches as {{ text_type() }}), '')
        || '|' || coalesce(touch_hashes.touch_hash, '')
        || '|' || cast({{ row_hash(['leads.lead_created_at']) }} as {{ text_type() }})
    ) as fingerprint
from order_hashes
left join leads on order_hashes.person_id = leads.person_id
left join touch_hashes on order_hashes.person_id = touch_hashes.person_id
