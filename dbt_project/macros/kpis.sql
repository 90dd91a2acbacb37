{#
  The KPIs of every report, as data: what is counted, and for a ratio what it is divided by. Parts are columns of the
  report's CTEs in int_kpi_parts. Units: count, money (report currency), ratio, days.
#}
{% macro kpis() -%}
    {{ return({
        'acquisition': [
            {'kpi': 'leads', 'unit': 'count', 'part': 'leads'},
            {'kpi': 'customers', 'unit': 'count', 'part': 'customers'},
            {'kpi': 'conversion_rate', 'unit': 'ratio', 'part': 'customers', 'per': 'leads'},
            {'kpi': 'purchased_before_lead', 'unit': 'count', 'part': 'purchased_before_lead'},
            {'kpi': 'days_until_purchase', 'unit': 'days', 'part': 'days_until_purchase_sum',
             'per': 'days_until_purchase_count'},
            {'kpi': 'first_time_customers', 'unit': 'count', 'part': 'first_time_customers'},
            {'kpi': 'first_order_revenue', 'unit': 'money', 'part': 'first_order_revenue'},
            {'kpi': 'net_first_order_revenue', 'unit': 'money', 'part': 'net_first_order_revenue'},
            {'kpi': 'lead_revenue', 'unit': 'money', 'part': 'lead_revenue'},
            {'kpi': 'net_lead_revenue', 'unit': 'money', 'part': 'net_lead_revenue'},
            {'kpi': 'lead_value', 'unit': 'money', 'part': 'lead_revenue', 'per': 'leads'},
            {'kpi': 'customer_value', 'unit': 'money', 'part': 'lead_revenue', 'per': 'customers'},
            {'kpi': 'ad_spend', 'unit': 'money', 'part': 'ad_spend'},
            {'kpi': 'cost_per_lead', 'unit': 'money', 'part': 'ad_spend', 'per': 'leads'},
            {'kpi': 'cac', 'unit': 'money', 'part': 'ad_spend', 'per': 'customers'},
            {'kpi': 'roas', 'unit': 'ratio', 'part': 'lead_revenue', 'per': 'ad_spend'},
        ],
        'nurture': [
            {'kpi': 'tag_additions', 'unit': 'count', 'part': 'tag_additions'},
            {'kpi': 'persons', 'unit': 'count', 'part': 'persons'},
            {'kpi': 'customers', 'unit': 'count', 'part': 'customers'},
            {'kpi': 'conversion_rate', 'unit': 'ratio', 'part': 'customers', 'per': 'persons'},
            {'kpi': 'revenue_after_touch', 'unit': 'money', 'part': 'revenue_after_touch'},
            {'kpi': 'net_revenue_after_touch', 'unit': 'money', 'part': 'net_revenue_after_touch'},
            {'kpi': 'revenue_any_time', 'unit': 'money', 'part': 'revenue_any_time'},
            {'kpi': 'net_revenue_any_time', 'unit': 'money', 'part': 'net_revenue_any_time'},
            {'kpi': 'days_to_purchase_median', 'unit': 'days', 'part': 'days_to_purchase_median'},
        ],
        'engagement': [
            {'kpi': 'all_contacts', 'unit': 'count', 'part': 'all_contacts'},
            {'kpi': 'engaged_contacts', 'unit': 'count', 'part': 'engaged_contacts'},
            {'kpi': 'engagement_rate', 'unit': 'ratio', 'part': 'engaged_contacts', 'per': 'all_contacts'},
            {'kpi': 'page_views', 'unit': 'count', 'part': 'page_views'},
            {'kpi': 'engaged_customers', 'unit': 'count', 'part': 'engaged_customers'},
            {'kpi': 'engaged_revenue_same_day', 'unit': 'money', 'part': 'engaged_revenue_same_day'},
            {'kpi': 'net_engaged_revenue_same_day', 'unit': 'money', 'part': 'net_engaged_revenue_same_day'},
            {'kpi': 'engaged_lifetime_revenue', 'unit': 'money', 'part': 'engaged_lifetime_revenue'},
            {'kpi': 'net_engaged_lifetime_revenue', 'unit': 'money', 'part': 'net_engaged_lifetime_revenue'},
        ],
        'orders': [
            {'kpi': 'orders', 'unit': 'count', 'part': 'orders'},
            {'kpi': 'revenue', 'unit': 'money', 'part': 'revenue'},
            {'kpi': 'average_order_value', 'unit': 'money', 'part': 'revenue', 'per': 'orders'},
            {'kpi': 'collected', 'unit': 'money', 'part': 'collected'},
            {'kpi': 'net_revenue', 'unit': 'money', 'part': 'net_revenue'},
            {'kpi': 'customers', 'unit': 'count', 'part': 'customers'},
            {'kpi': 'customers_matched', 'unit': 'count', 'part': 'customers_matched'},
        ],
        'subscriptions': [
            {'kpi': 'subscriptions_started', 'unit': 'count', 'part': 'subscriptions_started'},
            {'kpi': 'trials_started', 'unit': 'count', 'part': 'trials_started'},
            {'kpi': 'trial_conversion_rate', 'unit': 'ratio', 'part': 'trials_converted', 'per': 'trials_ended'},
            {'kpi': 'cancellations_requested', 'unit': 'count', 'part': 'cancellations_requested'},
            {'kpi': 'cancellations', 'unit': 'count', 'part': 'cancellations'},
            {'kpi': 'churned_subscribers', 'unit': 'count', 'part': 'churned_subscribers'},
            {'kpi': 'churn_rate_stripe', 'unit': 'ratio', 'part': 'churn_stripe_numerator',
             'per': 'churn_stripe_denominator'},
            {'kpi': 'churn_rate_standard', 'unit': 'ratio', 'part': 'churn_standard_numerator',
             'per': 'churn_standard_denominator'},
            {'kpi': 'active_subscriptions', 'unit': 'count', 'part': 'active_subscriptions'},
            {'kpi': 'mrr', 'unit': 'money', 'part': 'mrr'},
            {'kpi': 'new_mrr', 'unit': 'money', 'part': 'new_mrr'},
            {'kpi': 'reactivation_mrr', 'unit': 'money', 'part': 'reactivation_mrr'},
            {'kpi': 'expansion_mrr', 'unit': 'money', 'part': 'expansion_mrr'},
            {'kpi': 'contraction_mrr', 'unit': 'money', 'part': 'contraction_mrr'},
            {'kpi': 'churn_mrr', 'unit': 'money', 'part': 'churn_mrr'},
        ],
    }) }}
{%- endmacro %}

{# All parts of a report's KPIs, each once. #}
{% macro kpi_parts(report) -%}
    {%- set entries = kpis()[report] -%}
    {%- set divisors = entries | selectattr('per', 'defined') | map(attribute='per') | list -%}
    {{ return((entries | map(attribute='part') | list + divisors) | unique | list) }}
{%- endmacro %}

{# The connectors whose connections tell a report something: money, contacts, and what the report is about. #}
{% macro report_feeds() -%}
    {%- set money = ['stripe', 'files'] -%}
    {%- set money_and_contacts = connectors_of('contacts_from', besides=money) -%}
    {%- set website_too = money_and_contacts + ['web_events'] -%}
    {{ return({
        'acquisition': connectors_of('ad_days_from', besides=website_too),
        'nurture': money_and_contacts,
        'engagement': website_too,
        'orders': money_and_contacts,
        'subscriptions': money,
    }) }}
{%- endmacro %}

{# Up to when the sources of a report had been read when it was built; of one row, for every row of the report. #}
{% macro as_of(report) -%}
    (select oldest_synced_at from {{ ref('int_report_syncs') }} where report = '{{ report }}')
{%- endmacro %}

{# Those of a list of vendors and the ones besides, each once. #}
{% macro connectors_of(list_name, besides) -%}
    {%- set connectors = [] -%}
    {%- for connector in besides -%}{%- do connectors.append(connector) -%}{%- endfor -%}
    {%- for connector in var(list_name) if connector not in connectors -%}
        {%- do connectors.append(connector) -%}
    {%- endfor -%}
    {{ return(connectors) }}
{%- endmacro %}

{% macro kpi_grains() -%}
    {{ return(['day', 'week', 'month']) }}
{%- endmacro %}
