with orders as (
    select * from {{ ref('int_orders') }}
),

payment_totals as (
    select * from {{ ref('int_payment_totals') }}
),

refund_totals as (
    select
        connection,
        order_id,
        cast(sum(case when is_counted then amount_minor else 0 end) as bigint) as refunded_minor,
        cast(sum(case when status = 'pending' then amount_minor else 0 end) as bigint) as pending_refund_minor
    from {{ ref('int_order_refunds') }}
    where order_id is not null
    group by connection, order_id
),

dispute_totals as (
    select
        connection,
        order_id,
        cast(sum(lost_minor) as bigint) as disputes_lost_minor,
        cast(sum(case when is_open then amount_minor else 0 end) as bigint) as open_dispute_minor,
        max(case when is_lost then 1 else 0 end) = 1 as has_lost_dispute,
        max(case when is_open then 1 else 0 end) = 1 as has_open_dispute
    from {{ ref('int_disputes') }}
    where order_id is not null
    group by connection, order_id
),

fees as (
    select * from {{ ref('int_order_fees') }}
),

matches as (
    select * from {{ ref('int_order_matches') }}
),

unmatched as (
    select * from {{ ref('int_unmatched_orders') }}
),

duplicates as (
    select * from {{ ref('int_order_duplicates') }}
),

order_rates as (
    select * from {{ ref('int_order_rates') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

report_currencies as (
    {{ report_currency_row() }}
),

totalled as (
    select
        orders.*,
        duplicates.order_id is not null as is_duplicate,
        duplicates.is_duplicate_of,
        duplicates.duplicate_of_connection,
        order_rates.report_rate,
        coalesce(payment_totals.charges, 0) as attempts,
        coalesce(payment_totals.collected_minor, 0) as collected_minor,
        coalesce(refund_totals.refunded_minor, 0) as refunded_minor,
        coalesce(refund_totals.pending_refund_minor, 0) as pending_refund_minor,
        coalesce(dispute_totals.disputes_lost_minor, 0) as disputes_lost_minor,
        coalesce(dispute_totals.open_dispute_minor, 0) as open_dispute_minor,
        coalesce(dispute_totals.has_lost_dispute, false) as has_lost_dispute,
        coalesce(dispute_totals.has_open_dispute, false) as has_open_dispute,
        coalesce(payment_totals.has_payment, false) as has_payment,
        coalesce(payment_totals.has_pending_charge, false) as has_pending_charge,
        coalesce(payment_totals.has_open_authorization, false) as has_open_authorization
    from orders
    left join duplicates
        on orders.connection = duplicates.connection and orders.order_id = duplicates.order_id
    left join order_rates
        on orders.connection = order_rates.connection and orders.order_id = order_rates.order_id
    left join payment_totals
        on orders.connection = payment_totals.connection and orders.order_id = payment_totals.order_id
    left join refund_totals
        on orders.connection = refund_totals.connection and orders.order_id = refund_totals.order_id
    left join dispute_totals
        on orders.connection = dispute_totals.connection and orders.order_id = dispute_totals.order_id
),

-- The first that holds.
judged as (
    select
        totalled.*,
        case
            when has_lost_dispute then 'dispute_lost'
            when has_open_dispute then 'disputed'
            when collected_minor > 0 and refunded_minor >= collected_minor then 'refunded'
            when collected_minor > 0 and refunded_minor > 0 then 'partially_refunded'
            when order_source in ('invoice', 'file') then vendor_status
            when vendor_status = 'succeeded' or has_payment then 'paid'
            when vendor_status in ('requires_capture', 'processing') then 'open'
            when coalesce(vendor_status, '') <> 'canceled' and (has_pending_charge or has_open_authorization)
                then 'open'
            else 'failed'
        end as order_status
    from totalled
),

numbered as (
    select
        connection,
        order_id,
        row_number() over (
            partition by payer_id
            order by ordered_at, connection, order_id
        ) as customer_order_number
    from (
        select
            judged.connection,
            judged.order_id,
            judged.ordered_at,
            matches.payer_id
        from judged
        inner join matches
            on judged.connection = matches.connection and judged.order_id = matches.order_id
        where judged.collected_minor > 0 and not judged.is_duplicate
    ) as paid_orders
),

subscription_orders as (
    select
        connection,
        order_id,
        first_value(order_id) over (
            partition by connection, subscription_id
            order by ordered_at, order_id
        ) as subscription_first_order_id
    from orders
    where subscription_id is not null
),

{%- set excluded = excluded_order_statuses() %}
{%- set measures = [
    'revenue', 'policy_revenue', 'collected', 'refunded', 'disputes_lost', 'outstanding', 'tax'
] %}

amounts as (
    select
        judged.*,
        judged.collected_minor - judged.refunded_minor - judged.disputes_lost_minor as net_revenue_minor,
        -- An open bill is collected on, also after a part of what was paid went back or was contested. What
        -- Stripe says is left of it knows of credits, earlier debts and money paid outside.
        case
            when
                judged.order_status = 'open'
                or (judged.order_source in ('invoice', 'file') and judged.vendor_status = 'open')
                then coalesce(judged.remaining_minor, judged.revenue_minor - judged.collected_minor)
            else 0
        end as outstanding_minor,
        coalesce(fees.fees_minor, 0) as fees_minor,
        fees.settlement_currency,
        fees.settled_fees_minor,
        fees.settled_net_minor,
        case
            when judged.is_duplicate then 0
            {%- if excluded %}
            when judged.order_status in ('{{ excluded | join("', '") }}') then 0
            {%- endif %}
            else judged.revenue_minor
        end as policy_revenue_minor
    from judged
    left join fees
        on judged.connection = fees.connection and judged.order_id = fees.order_id
),

-- Fees settled in the report currency are known exactly there.
converted as (
    select
        amounts.*,
        {%- for measure in measures %}
        {{ report_amount(
            'amounts.' ~ measure ~ '_minor', 'amounts.report_rate', 'currencies.exponent', 'report_currencies.exponent'
        ) }} as {{ measure }},
        {%- endfor %}
        case
            when amounts.settlement_currency = '{{ report_currency() }}'
                then {{ major_units('amounts.settled_fees_minor', 'report_currencies.exponent') }}
            else {{ report_amount(
                'amounts.fees_minor', 'amounts.report_rate', 'currencies.exponent', 'report_currencies.exponent'
            ) }}
        end as fees
    from amounts
    left join currencies on amounts.currency = currencies.currency
    left join report_currencies on true
)

select
    converted.connector,
    converted.processor,
    converted.connection,
    converted.order_id,
    converted.order_source,
    converted.order_status,
    converted.is_duplicate,
    converted.is_duplicate_of,
    converted.duplicate_of_connection,
    converted.revenue_minor = 0 as is_zero_amount,
    converted.currency,
    converted.revenue_minor,
    cast(converted.policy_revenue_minor as bigint) as policy_revenue_minor,
    converted.collected_minor,
    converted.refunded_minor,
    converted.pending_refund_minor,
    converted.disputes_lost_minor,
    converted.open_dispute_minor,
    converted.net_revenue_minor,
    converted.outstanding_minor,
    converted.tax_minor,
    converted.fees_minor,
    converted.settlement_currency,
    converted.settled_fees_minor,
    converted.settled_net_minor,
    '{{ report_currency() }}' as report_currency,
    converted.report_rate,
    converted.revenue,
    converted.policy_revenue,
    converted.collected,
    converted.refunded,
    converted.disputes_lost,
    cast(converted.collected - converted.refunded - converted.disputes_lost as numeric(38, 3)) as net_revenue,
    converted.outstanding,
    converted.tax,
    converted.fees,
    converted.order_lines,
    converted.attempts,
    converted.ordered_at,
    converted.finalized_at,
    case
        when converted.order_status not in ('open', 'failed', 'uncollectible') then converted.paid_at
    end as paid_at,
    converted.customer_id as stripe_customer_id,
    case when converted.connector = 'stripe' then converted.subscription_id end as stripe_subscription_id,
    converted.subscription_id,
    subscription_orders.subscription_first_order_id,
    matches.payer_id,
    matches.person_id,
    matches.match_method,
    matches.match_email,
    matches.matched_contact_id,
    matches.matched_contact_connection,
    unmatched.unmatched_reason,
    unmatched.candidate_emails as unmatched_emails,
    unmatched.nearest_contact_id,
    unmatched.nearest_contact_email,
    numbered.customer_order_number,
    numbered.customer_order_number = 1 as is_new_customer
from converted
inner join matches
    on converted.connection = matches.connection and converted.order_id = matches.order_id
left join unmatched
    on converted.connection = unmatched.connection and converted.order_id = unmatched.order_id
left join numbered
    on converted.connection = numbered.connection and converted.order_id = numbered.order_id
left join subscription_orders
    on
        converted.connection = subscription_orders.connection
        and converted.order_id = subscription_orders.order_id
