with documents as (
    select * from {{ ref('base_files__orders') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

orders as (
    select
        documents.connection,
        {{ file_id('documents.data', 'id') }} as order_id,
        coalesce({{ json_text('documents.data', 'processor') }}, documents.connection) as processor,
        {{ pii_id(json_text('documents.data', 'contact_id')) }} as contact_id,
        {{ json_text('documents.data', 'email') }} as email,
        {{ email_normal_form(json_text('documents.data', 'email')) }} as email_normalized,
        lower({{ json_text('documents.data', 'status') }}) as status,
        currencies.currency,
        {{ json_text('documents.data', 'external_id') }} as external_id,
        {{ file_amount('documents.data', 'amount', 'currencies.exponent') }} as total_minor,
        {{ file_amount('documents.data', 'paid', 'currencies.exponent') }} as paid_minor,
        coalesce({{ file_amount('documents.data', 'tax', 'currencies.exponent') }}, 0) as tax_minor,
        coalesce({{ file_amount('documents.data', 'discount', 'currencies.exponent') }}, 0) as discount_minor,
        coalesce({{ file_amount('documents.data', 'shipping', 'currencies.exponent') }}, 0) as shipping_minor,
        {{ file_flag('documents.data', 'is_refunded') }} as is_refunded,
        documents.is_deleted,
        {{ utc_moment(json_text('documents.data', 'date_created')) }} as ordered_at,
        {{ utc_moment(json_text('documents.data', 'date_paid')) }} as paid_at
    from documents
    left join currencies on lower({{ json_text('documents.data', 'currency') }}) = currencies.currency
),

judged as (
    select
        connection,
        order_id,
        processor,
        contact_id,
        email,
        email_normalized,
        currency,
        external_id,
        total_minor,
        tax_minor,
        discount_minor,
        shipping_minor,
        is_refunded,
        is_deleted,
        ordered_at,
        paid_minor,
        coalesce(
            status,
            case when coalesce(paid_minor, total_minor) >= total_minor then 'paid' else 'open' end
        ) as status,
        paid_at
    from orders
)

select
    connection,
    order_id,
    processor,
    contact_id,
    email,
    email_normalized,
    status,
    currency,
    external_id,
    total_minor,
    coalesce(paid_minor, case when status = 'paid' then total_minor else 0 end) as paid_minor,
    tax_minor,
    discount_minor,
    shipping_minor,
    is_refunded,
    is_deleted,
    ordered_at,
    case when status = 'paid' then coalesce(paid_at, ordered_at) else paid_at end as paid_at
from judged
