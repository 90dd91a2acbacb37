{# The addresses of a CRM's contacts, told by what its raw table holds and held before. #}

{#
  One row per contact and address it has or had, read at the paths `email` and `additional_emails` (a text list parted
  by semicolons; none where the CRM has one address only) of the objects in `table_name`.
#}
{% macro contact_addresses(source_name, table_name, email, additional_emails=none) -%}
    with documents as (
        {{ raw_documents(source_name, table_name) }}
    ),

    former_documents as (
        {{ raw_past(source_name, table_name) }}
    ),

    -- Each state began when the one before it was replaced; the first is taken to be as old as the contact.
    past_states as (
        select
            former_documents.connection,
            former_documents.id as contact_id,
            {{ json_text('former_documents.data', email) }} as email,
            {%- if additional_emails %}
            {{ json_text('former_documents.data', additional_emails) }} as additional_emails,
            {%- endif %}
            coalesce(
                lag({{ version_time('former_documents.replaced_version') }}) over (
                    partition by former_documents.connection, former_documents.id
                    order by former_documents.replaced_version
                ),
                documents.created_at,
                {{ version_time('former_documents.version') }}
            ) as began_at,
            {{ version_time('former_documents.replaced_version') }} as ended_at
        from former_documents
        left join documents
            on former_documents.connection = documents.connection and former_documents.id = documents.id
    ),

    last_ends as (
        select
            connection,
            contact_id,
            max(ended_at) as ended_at
        from past_states
        group by connection, contact_id
    ),

    states as (
        select * from past_states

        union all

        select
            documents.connection,
            documents.id as contact_id,
            {{ json_text('documents.data', email) }} as email,
            {%- if additional_emails %}
            {{ json_text('documents.data', additional_emails) }} as additional_emails,
            {%- endif %}
            coalesce(
                last_ends.ended_at, documents.created_at, {{ version_time('documents.version') }}
            ) as began_at,
            cast(null as {{ timestamp_type() }}) as ended_at
        from documents
        left join last_ends
            on documents.connection = last_ends.connection and documents.id = last_ends.contact_id
    ),

    addresses as (
        select
            connection,
            contact_id,
            {{ email_normal_form('email') }} as email_normalized,
            case when ended_at is null then 1 else 3 end as kind_rank,
            began_at,
            ended_at
        from states
        {%- if additional_emails %}

        union all

        select
            states.connection,
            states.contact_id,
            {{ email_normal_form('address.value') }} as email_normalized,
            case when states.ended_at is null then 2 else 3 end as kind_rank,
            states.began_at,
            states.ended_at
        from states
        {{ explode_text_list('states.additional_emails', ';', as='address') }}
        {%- endif %}
    ),

    by_address as (
        select
            connection,
            contact_id,
            email_normalized,
            min(kind_rank) as kind_rank,
            min(began_at) as first_seen_at,
            max(ended_at) as ended_at
        from addresses
        where email_normalized is not null
        group by connection, contact_id, email_normalized
    )

    select
        connection,
        contact_id,
        email_normalized,
        case kind_rank when 1 then 'primary' when 2 then 'additional' else 'former' end as email_kind,
        first_seen_at,
        case when kind_rank = 3 then ended_at end as last_seen_at
    from by_address
{%- endmacro %}
