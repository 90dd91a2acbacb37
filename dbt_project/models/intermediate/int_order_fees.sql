with object_fees as (
    select * from {{ ref('int_object_fees') }}
)

select
    connection,
    order_id,
    cast(sum(fees_minor) as bigint) as fees_minor,
    sum(unconverted_fees) as unconverted_fees,
    case
        when min(settlement_currency) = max(settlement_currency) then min(settlement_currency)
    end as settlement_currency,
    case
        when min(settlement_currency) = max(settlement_currency)
            then cast(sum(settled_fees_minor) as bigint)
    end as settled_fees_minor,
    case
        when min(settlement_currency) = max(settlement_currency)
            then cast(sum(settled_net_minor) as bigint)
    end as settled_net_minor
from object_fees
group by connection, order_id
