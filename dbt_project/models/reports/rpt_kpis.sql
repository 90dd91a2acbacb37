with parts as (
    select * from {{ ref('int_kpi_parts') }}
),

reach as (
    select * from {{ ref('int_report_reach') }}
),

syncs as (
    select * from {{ ref('int_report_syncs') }}
),

-- A median of nobody is not 0.
kpis as (
    {%- for report, entries in kpis().items() %}
    {%- set last_report = loop.last %}
    {%- for entry in entries %}
    select
        '{{ report }}' as report,
        '{{ entry.kpi }}' as kpi,
        '{{ entry.unit }}' as unit,
        '{{ entry.part }}' as part,
        cast({{ "'" ~ entry.per ~ "'" if 'per' in entry else 'null' }} as {{ text_type() }}) as divided_by,
        {{ 'false' if entry.kpi == 'days_to_purchase_median' else 'true' }} as is_zero_without_rows
    {{ "union all" if not (last_report and loop.last) }}
    {%- endfor %}
    {%- endfor %}
),

-- Every period from a report's first day to the data's last: the one before is always the previous one.
spans as (
    select
        parts.report,
        min(parts.period_start) as first_date,
        greatest(max(parts.period_start), max(reach.reaches_date)) as last_date
    from parts
    inner join reach on parts.report = reach.report
    where parts.grain = 'day'
    group by parts.report
),

report_days as (
    select
        spans.report,
        days.report_date
    from spans
    {{ explode_days('spans.first_date', 'spans.last_date', as='days') }}
),

periods as (
    {%- for grain in kpi_grains() %}
    select distinct
        report,
        '{{ grain }}' as grain,
        {{ period_start(grain, 'report_date') }} as period_start,
        {{ periods_later(grain, period_start(grain, 'report_date')) }} as next_period_start
    from report_days
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

-- A period without rows counts 0; an amount that is not known stays NULL.
measured as (
    select
        kpis.*,
        periods.grain,
        periods.period_start,
        periods.next_period_start,
        case
            when numerators.part is null and kpis.is_zero_without_rows then 0
            else numerators.amount
        end as numerator,
        case
            when kpis.divided_by is null then null
            when denominators.part is null then 0
            else denominators.amount
        end as denominator
    from periods
    inner join kpis on periods.report = kpis.report
    left join parts as numerators
        on
            periods.report = numerators.report
            and periods.grain = numerators.grain
            and periods.period_start = numerators.period_start
            and kpis.part = numerators.part
    left join parts as denominators
        on
            periods.report = denominators.report
            and periods.grain = denominators.grain
            and periods.period_start = denominators.period_start
            and kpis.divided_by = denominators.part
),

valued as (
    select
        measured.*,
        case when divided_by is null then numerator else numerator / nullif(denominator, 0) end as value
    from measured
),

compared as (
    select
        valued.*,
        lag(value) over (partition by report, kpi, grain order by period_start) as previous_value
    from valued
)

select
    compared.report,
    compared.kpi,
    compared.grain,
    compared.period_start,
    compared.next_period_start,
    compared.unit,
    case when compared.unit = 'money' then '{{ report_currency() }}' end as report_currency,
    cast(compared.value as numeric(38, 6)) as value,
    cast(compared.numerator as numeric(38, 6)) as numerator,
    cast(compared.denominator as numeric(38, 6)) as denominator,
    cast(compared.previous_value as numeric(38, 6)) as previous_value,
    cast(
        (compared.value - compared.previous_value) / nullif(abs(compared.previous_value), 0) as numeric(38, 6)
    ) as change,
    coalesce(compared.next_period_start <= reach.complete_until_date, false) as is_complete,
    syncs.oldest_synced_at as as_of
from compared
inner join reach on compared.report = reach.report
inner join syncs on compared.report = syncs.report
