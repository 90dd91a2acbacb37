{#
  Everything is summed from staging, each vendor object once and knowing nothing of orders; the parts are
  summed from the facts. An object that the order logic loses, doubles or alters shows as a difference.
#}
with everything as (
    select * from {{ ref('int_reconciliation_totals') }}
),

parts as (
    select * from {{ ref('int_reconciliation_parts') }}
),

everything_sums as (
    select
        connection,
        month,
        currency,
        measure,
        sum(amount_minor) as everything_minor
    from everything
    group by connection, month, currency, measure
),

reason_sums as (
    select
        connection,
        month,
        currency,
        measure,
        exclusion_reason,
        exclusion_reason || ' ' || cast(sum(amount_minor) as {{ text_type() }}) as reason_text
    from parts
    where exclusion_reason is not null
    group by connection, month, currency, measure, exclusion_reason
),

reasons as (
    select
        connection,
        month,
        currency,
        measure,
        {{ text_list('reason_text', 'exclusion_reason', '; ') }} as excluded_reasons
    from reason_sums
    group by connection, month, currency, measure
),

part_sums as (
    select
        connection,
        month,
        currency,
        measure,
        sum(case when exclusion_reason is null and is_matched then amount_minor end) as matched_minor,
        sum(case when exclusion_reason is null and not is_matched then amount_minor end) as unmatched_minor,
        sum(case when exclusion_reason is not null then amount_minor end) as excluded_minor
    from parts
    group by connection, month, currency, measure
),

keys as (
    select
        connection,
        month,
        currency,
        measure
    from everything_sums

    union

    select
        connection,
        month,
        currency,
        measure
    from part_sums
)

select
    keys.connection,
    keys.month,
    keys.currency,
    keys.measure,
    cast(coalesce(everything_sums.everything_minor, 0) as bigint) as everything_minor,
    cast(coalesce(part_sums.matched_minor, 0) as bigint) as matched_minor,
    cast(coalesce(part_sums.unmatched_minor, 0) as bigint) as unmatched_minor,
    cast(coalesce(part_sums.excluded_minor, 0) as bigint) as excluded_minor,
    reasons.excluded_reasons,
    cast(
        coalesce(everything_sums.everything_minor, 0)
        - coalesce(part_sums.matched_minor, 0)
        - coalesce(part_sums.unmatched_minor, 0)
        - coalesce(part_sums.excluded_minor, 0) as bigint
    ) as difference_minor,
    -- Known when every check of the build has run: written then, by keep_checks.
    cast(null as bigint) as failed_checks,
    cast(null as {{ text_type() }}) as failed_check_names,
    cast(null as {{ timestamp_type() }}) as failed_since,
    {{ as_of('orders') }} as as_of
from keys
left join everything_sums
    on
        keys.connection = everything_sums.connection
        and keys.month = everything_sums.month
        and keys.currency = everything_sums.currency
        and keys.measure = everything_sums.measure
left join part_sums
    on
        keys.connection = part_sums.connection
        and keys.month = part_sums.month
        and keys.currency = part_sums.currency
        and keys.measure = part_sums.measure
left join reasons
    on
        keys.connection = reasons.connection
        and keys.month = reasons.month
        and keys.currency = reasons.currency
        and keys.measure = reasons.measure
