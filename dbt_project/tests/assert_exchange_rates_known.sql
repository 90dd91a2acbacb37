-- An amount without a rate is NULL in the reports: write the pair into exchange_rates, for these days or at
-- most a month before the first.
select
    counted_in,
    currency,
    min(rate_date) as first_day,
    max(rate_date) as last_day,
    count(*) as days,
    sum(amounts) as amounts
from {{ ref('int_unknown_rates') }}
group by counted_in, currency
