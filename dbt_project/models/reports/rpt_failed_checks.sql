-- A view straight on what syncs and builds keep, so that it is right whatever a build replaced or left.
{{ config(materialized='view') }}

{{ failed_checks() }}
