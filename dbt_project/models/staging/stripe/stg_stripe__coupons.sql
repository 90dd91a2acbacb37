with documents as (
    {{ raw_documents('stripe', 'coupons') }}
),

connections as (
    select * from {{ ref('base_ingest__connections') }}
)

select
    documents.connection,
    documents.id as coupon_id,
    {{ json_text('documents.data', 'name') }} as coupon_name,
    {{ json_text('documents.data', 'duration') }} as duration,
    {{ json_bigint('documents.data', 'duration_in_months') }} as duration_months,
    {{ json_numeric('documents.data', 'percent_off') }} as percent_off,
    lower({{ json_text('documents.data', 'currency') }}) as currency,
    {{ json_bigint('documents.data', 'amount_off') }} as amount_off_minor,
    {{ json_bigint('documents.data', 'times_redeemed') }} as count_redeemed,
    {{ json_bigint('documents.data', 'max_redemptions') }} as max_redemptions,
    {{ json_boolean('documents.data', 'valid') }} as is_valid,
    {{ json_epoch('documents.data', 'redeem_by') }} as redeemable_until_at,
    {{ is_test_data(json_boolean('documents.data', 'livemode'), 'connections.is_test') }} as is_test_data,
    documents.is_deleted,
    documents.created_at
from documents
left join connections on documents.connection = connections.connection
