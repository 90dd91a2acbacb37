select
    cast(null as {{ text_type() }}) as connection,
    cast(null as {{ text_type() }}) as contact_id,
    cast(null as {{ text_type() }}) as merged_contact_id,
    cast(null as {{ timestamp_type() }}) as merged_at
where false
