with charges as (
    select * from {{ ref('int_charges') }}
),

payment_orders as (
    select * from {{ ref('int_payment_orders') }}
    where order_id is not null
),

ranked as (
    select
        payment_orders.order_id,
        charges.*,
        row_number() over (
            partition by payment_orders.connection, payment_orders.order_id
            order by charges.created_at desc, charges.charge_id desc
        ) as newest_rank
    from charges
    inner join payment_orders
        on
            charges.connection = payment_orders.connection
            and charges.payment_key = payment_orders.payment_key
),

stripe_totals as (
    select
        connection,
        order_id,
        count(*) as charges,
        sum(case when is_payment then 1 else 0 end) as payments,
        cast(sum(collected_minor) as bigint) as collected_minor,
        max(case when newest_rank = 1 then amount_minor end) as newest_amount_minor,
        max(currency) as currency,
        max(customer_id) as customer_id,
        max(case when is_payment then 1 else 0 end) = 1 as has_payment,
        max(case when status = 'pending' then 1 else 0 end) = 1 as has_pending_charge,
        max(case when is_open_authorization then 1 else 0 end) = 1 as has_open_authorization,
        min(created_at) as first_charged_at,
        min(case when is_payment then created_at end) as first_paid_at
    from ranked
    group by connection, order_id
),

file_totals as (
    select
        connection,
        order_id,
        cast(case when collected_minor > 0 or status = 'failed' then 1 else 0 end as bigint) as charges,
        cast(case when collected_minor > 0 then 1 else 0 end as bigint) as payments,
        collected_minor,
        total_minor as newest_amount_minor,
        currency,
        cast(null as {{ text_type() }}) as customer_id,
        collected_minor > 0 as has_payment,
        false as has_pending_charge,
        false as has_open_authorization,
        ordered_at as first_charged_at,
        case when collected_minor > 0 then coalesce(paid_at, ordered_at) end as first_paid_at
    from {{ ref('int_file_orders') }}
)

select * from stripe_totals

union all

select * from file_totals
