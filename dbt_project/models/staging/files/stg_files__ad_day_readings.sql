with documents as (
    select * from {{ ref('base_files__ad_days') }}
),

former_documents as (
    select * from {{ ref('base_files__ad_days_past') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

-- A state that was replaced by another file of the same moment was never anybody's reading.
states as (
    select
        connection,
        id,
        version,
        data,
        is_deleted
    from former_documents
    where replaced_version > version

    union all

    select
        connection,
        id,
        version,
        data,
        is_deleted
    from documents
),

readings as (
    select
        states.connection,
        states.id as ad_day_id,
        states.version,
        {{ version_time('states.version') }} as read_at,
        {{ json_text('documents.data', 'account_id') }} as account_id,
        {{ json_text('documents.data', 'campaign_id') }} as campaign_id,
        {{ json_text('documents.data', 'ad_id') }} as ad_id,
        {{ json_date('documents.data', 'date') }} as spend_date,
        lower({{ json_text('states.data', 'currency') }}) as currency,
        coalesce({{ json_bigint('states.data', 'impressions') }}, 0) as impressions,
        coalesce({{ json_bigint('states.data', 'clicks') }}, 0) as clicks,
        {{ file_spend_micros('states.data', 'currencies.exponent') }} as spend_micros,
        states.is_deleted
    from states
    inner join documents on states.connection = documents.connection and states.id = documents.id
    left join currencies on lower({{ json_text('states.data', 'currency') }}) = currencies.currency
),

beside_the_former as (
    select
        readings.*,
        row_number() over day_of_an_ad as reading_number,
        lag(currency) over day_of_an_ad as former_currency,
        lag(spend_micros) over day_of_an_ad as former_spend_micros,
        lag(impressions) over day_of_an_ad as former_impressions,
        lag(clicks) over day_of_an_ad as former_clicks,
        lag(is_deleted) over day_of_an_ad as former_is_deleted
    from readings
    window day_of_an_ad as (partition by connection, ad_day_id order by version)
),

changes as (
    select *
    from beside_the_former
    where
        reading_number = 1
        or currency is distinct from former_currency
        or spend_micros is distinct from former_spend_micros
        or impressions is distinct from former_impressions
        or clicks is distinct from former_clicks
        or is_deleted is distinct from former_is_deleted
)

select
    connection,
    ad_day_id,
    read_at,
    account_id,
    campaign_id,
    ad_id,
    spend_date,
    currency,
    spend_micros,
    impressions,
    clicks,
    is_deleted,
    row_number() over (partition by connection, ad_day_id order by version desc) = 1 as is_current
from changes
