with documents as (
    {{ raw_documents('stripe', 'promotion_codes') }}
),

connections as (
    select * from {{ ref('base_ingest__connections') }}
)

select
    documents.connection,
    documents.id as promotion_code_id,
    coalesce(
        {{ json_id('documents.data', 'promotion.coupon') }},
        {{ json_id('documents.data', 'coupon') }}
    ) as coupon_id,
    {{ json_id('documents.data', 'customer') }} as customer_id,
    {{ json_text('documents.data', 'code') }} as promotion_code,
    {{ json_bigint('documents.data', 'times_redeemed') }} as count_redeemed,
    {{ json_bigint('documents.data', 'max_redemptions') }} as max_redemptions,
    {{ json_boolean('documents.data', 'active') }} as is_active,
    {{ json_epoch('documents.data', 'expires_at') }} as expires_at,
    {{ is_test_data(json_boolean('documents.data', 'livemode'), 'connections.is_test') }} as is_test_data,
    documents.is_deleted,
    documents.created_at
from documents
left join connections on documents.connection = connections.connection
