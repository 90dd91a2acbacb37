with documents as (
    select * from {{ ref('base_files__orders') }}
),

item_documents as (
    select * from {{ ref('base_files__order_items') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

within_orders as (
    select
        documents.connection,
        {{ file_id('documents.data', 'id') }} as order_id,
        {{ file_id('documents.data', 'id') }} || '/item ' || item.position as order_line_id,
        {{ json_text('item.value', 'product_id') }} as product_id,
        {{ json_text('item.value', 'name') }} as description,
        {{ json_text('item.value', 'subscription_id') }} as subscription_id,
        currencies.currency,
        coalesce({{ json_bigint('item.value', 'quantity') }}, 1) as quantity,
        cast(
            round(
                {{ json_numeric('item.value', 'amount') }}
                * case
                    when {{ json_text('documents.data', '_amounts') }} = 'minor' then 1
                    else power(cast(10 as numeric), currencies.exponent)
                end
            ) as bigint
        ) as amount_minor,
        documents.is_deleted
    from documents
    {{ explode_json_list('documents.data', 'items', as='item') }}
    left join currencies on lower({{ json_text('documents.data', 'currency') }}) = currencies.currency
),

of_their_own as (
    select
        item_documents.connection,
        {{ file_id('item_documents.data', 'order_id') }} as order_id,
        item_documents.id as order_line_id,
        {{ json_text('item_documents.data', 'product_id') }} as product_id,
        {{ json_text('item_documents.data', 'name') }} as description,
        {{ json_text('item_documents.data', 'subscription_id') }} as subscription_id,
        currencies.currency,
        coalesce({{ json_bigint('item_documents.data', 'quantity') }}, 1) as quantity,
        {{ file_amount('item_documents.data', 'amount', 'currencies.exponent') }} as amount_minor,
        item_documents.is_deleted
    from item_documents
    left join currencies on lower({{ json_text('item_documents.data', 'currency') }}) = currencies.currency
),

lines as (
    select * from within_orders

    union all

    select * from of_their_own
)

select
    connection,
    order_id,
    order_line_id,
    product_id,
    description,
    subscription_id,
    currency,
    quantity,
    amount_minor,
    is_deleted
from lines
