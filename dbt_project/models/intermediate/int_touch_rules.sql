{% set fields = ['click_id_kind', 'referrer_host', 'utm_medium', 'utm_source', 'original_source'] %}

with origins as (
    select * from {{ ref('int_touch_origins') }}
),

rules as (
    select * from {{ ref('channel_rules') }}
),

said as (
    {% for field in fields %}
    select distinct
        '{{ field }}' as field,
        lower({{ field }}) as value
    from origins
    where {{ field }} is not null{{ " and not is_own_referrer" if field == 'referrer_host' }}
    {{ "union all" if not loop.last }}
    {% endfor %}
),

fitting as (
    select
        said.field,
        said.value,
        rules.rule_order,
        rules.channel,
        rules.source,
        row_number() over (partition by said.field, said.value order by rules.rule_order) as rule_rank
    from said
    inner join rules
        on
            said.field = rules.field
            and (
                {{ fits_pattern('said.value', 'rules.pattern') }}
                or (
                    rules.field = 'referrer_host'
                    and {{ fits_pattern('said.value', "'*.' || rules.pattern") }}
                )
            )
)

select
    field,
    value,
    rule_order,
    channel,
    nullif(source, '') as source
from fitting
where rule_rank = 1
