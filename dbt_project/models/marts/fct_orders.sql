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
    from {{ ref('int_refunds') }}
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

totalled as (
    select
        orders.*,
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
            when order_source = 'invoice' then vendor_status
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
        where judged.collected_minor > 0
    ) as paid_orders
)

select
    judged.connection,
    judged.order_id,
    judged.order_source,
    judged.order_status,
    judged.revenue_minor = 0 as is_zero_amount,
    judged.currency,
    judged.revenue_minor,
    judged.collected_minor,
    judged.refunded_minor,
    judged.pending_refund_minor,
    judged.disputes_lost_minor,
    judged.open_dispute_minor,
    judged.collected_minor - judged.refunded_minor - judged.disputes_lost_minor as net_revenue_minor,
    case
        when judged.order_status = 'open' then judged.revenue_minor - judged.collected_minor
        else 0
    end as outstanding_minor,
    judged.tax_minor,
    coalesce(fees.fees_minor, 0) as fees_minor,
    fees.settlement_currency,
    fees.settled_fees_minor,
    fees.settled_net_minor,
    judged.order_lines,
    judged.attempts,
    judged.ordered_at,
    judged.finalized_at,
    case
        when judged.order_status not in ('open', 'failed', 'uncollectible') then judged.paid_at
    end as paid_at,
    judged.customer_id as stripe_customer_id,
    judged.subscription_id as stripe_subscription_id,
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
from judged
inner join matches
    on judged.connection = matches.connection and judged.order_id = matches.order_id
left join unmatched
    on judged.connection = unmatched.connection and judged.order_id = unmatched.order_id
left join fees
    on judged.connection = fees.connection and judged.order_id = fees.order_id
left join numbered
    on judged.connection = numbered.connection and judged.order_id = numbered.order_id
