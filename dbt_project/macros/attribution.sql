{#
  The attribution models as expressions over a path: `touch_number` of `touches`, and whole minor units split by
  largest remainder, ties to the earliest touch. An order without touches has one row, which gets everything.
#}

{# Change it when a model's meaning changes: every person is then recomputed. #}
{% macro attribution_version() -%}1{%- endmacro %}

{% macro rule_models() -%}
    {{ return([
        'first_touch', 'last_touch', 'last_non_direct', 'opt_in', 'linear', 'position_based', 'time_decay', 'any_touch'
    ]) }}
{%- endmacro %}

{% macro data_models() -%}
    {{ return(['markov', 'shapley']) }}
{%- endmacro %}

{# The type of sums of fractions of orders, leads and customers. #}
{% macro fraction_type() -%}numeric(38, 9){%- endmacro %}

{# What every path depends on beside its orders and touches. #}
{% macro attribution_settings() -%}
    {{ return([
        attribution_version(), attribution_window_days(), half_life_days(), credited_touch_types() | sort | join(','),
        tracking_started_at(), report_timezone(), report_currency()
    ] | join('|')) }}
{%- endmacro %}

{% macro attribution_window_seconds() -%}
    {{ return((attribution_window_days() | float * 86400) | int) }}
{%- endmacro %}

{# A fraction of an order in whole numbers: sums of them are exact, and taking a part away leaves the rest. #}
{% macro parts(weight) -%}
    cast(round(1000000000000000 * ({{ weight }})) as bigint)
{%- endmacro %}

{% macro fraction_of_parts(sum_of_parts) -%}
    cast({{ sum_of_parts }} / 1000000000000000.0 as {{ fraction_type() }})
{%- endmacro %}

{# What is summed by day of each rule's credits; a row of the sums has one column for each model and measure. #}
{% macro day_measures() -%}
    {{ return([
        'parts', 'customer_parts', 'revenue_minor', 'net_revenue_minor', 'report_revenue_minor',
        'report_net_revenue_minor'
    ]) }}
{%- endmacro %}

{% macro day_sum_columns() -%}
    {%- set columns = ['credits'] -%}
    {%- for model in rule_models() -%}
        {%- for measure in day_measures() -%}
            {%- do columns.append(model ~ '_' ~ measure) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}

{# The sums of the last build, or none. #}
{% macro sums_so_far(table) -%}
    {%- if is_incremental() -%}
    select * from {{ table }}
    {%- else -%}
    select
        cast(0 as bigint) as cell_id,
        {%- for column in day_sum_columns() %}
        cast(0 as bigint) as {{ column }},
        {%- endfor %}
        cast(0 as bigint) as summed_in
    where false
    {%- endif -%}
{%- endmacro %}

{# How far the sums of the last build went. #}
{% macro summed_in(table) -%}
    {%- if is_incremental() -%}(select coalesce(max(summed_in), 0) from {{ table }}){%- else -%}0{%- endif -%}
{%- endmacro %}

{# One of these columns of one row of a path. #}
{% macro day_credit(model, measure) -%}
    {%- if measure == 'parts' -%}{{ parts(model_weight(model)) }}
    {%- elif measure == 'customer_parts' -%}case when is_first_paid then {{ parts(model_weight(model)) }} else 0 end
    {%- else -%}{{ model_credit(model, measure, 'decay_' ~ measure) }}
    {%- endif -%}
{%- endmacro %}

{# Which rows of a path a model's sums by label take; opt_in's gaps, which have no label, are summed apart. #}
{% macro sums_credit(model) -%}
    {%- if model == 'opt_in' -%}(is_opt_in or touchpoint_id is null)
    {%- else -%}{{ model_credits(model) }}
    {%- endif -%}
{%- endmacro %}

{# Of the sums, the rows in which a model credits anything at all. #}
{% macro model_days(model) -%}
    {%- if model in ('linear', 'position_based', 'time_decay') -%}credits > 0
    {%- elif model == 'any_touch' -%}credits > 0 and label_id is not null
    {%- else -%}{{ model }}_parts > 0
    {%- endif -%}
{%- endmacro %}

{# Which rows of a path a model credits. #}
{% macro model_credits(model) -%}
    {%- if model == 'first_touch' -%}touch_number = 1
    {%- elif model == 'last_touch' -%}touch_number = touches
    {%- elif model == 'last_non_direct' -%}is_last_non_direct
    {%- elif model == 'opt_in' -%}(is_opt_in or (touch_number = 1 and opt_in_reason is not null))
    {%- elif model == 'any_touch' -%}touchpoint_id is not null
    {%- else -%}true
    {%- endif -%}
{%- endmacro %}

{# What part of the order, or of the lead, a credited row gets. #}
{% macro model_weight(model) -%}
    {%- if model == 'linear' -%}cast(1 as double precision) / touches
    {%- elif model == 'position_based' -%}
    case
        when touches < 3 then cast(1 as double precision) / touches
        when touch_number in (1, touches) then cast(0.4 as double precision)
        else cast(0.2 as double precision) / (touches - 2)
    end
    {%- elif model == 'time_decay' -%}decay_weight
    {%- else -%}cast(1 as double precision)
    {%- endif -%}
{%- endmacro %}

{# The whole minor units of an amount a credited row gets; `decayed` is the column that holds time_decay's. #}
{% macro model_credit(model, amount, decayed) -%}
    {%- if model == 'linear' -%}{{ linear_credit(amount) }}
    {%- elif model == 'position_based' -%}{{ position_credit(amount) }}
    {%- elif model == 'time_decay' -%}{{ decayed }}
    {%- else -%}{{ amount }}
    {%- endif -%}
{%- endmacro %}

{# All remainders are equal, so the earliest touches get what is left over. #}
{% macro linear_credit(amount) -%}
    cast(sign({{ amount }}) as bigint) * (
        {{ whole_division("abs(" ~ amount ~ ")", "touches") }}
        + case when touch_number <= mod(abs({{ amount }}), touches) then 1 else 0 end
    )
{%- endmacro %}

{#
  40/20/40, the 20 shared by all in between. There are two remainders, the ends' and the others': whoever has the
  larger goes first, and with equal ones the earlier touch.
#}
{% macro position_credit(amount) -%}
    {%- set total = "abs(" ~ amount ~ ")" -%}
    {%- set shared = "(5 * (touches - 2))" -%}
    {%- set end_part = whole_division("2 * " ~ total, "5") -%}
    {%- set middle_part = whole_division(total, shared) -%}
    {%- set end_remainder = "mod(2 * " ~ total ~ ", 5) * (touches - 2)" -%}
    {%- set middle_remainder = "mod(" ~ total ~ ", " ~ shared ~ ")" -%}
    case
        when touches < 3 then {{ linear_credit(amount) }}
        else cast(sign({{ amount }}) as bigint) * (
            case when touch_number in (1, touches) then {{ end_part }} else {{ middle_part }} end
            + case
                when
                    case
                        when {{ end_remainder }} = {{ middle_remainder }} then touch_number
                        when {{ end_remainder }} > {{ middle_remainder }}
                            then
                                case
                                    when touch_number = 1 then 1
                                    when touch_number = touches then 2
                                    else touch_number + 1
                                end
                        when touch_number = 1 then touches - 1
                        when touch_number = touches then touches
                        else touch_number - 1
                    end
                    <= {{ total }} - 2 * ({{ end_part }}) - (touches - 2) * ({{ middle_part }})
                    then 1
                else 0
            end
        )
    end
{%- endmacro %}

{#
  Splits `amount` by `weight` (double precision, summing to 1 in each partition) into whole `credit_minor`. Shares are
  told apart to a millionth of a minor unit: finer differences are the arithmetic's, not the weights'.
#}
{% macro split_by_largest_remainder(relation, partition) -%}
    select
        shared.*,
        cast(
            sign(amount) * (
                whole_part
                + case
                    when
                        row_number() over (partition by {{ partition }} order by remainder desc, touch_number asc)
                        <= abs(amount) - sum(whole_part) over (partition by {{ partition }})
                        then 1
                    else 0
                end
            ) as bigint
        ) as credit_minor
    from (
        select
            parts.*,
            round((share - whole_part) * 1000000) as remainder
        from (
            select
                {{ relation }}.*,
                abs(amount) * weight as share,
                floor(abs(amount) * weight + 0.000001) as whole_part
            from {{ relation }}
        ) as parts
    ) as shared
{%- endmacro %}
