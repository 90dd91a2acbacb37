with orders as (
    select * from {{ ref('stg_files__orders') }}
    where not is_deleted
),

lines as (
    select
        connection,
        order_id,
        count(*) as order_lines,
        min(subscription_id) as subscription_id
    from {{ ref('stg_files__order_lines') }}
    where not is_deleted
    group by connection, order_id
),

-- Ids of the files carry the processor in front, where the file names one.
prefixed as (
    select
        orders.*,
        case
            when substring(orders.order_id, 1, length(orders.processor) + 1) = orders.processor || '/'
                then orders.processor || '/'
            else ''
        end as id_prefix
    from orders
)

select
    prefixed.connection,
    prefixed.order_id,
    substring(prefixed.order_id, length(prefixed.id_prefix) + 1) as own_order_id,
    prefixed.processor,
    prefixed.external_id,
    prefixed.contact_id,
    prefixed.email_normalized,
    prefixed.id_prefix || lines.subscription_id as subscription_id,
    prefixed.status,
    prefixed.currency,
    prefixed.total_minor,
    prefixed.paid_minor as collected_minor,
    prefixed.tax_minor,
    coalesce(lines.order_lines, 1) as order_lines,
    prefixed.ordered_at,
    prefixed.paid_at
from prefixed
left join lines
    on prefixed.connection = lines.connection and prefixed.order_id = lines.order_id
