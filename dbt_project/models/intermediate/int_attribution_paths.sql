{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook=[
        "{{ with_memory() }}",
        "{{ note_transaction_number() }}",
        "{{ mark_stale(this, ref('int_attribution_persons')) }}"
    ],
    indexes=[{'columns': ['order_id']}]
) }}

with persons as (
    select persons.*
    from {{ ref('int_attribution_persons') }} as persons
    where
        persons.fingerprint is not null
        {% if is_incremental() %}
        and not exists (
            select 1 from {{ this }} as built
            where built.person_id = persons.person_id and built.replaced_in is null
        )
        {% endif %}
),

touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
    where touch_type in ('{{ credited_touch_types() | join("', '") }}')
),

-- A short number for each order of this build: steps are taken apart and put together by it.
orders as (
    select
        orders.*,
        row_number() over (order by orders.connection, orders.order_id) as order_number,
        persons.first_touched_at,
        persons.opt_in_at,
        persons.is_before_tracking,
        persons.fingerprint
    from {{ ref('int_attribution_orders') }} as orders
    inner join persons on orders.person_id = persons.person_id
),

-- The window is closed on both ends: a touch at the very moment of the order still led to it.
within_window as (
    select
        orders.order_number,
        orders.revenue_minor as amount,
        orders.opt_in_at,
        touchpoints.touchpoint_id,
        touchpoints.touch_type,
        touchpoints.touched_at,
        touchpoints.channel,
        touchpoints.label_id
    from orders
    inner join touchpoints
        on
            orders.person_id = touchpoints.person_id
            and orders.path_at >= touchpoints.touched_at
            and {{ seconds_after('orders.path_at', '-' ~ attribution_window_seconds()) }}
            <= touchpoints.touched_at
),

-- The lead was made by the last touch up to its creation; of several at that moment, by the opt-in itself.
numbered as (
    select
        within_window.*,
        row_number() over path_order as touch_number,
        count(*) over whole_path as touches,
        max(touched_at) over whole_path as last_touched_at,
        max(
            case
                when touched_at = opt_in_at
                    then case when touch_type = 'opt_in' then '1' else '0' end || touchpoint_id
            end
        ) over whole_path as opt_in_key
    from within_window
    window
        path_order as (partition by order_number order by touched_at, touchpoint_id),
        whole_path as (partition by order_number)
),

halved as (
    select
        numbered.*,
        case when touches > 1 then {{ half_life_weight('touched_at', 'last_touched_at') }} end as halving
    from numbered
),

weighed as (
    select
        halved.*,
        max(case when channel <> 'direct' then touch_number end) over whole_path as last_non_direct_number,
        coalesce(halving / sum(halving) over whole_path, 1) as weight
    from halved
    window whole_path as (
        partition by order_number
        order by touched_at, touchpoint_id
        rows between unbounded preceding and unbounded following
    )
),

split_revenue as (
    {{ split_by_largest_remainder('weighed', 'order_number') }}
),

-- Net and converted amounts mostly are the revenue, or nothing: only others are split on their own.
to_split as (
    select
        weighed.order_number,
        weighed.touch_number,
        weighed.weight,
        kinds.position as amount_kind,
        case kinds.position
            when 1 then orders.net_revenue_minor
            when 2 then orders.report_revenue_minor
            else orders.report_net_revenue_minor
        end as amount
    from orders
    inner join {{ positions(3) }} as kinds
        on
            (kinds.position = 1 and orders.net_revenue_minor not in (0, orders.revenue_minor))
            or (kinds.position = 2 and orders.report_revenue_minor not in (0, orders.revenue_minor))
            or (
                kinds.position = 3
                and orders.report_net_revenue_minor not in (0, orders.report_revenue_minor)
            )
    inner join weighed on orders.order_number = weighed.order_number
    where weighed.touches > 1
),

split_others as (
    {{ split_by_largest_remainder('to_split', 'order_number, amount_kind') }}
),

-- A path of one row gives it everything, whatever the model; so does the lack of a path.
paths as (
    select
        orders.*,
        split_revenue.touchpoint_id,
        split_revenue.touched_at,
        split_revenue.channel,
        split_revenue.label_id,
        split_revenue.last_non_direct_number,
        split_revenue.opt_in_key,
        split_revenue.touch_number is not null as has_touch,
        coalesce(split_revenue.touch_number, 1) as touch_number,
        coalesce(split_revenue.touches, 1) as touches,
        coalesce(split_revenue.weight, 1) as decay_weight,
        coalesce(split_revenue.credit_minor, orders.revenue_minor) as decay_revenue_minor,
        split_net.credit_minor as decay_net_minor,
        split_report.credit_minor as decay_report_minor,
        split_report_net.credit_minor as decay_report_net_minor
    from orders
    left join split_revenue on orders.order_number = split_revenue.order_number
    {% for name in ['split_net', 'split_report', 'split_report_net'] %}
    left join split_others as {{ name }}
        on
            {{ name }}.amount_kind = {{ loop.index }}
            and split_revenue.order_number = {{ name }}.order_number
            and split_revenue.touch_number = {{ name }}.touch_number
    {% endfor %}
),

decayed as (
    select
        paths.*,
        case
            when decay_net_minor is not null then decay_net_minor
            when net_revenue_minor = revenue_minor then decay_revenue_minor
            else net_revenue_minor
        end as decay_net_revenue_minor,
        case
            when decay_report_minor is not null then decay_report_minor
            when report_revenue_minor = revenue_minor then decay_revenue_minor
            else report_revenue_minor
        end as decay_report_revenue_minor
    from paths
)

select
    connection,
    order_id,
    person_id,
    fingerprint,
    ordered_at,
    order_date,
    path_at,
    currency,
    revenue_minor,
    net_revenue_minor,
    report_currency,
    report_exponent,
    report_revenue_minor,
    report_net_revenue_minor,
    is_first_paid,
    touchpoint_id,
    touched_at,
    {{ local_date('touched_at', report_timezone()) }} as touch_date,
    channel,
    label_id,
    touch_number,
    touches,
    not has_touch or touch_number = coalesce(last_non_direct_number, touches) as is_last_non_direct,
    coalesce(substring(opt_in_key, 2) = touchpoint_id, false) as is_opt_in,
    case
        when has_touch then null
        when first_touched_at <= path_at then 'outside_window'
        when is_before_tracking then 'before_tracking'
        else 'no_touch'
    end as unattributed_reason,
    case
        when opt_in_key is not null then null
        when case when has_touch then opt_in_at else first_touched_at end <= path_at then 'outside_window'
        when is_before_tracking then 'before_tracking'
        else 'no_touch'
    end as opt_in_reason,
    decay_weight,
    decay_revenue_minor,
    decay_net_revenue_minor,
    decay_report_revenue_minor,
    case
        when decay_report_net_minor is not null then decay_report_net_minor
        when report_net_revenue_minor = report_revenue_minor then decay_report_revenue_minor
        else report_net_revenue_minor
    end as decay_report_net_revenue_minor,
    {{ transaction_number() }} as built_in,
    cast(null as bigint) as replaced_in
from decayed
