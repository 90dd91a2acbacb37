{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook=[
        "{{ with_memory() }}",
        "{{ delete_stale(this, ref('int_attribution_persons'), 'lead_fingerprint') }}"
    ],
    indexes=[{'columns': ['person_id']}]
) }}

with leads as (
    select
        persons.person_id,
        persons.lead_created_at,
        persons.first_touched_at,
        persons.lead_fingerprint as fingerprint
    from {{ ref('int_attribution_persons') }} as persons
    where
        persons.lead_fingerprint is not null
        {% if is_incremental() %}
        and not exists (
            select 1 from {{ this }} as built
            where built.person_id = persons.person_id
        )
        {% endif %}
),

touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
    where touch_type in ('{{ credited_touch_types() | join("', '") }}')
),

within_window as (
    select
        leads.person_id,
        leads.lead_created_at,
        touchpoints.touchpoint_id,
        touchpoints.touch_type,
        touchpoints.touched_at,
        touchpoints.channel,
        touchpoints.label_id
    from leads
    inner join touchpoints
        on
            leads.person_id = touchpoints.person_id
            and leads.lead_created_at >= touchpoints.touched_at
            and {{ seconds_after('leads.lead_created_at', '-' ~ attribution_window_seconds()) }}
            <= touchpoints.touched_at
),

-- Of several touches at the last moment, the opt-in itself made the lead.
numbered as (
    select
        within_window.*,
        row_number() over path_order as touch_number,
        count(*) over whole_path as touches,
        max(touched_at) over whole_path as last_touched_at,
        row_number() over (
            partition by person_id
            order by
                touched_at desc,
                case when touch_type = 'opt_in' then 0 else 1 end asc,
                touchpoint_id desc
        ) as opt_in_rank
    from within_window
    window
        path_order as (partition by person_id order by touched_at, touchpoint_id),
        whole_path as (partition by person_id)
),

halved as (
    select
        numbered.*,
        {{ half_life_weight('touched_at', 'last_touched_at') }} as halving
    from numbered
),

weighed as (
    select
        halved.*,
        max(case when channel <> 'direct' then touch_number end) over whole_path as last_non_direct_number,
        halving / sum(halving) over whole_path as decay_weight
    from halved
    window whole_path as (
        partition by person_id
        order by touched_at, touchpoint_id
        rows between unbounded preceding and unbounded following
    )
)

select
    leads.person_id,
    leads.fingerprint,
    leads.lead_created_at,
    {{ local_date('leads.lead_created_at', report_timezone()) }} as lead_date,
    weighed.touchpoint_id,
    weighed.touched_at,
    {{ local_date('weighed.touched_at', report_timezone()) }} as touch_date,
    weighed.channel,
    weighed.label_id,
    coalesce(weighed.touch_number, 1) as touch_number,
    coalesce(weighed.touches, 1) as touches,
    weighed.touch_number is null
    or weighed.touch_number = coalesce(weighed.last_non_direct_number, weighed.touches) as is_last_non_direct,
    weighed.touch_number is null or weighed.opt_in_rank = 1 as is_opt_in,
    coalesce(weighed.decay_weight, 1) as decay_weight,
    case
        when weighed.touchpoint_id is not null then null
        when leads.first_touched_at <= leads.lead_created_at then 'outside_window'
        {% if tracking_started_at() %}
        when leads.lead_created_at < {{ utc_moment("'" ~ tracking_started_at() ~ "'") }}
            then 'before_tracking'
        {% endif %}
        else 'no_touch'
    end as unattributed_reason
from leads
left join weighed on leads.person_id = weighed.person_id
