{{ config(severity='warn') }}
-- Days of spend are the ad account's own: in another zone than the reports' they begin at another hour.
select distinct
    connection,
    account_id,
    time_zone
from {{ ref('fct_ad_spend') }}
where time_zone <> '{{ report_timezone() }}'
