with documents as (
    {{ raw_documents('stripe', 'discounts') }}
),

customers as (
    {{ raw_documents('stripe', 'customers') }}
),

connections as (
    select * from {{ ref('base_ingest__connections') }}
),

customer_discounts as (
    select
        connection,
        {{ json_object('data', 'discount') }} as data
    from customers
),

-- A customer's own discount is listed nowhere: it stands whole on the customer.
seen as (
    select
        connection,
        id as discount_id,
        true as is_listed,
        is_deleted,
        case when is_deleted then {{ version_time('version') }} end as deleted_at,
        data
    from documents

    union all

    select
        customer_discounts.connection,
        {{ json_text('customer_discounts.data', 'id') }} as discount_id,
        false as is_listed,
        false as is_deleted,
        cast(null as {{ timestamp_type() }}) as deleted_at,
        customer_discounts.data
    from customer_discounts
    left join documents
        on
            customer_discounts.connection = documents.connection
            and {{ json_text('customer_discounts.data', 'id') }} = documents.id
    where customer_discounts.data is not null and documents.id is null
)

select
    seen.connection,
    seen.discount_id,
    coalesce(
        {{ json_id('seen.data', 'source.coupon') }},
        {{ json_id('seen.data', 'coupon') }}
    ) as coupon_id,
    {{ json_id('seen.data', 'promotion_code') }} as promotion_code_id,
    {{ json_id('seen.data', 'customer') }} as customer_id,
    {{ json_id('seen.data', 'subscription') }} as subscription_id,
    {{ json_text('seen.data', 'subscription_item') }} as subscription_item_id,
    {{ json_id('seen.data', 'invoice') }} as invoice_id,
    {{ json_id('seen.data', 'checkout_session') }} as checkout_session_id,
    {{ is_test_data(json_boolean('seen.data', 'livemode'), 'connections.is_test') }} as is_test_data,
    coalesce(
        {{ json_text('seen.data', 'source.coupon.duration') }},
        {{ json_text('seen.data', 'coupon.duration') }}
    ) as duration,
    coalesce(
        {{ json_numeric('seen.data', 'source.coupon.percent_off') }},
        {{ json_numeric('seen.data', 'coupon.percent_off') }}
    ) as percent_off,
    coalesce(
        {{ json_bigint('seen.data', 'source.coupon.amount_off') }},
        {{ json_bigint('seen.data', 'coupon.amount_off') }}
    ) as amount_off_minor,
    seen.is_listed,
    seen.is_deleted,
    seen.deleted_at,
    {{ json_epoch('seen.data', 'start') }} as created_at,
    {{ json_epoch('seen.data', 'end') }} as ends_at
from seen
left join connections on seen.connection = connections.connection
