{{ config(pre_hook="{{ with_memory() }}") }}

with orders as (
    select * from {{ ref('int_attribution_orders') }}
    where person_id is not null
),

touches as (
    select * from {{ ref('int_attribution_touches') }}
),

leads as (
    select
        person_id,
        min(lead_created_at) as lead_created_at
    from {{ ref('int_persons') }}
    where lead_created_at is not null
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

persons as (
    select
        coalesce(order_hashes.person_id, leads.person_id) as person_id,
        leads.lead_created_at,
        cast(order_hashes.orders as {{ text_type() }}) || '|' || order_hashes.order_hash as order_hash
    from order_hashes
    full join leads on order_hashes.person_id = leads.person_id
),

person_hashes as (
    select
        persons.*,
        touches.first_touched_at,
        touches.opt_in_at,
        '{{ attribution_settings() }}'
        || '|' || coalesce(cast(touches.touches as {{ text_type() }}), '')
        || '|' || coalesce(touches.touch_hash, '')
        || '|' || cast({{ row_hash(['persons.lead_created_at']) }} as {{ text_type() }}) as touch_hash
    from persons
    left join touches on persons.person_id = touches.person_id
)

select
    person_id,
    lead_created_at,
    first_touched_at,
    opt_in_at,
    {% if tracking_started_at() %}
    coalesce(lead_created_at < {{ utc_moment("'" ~ tracking_started_at() ~ "'") }}, false)
    {% else %}
    false
    {% endif %} as is_before_tracking,
    md5(touch_hash || '|' || order_hash) as fingerprint,
    case when lead_created_at is not null then md5(touch_hash) end as lead_fingerprint
from person_hashes
