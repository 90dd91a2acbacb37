-- What the readings of a day changed, taken together, is what stands; residual rows are never read.
with restated as (
    select
        connection,
        ad_day_id,
        sum(spend_change_micros) as spend_micros
    from {{ ref('fct_ad_spend_restatements') }}
    group by connection, ad_day_id
),

standing as (
    select
        connection,
        ad_day_id,
        spend_micros
    from {{ ref('fct_ad_spend') }}
    where
        not is_residual
        and connector in (
            {%- for connector in var('ad_day_readings_from') %}
            '{{ connector }}'{{ "," if not loop.last }}
            {%- endfor %}
        )
)

select
    coalesce(restated.connection, standing.connection) as connection,
    coalesce(restated.ad_day_id, standing.ad_day_id) as ad_day_id,
    coalesce(restated.spend_micros, 0) as restated_micros,
    coalesce(standing.spend_micros, 0) as standing_micros
from restated
full outer join standing
    on restated.connection = standing.connection and restated.ad_day_id = standing.ad_day_id
where coalesce(restated.spend_micros, 0) <> coalesce(standing.spend_micros, 0)
