{% set fields = ['click_id_kind', 'referrer_host', 'utm_medium', 'utm_source', 'original_source'] %}
{% set utms = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term'] %}
{# What may name an ad or a campaign, the surest first, ids before words: kind of name, where it is. #}
{% set rungs = [
    ['ad_id', 'ad_parameter'],
    ['ad_id', 'utm_id'],
    ['ad_id', 'utm_content'],
    ['ad_id', 'utm_term'],
    ['campaign_id', 'campaign_parameter'],
    ['campaign_id', 'utm_id'],
    ['campaign_id', 'utm_campaign'],
    ['ad_utm', 'utm_key'],
    ['campaign_of_source', 'source_alias_key'],
    ['campaign_alias', 'alias_key'],
] %}
{# An ad known by its words alone is no ad of another campaign whose id the click bears. #}
{% set of_no_other_campaign = "and (rung_8.connection, rung_8.campaign_id) = ("
    ~ "coalesce(rung_5.connection, rung_6.connection, rung_7.connection, rung_8.connection), "
    ~ "coalesce(rung_5.campaign_id, rung_6.campaign_id, rung_7.campaign_id, rung_8.campaign_id))" %}

with origins as (
    select * from {{ ref('int_touch_origins') }}
),

touch_rules as (
    select * from {{ ref('int_touch_rules') }}
),

ad_names as (
    select * from {{ ref('int_ad_names') }}
),

campaigns as (
    select * from {{ ref('dim_campaigns') }}
),

-- The rule of the lowest order among those its values fit. A tag's source is its CRM, which sent no visitor.
ruled as (
    select
        origins.*,
        coalesce(click_id_kind_rules.channel in ('paid', 'display'), false) as is_ad_click,
        least(
            {% for field in fields %}
            {{ field }}_rules.rule_order{{ "," if not loop.last }}
            {% endfor %}
        ) as rule_order,
        coalesce(
            {% for field in fields %}
            {{ field }}_rules.source{{ "," if not loop.last }}
            {% endfor %}
        ) as rule_source
    from origins
    {% for field in fields %}
    left join touch_rules as {{ field }}_rules
        on
            {{ field }}_rules.field = '{{ field }}'
            and lower(origins.{{ field }}) = {{ field }}_rules.value
            {{ "and not origins.is_own_referrer" if field == 'referrer_host' }}
            {{ "and origins.event_kind <> 'tag'" if field == 'utm_source' }}
    {% endfor %}
),

channels as (
    select distinct
        rule_order,
        channel
    from touch_rules
),

-- Only visits and opt-ins can come from an ad; mail often bears the name of the campaign it accompanies.
channelled as (
    select
        ruled.*,
        coalesce(channels.channel, 'direct') as channel,
        case
            when ruled.event_kind <> 'tag' then {{ utm_set(utms) }}
        end as utm_key,
        case
            when
                ruled.event_kind <> 'tag'
                and coalesce(channels.channel, 'direct') not in ('email', 'affiliate')
                then {{ campaign_alias('ruled.utm_campaign') }}
        end as alias_key
    from ruled
    left join channels on ruled.rule_order = channels.rule_order
),

keyed as (
    select
        channelled.*,
        lower(utm_source) || '|' || alias_key as source_alias_key
    from channelled
),

joined as (
    select
        keyed.*,
        coalesce(
            {% for rung in rungs %}
            rung_{{ loop.index }}.connection{{ "," if not loop.last }}
            {% endfor %}
        ) as ad_connection,
        coalesce(
            {% for rung in rungs %}
            rung_{{ loop.index }}.campaign_id{{ "," if not loop.last }}
            {% endfor %}
        ) as campaign_id,
        coalesce(
            {% for rung in rungs %}
            rung_{{ loop.index }}.ad_id{{ "," if not loop.last }}
            {% endfor %}
        ) as ad_id
    from keyed
    {% for kind, key in rungs %}
    left join ad_names as rung_{{ loop.index }}
        on
            rung_{{ loop.index }}.name_kind = '{{ kind }}'
            and keyed.{{ key }} = rung_{{ loop.index }}.name
            and keyed.event_kind <> 'tag'
            {{ of_no_other_campaign if kind == 'ad_utm' }}
    {% endfor %}
),

labelled as (
    select
        joined.origin_id,
        case when joined.is_ad_click then 'ad_click' else joined.event_kind end as touch_type,
        joined.channel,
        coalesce(
            joined.utm_source,
            joined.rule_source,
            case when not joined.is_own_referrer then joined.referrer_host end,
            '(direct)'
        ) as source,
        coalesce(
            joined.utm_medium,
            case joined.channel
                when 'paid' then 'cpc'
                when 'search' then 'organic'
                when 'direct' then '(none)'
                else joined.channel
            end
        ) as medium,
        coalesce(
            joined.utm_campaign,
            campaigns.campaign_name,
            joined.campaign_id,
            case when joined.channel = 'paid' then '(untracked)' end
        ) as campaign,
        joined.utm_content as content,
        joined.utm_term as term,
        joined.referrer_host,
        joined.click_id_kind,
        joined.ad_connection,
        joined.ad_id,
        joined.campaign_id
    from joined
    left join campaigns
        on joined.ad_connection = campaigns.connection and joined.campaign_id = campaigns.campaign_id
),

-- Whoever writes a link may write an address into any word of it.
shown as (
    select
        origin_id,
        touch_type,
        channel,
        {{ pii_in_text('source') }} as source,
        {{ pii_in_text('medium') }} as medium,
        {{ pii_in_text('campaign') }} as campaign,
        {{ pii_in_text('content') }} as content,
        {{ pii_in_text('term') }} as term,
        referrer_host,
        click_id_kind,
        ad_connection,
        ad_id,
        campaign_id
    from labelled
)

select
    shown.*,
    {{ row_hash(['channel', 'source', 'medium', 'campaign', 'ad_connection', 'campaign_id', 'ad_id']) }}
        as label_id
from shown
