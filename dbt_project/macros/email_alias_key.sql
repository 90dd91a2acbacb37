{#
  What a provider delivers to one mailbox: everything from the first + on is dropped, and for Gmail also the
  dots, under one domain name. A local part that begins with + stays as it is.
#}
{% macro email_alias_key(email) -%}
    {%- set local_part = email_local_part(email) -%}
    {%- set domain = email_domain(email) -%}
    {%- set mailbox = "coalesce(nullif(" ~ text_before(local_part, '+') ~ ", ''), " ~ local_part ~ ")" -%}
    case
        when {{ domain }} in ('gmail.com', 'googlemail.com')
            then replace({{ mailbox }}, '.', '') || '@gmail.com'
        else {{ mailbox }} || '@' || {{ domain }}
    end
{%- endmacro %}
