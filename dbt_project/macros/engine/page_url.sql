{# Parts of a page's URL; whatever is no URL gives NULL. Its query and encoding are read by url.sql. #}

{# The value of a parameter, decoded; NULL when it is absent or empty. #}
{% macro url_parameter(url, name) -%}
    {{ url_decoded(query_parameter(url_query(url), name)) }}
{%- endmacro %}

{# The host in lower case, without port and user. #}
{% macro url_host(url) -%}
    nullif(
        lower(substring({{ url }} from '(?i)^[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?(\[[^]/?#]*\]|[^/:?#]*)')), ''
    )
{%- endmacro %}

{# The path, / where there is only a host. #}
{% macro url_path(url) -%}
    case
        when {{ url_host(url) }} is not null
            then coalesce(substring({{ url }} from '(?i)^[a-z][a-z0-9+.-]*://[^/?#]*(/[^?#]*)'), '/')
    end
{%- endmacro %}
