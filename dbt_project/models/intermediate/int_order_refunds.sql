with stripe_refunds as (
    select * from {{ ref('int_refunds') }}
),

file_refunds as (
    select * from {{ ref('int_file_refunds') }}
)

select
    'stripe' as connector,
    connection,
    refund_id,
    charge_id as payment_id,
    order_id,
    status,
    reason,
    currency,
    amount_minor,
    is_counted,
    exclusion_reason,
    charged_at,
    created_at
from stripe_refunds

union all

select
    'files' as connector,
    connection,
    refund_id,
    order_id as payment_id,
    order_id,
    'succeeded' as status,
    reason,
    currency,
    amount_minor,
    exclusion_reason is null as is_counted,
    exclusion_reason,
    charged_at,
    created_at
from file_refunds
