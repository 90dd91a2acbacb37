with documents as (
    select * from {{ ref('base_files__subscriptions') }}
),

currencies as (
    select * from {{ ref('currencies') }}
)

select
    documents.connection,
    {{ file_id('documents.data', 'id') }} as subscription_id,
    coalesce({{ json_text('documents.data', 'processor') }}, documents.connection) as processor,
    {{ pii_id(json_text('documents.data', 'contact_id')) }} as contact_id,
    {{ json_text('documents.data', 'email') }} as email,
    {{ email_normal_form(json_text('documents.data', 'email')) }} as email_normalized,
    {{ json_text('documents.data', 'product_id') }} as product_id,
    {{ json_text('documents.data', 'name') }} as product_name,
    currencies.currency,
    lower({{ json_text('documents.data', 'billing_cycle') }}) as billing_interval,
    coalesce({{ json_bigint('documents.data', 'frequency') }}, 1) as interval_count,
    coalesce({{ json_bigint('documents.data', 'quantity') }}, 1) as quantity,
    {{ file_amount('documents.data', 'amount', 'currencies.exponent') }} as amount_minor,
    documents.is_deleted,
    {{ utc_moment(json_text('documents.data', 'start_date')) }} as started_at,
    {{ utc_moment(json_text('documents.data', 'last_bill_date')) }} as last_billed_at,
    {{ utc_moment(json_text('documents.data', 'trial_end_date')) }} as trial_ends_at,
    {{ utc_moment(json_text('documents.data', 'canceled_date')) }} as canceled_at,
    {{ utc_moment(json_text('documents.data', 'end_date')) }} as ended_at
from documents
left join currencies on lower({{ json_text('documents.data', 'currency') }}) = currencies.currency
