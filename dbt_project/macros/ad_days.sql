{# Days of ads, in the steps that are the same for every ad platform. #}

{#
  The rows of the CTE `of_ads`, then what each of `campaign_days` has beyond its ads, as residuals: campaigns whose ads
  a platform does not list, and what it counts for no ad. `keys` name a campaign; `unknown` are the text columns of
  `of_ads` that a campaign's day does not know.
#}
{% macro ad_days_with_residuals(keys, unknown) -%}
    with carried as (
        select
            connection,
            {%- for key in keys %}
            {{ key }},
            {%- endfor %}
            spend_date,
            sum(spend_micros) as spend_micros,
            sum(impressions) as impressions,
            sum(clicks) as clicks
        from of_ads
        where not is_deleted
        group by connection, {{ keys | join(', ') }}, spend_date
    ),

    residuals as (
        select
            campaign_days.connection,
            campaign_days.campaign_day_id || '/residual' as ad_day_id,
            {%- for key in keys %}
            campaign_days.{{ key }},
            {%- endfor %}
            campaign_days.spend_date,
            cast(campaign_days.spend_micros - coalesce(carried.spend_micros, 0) as bigint) as spend_micros,
            cast(campaign_days.impressions - coalesce(carried.impressions, 0) as bigint) as impressions,
            cast(campaign_days.clicks - coalesce(carried.clicks, 0) as bigint) as clicks
        from campaign_days
        left join carried
            on
                campaign_days.connection = carried.connection
                {%- for key in keys %}
                and campaign_days.{{ key }} = carried.{{ key }}
                {%- endfor %}
                and campaign_days.spend_date = carried.spend_date
    )

    select
        connection,
        ad_day_id,
        {%- for column in keys + unknown %}
        {{ column }},
        {%- endfor %}
        spend_date,
        spend_micros,
        impressions,
        clicks,
        false as is_residual,
        is_deleted
    from of_ads

    union all

    select
        connection,
        ad_day_id,
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        {%- for column in unknown %}
        cast(null as {{ text_type() }}) as {{ column }},
        {%- endfor %}
        spend_date,
        spend_micros,
        impressions,
        clicks,
        true as is_residual,
        false as is_deleted
    from residuals
    where spend_micros <> 0 or impressions <> 0 or clicks <> 0
{%- endmacro %}

{#
  One row per state the objects of the CTEs `documents` and `past` were ever held in, with when it was first read so:
  a state began when the one before it ended; its own sight may be a later one of the same figures.
#}
{% macro readings_of_states() -%}
    with states as (
        select
            connection,
            id,
            version,
            replaced_version,
            is_deleted,
            data,
            false as is_current
        from past

        union all

        select
            connection,
            id,
            version,
            cast(null as bigint) as replaced_version,
            is_deleted,
            data,
            true as is_current
        from documents
    ),

    begun as (
        select
            *,
            coalesce(
                lag(replaced_version) over (partition by connection, id order by version, is_current), version
            ) as read_version
        from states
    )

    select
        connection,
        id,
        {{ version_time('read_version') }} as read_at,
        data,
        is_deleted,
        is_current
    from begun
{%- endmacro %}
