with row_hashes as (
    select
        report_date,
        {{ record_hash('sums') }} as row_hash
    from {{ ref('int_attribution_day_sums') }} as sums
    where credits > 0

    union all

    select
        report_date,
        {{ row_hash(['date_basis', 'label_id', 'unattributed_reason', 'first_touch_parts',
            'last_touch_parts', 'last_non_direct_parts', 'opt_in_parts', 'linear_parts', 'position_based_parts',
            'time_decay_parts', 'any_touch_parts']) }} as row_hash
    from {{ ref('int_lead_day_sums') }}

    union all

    select
        report_date,
        {{ row_hash(['model', 'date_basis', 'label_id', 'unattributed_reason', 'currency', 'leads', 'orders',
            'customers', 'revenue_minor', 'net_revenue_minor', 'report_revenue_minor', 'report_net_revenue_minor'
        ]) }} as row_hash
    from {{ ref('int_attribution_data_days') }}

    union all

    select
        order_date as report_date,
        {{ row_hash(['connection', 'order_id', 'currency', 'revenue_minor', 'net_revenue_minor',
            'report_revenue_minor', 'report_net_revenue_minor', 'is_first_paid']) }} as row_hash
    from {{ ref('int_attribution_orders') }}
    where person_id is null
),

-- Which data-driven models there are decides whether unmatched orders have rows of them.
models as (
    select coalesce(max(weights_hash), '') as weights_hash
    from {{ ref('int_attribution_weights') }}
),

days as (
    select
        report_date,
        count(*) as sums,
        {{ hash_sum('row_hash') }} as sums_hash
    from row_hashes
    group by report_date
)

select
    days.report_date,
    md5(
        '{{ attribution_settings() }}' || '|' || models.weights_hash || '|'
        || cast(days.sums as {{ text_type() }}) || '|' || days.sums_hash
    ) as fingerprint
from days
cross join models
