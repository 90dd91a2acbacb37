with stripe_products as (
    select * from {{ ref('stg_stripe__products') }}
    where not is_test_data
),

file_products as (
    select * from {{ ref('stg_files__products') }}
),

file_lines as (
    select * from {{ ref('stg_files__order_lines') }}
    where not is_deleted and product_id is not null
),

-- What a file's order sold and no file of products lists: named as on the line.
sold_products as (
    select
        file_lines.connection,
        file_lines.product_id,
        max(file_lines.description) as product_name
    from file_lines
    left join file_products
        on
            file_lines.connection = file_products.connection
            and file_lines.product_id = file_products.product_id
    where file_products.product_id is null
    group by file_lines.connection, file_lines.product_id
)

select
    'stripe' as connector,
    connection,
    product_id,
    product_name,
    coalesce(is_active, true) and not is_deleted as is_active,
    created_at
from stripe_products

union all

select
    'files' as connector,
    connection,
    product_id,
    product_name,
    not is_deleted as is_active,
    cast(null as {{ timestamp_type() }}) as created_at
from file_products

union all

select
    'files' as connector,
    connection,
    product_id,
    product_name,
    true as is_active,
    cast(null as {{ timestamp_type() }}) as created_at
from sold_products
