"""The faults to plant: what is replaced where, and the smallest tests that should notice.

What belongs here: one `Fault` per mistake somebody made or might make. What does not: how they are planted
(`__main__.py`). A test is a dbt unit test by its name, or a pytest by its node id.
"""

from dataclasses import dataclass

ENGINE, STAGING, INTERMEDIATE = "macros/engine", "models/staging", "models/intermediate"
ORDERS = "tests/dbt_project/test_orders.py::"


@dataclass(frozen=True)
class Fault:
    """One mistake: in a file of the dbt project, each old text becomes the new one beside it."""

    name: str
    file: str
    texts: tuple[tuple[str, str], ...]
    tests: tuple[str, ...]


def fault(name: str, file: str, old: str, new: str, *tests: str) -> Fault:
    """A mistake of one text."""
    return Fault(name, file, ((old, new),), tests)


MEASURED_ELSEWHERE = [
    fault(
        "time zone converted the wrong way",
        f"{ENGINE}/time.sql",
        "cast({{ moment }} at time zone '{{ timezone }}' as date)",
        "cast({{ moment }} at time zone 'UTC' at time zone '{{ timezone }}' as date)",
        "e1_a_refund_has_two_dates",
        "a_report_day_is_half_open_in_its_zone",
    ),
    fault(
        "two refunds on one charge double its order",
        "models/marts/fct_orders.sql",
        "    where order_id is not null\n    group by connection, order_id\n),\n\ndispute_totals",
        "    where order_id is not null\n    group by connection, order_id, refund_id\n),\n\ndispute_totals",
        "e31_pending_and_failed_refunds_count_nowhere",
    ),
    fault(
        "two refunds on one charge double its lines",
        "models/marts/fct_order_lines.sql",
        "with orders as (\n    select * from {{ ref('fct_orders') }}\n",
        "with orders as (\n    select orders.* from {{ ref('fct_orders') }} as orders\n"
        "    left join {{ ref('int_order_refunds') }} as refunds"
        " on orders.connection = refunds.connection and orders.order_id = refunds.order_id\n",
        ORDERS + "test_lines_come_from_the_invoice_else_the_checkout_else_the_payment",
    ),
    fault(
        "reactivation unreachable behind the expansion branch",
        f"{INTERMEDIATE}/int_mrr_subscriber_days.sql",
        "    case\n        when known.opening_held_minor = 0 and",
        "    case\n        when known.closing_held_minor > known.opening_held_minor and known.has_been_held\n"
        "            then 'expansion'\n        when known.opening_held_minor = 0 and",
        "g8_e11_who_comes_grows_shrinks_leaves_and_comes_back",
    ),
    fault(
        "daily plans with MRR 0",
        "macros/mrr.sql",
        "when 'day' then 365",
        "when 'day' then 0",
        "g5_g7_e6_e8_e11_what_a_month_is_worth",
    ),
    fault(
        "yen taken for cents",
        f"{ENGINE}/arithmetic.sql",
        "cast(cast({{ amount_minor }} as numeric) * {{ minor_unit(exponent) }} as numeric(38, 3))",
        "cast(cast({{ amount_minor }} as numeric) / 100 + 0 * {{ exponent }} as numeric(38, 3))",
        "g21_minor_units_follow_the_currency",
    ),
    Fault(
        "yen and cents summed",
        "models/reports/rpt_orders_daily.sql",
        (
            ("        {{ key }},\n        {%- endfor %}\n        {%- for measure, expression in counts.items() %}",
             "        {{ 'min(currency) as currency' if key == 'currency' else key }},\n        {%- endfor %}\n"
             "        {%- for measure, expression in counts.items() %}"),
            ("    from orders\n    group by {{ keys | join(', ') }}\n",
             "    from orders\n    group by {{ keys | reject('equalto', 'currency') | join(', ') }}\n"),
        ),
        ("e25_currencies_never_add_up_and_a_partial_refund_stays_revenue",),
    ),
    fault(
        "one-to-many email join that fans out",
        f"{INTERMEDIATE}/int_person_emails.sql",
        "where holder_rank = 1",
        "where holder_rank >= 1",
        "an_address_leads_to_whom_it_belongs_by_kind",
    ),
    fault(
        "one-to-many email join that doubles page views",
        f"{INTERMEDIATE}/int_website_emails.sql",
        "where answer_rank = 1 and",
        "where answer_rank >= 1 and",
        "an_address_of_two_persons_names_neither",
    ),
    fault(
        "identity that joins neighbours only, so that one person is many",
        f"{INTERMEDIATE}/int_contact_components.sql",
        "    select * from {{ connected_components('edges') }}\n",
        "    select one_node as node, min(other_node) as component from edges group by one_node\n",
        "e4_contacts_that_share_an_address_are_one_person",
    ),
    fault(
        "incremental build that keeps what was built of former persons",
        f"{INTERMEDIATE}/int_attribution_paths.sql",
        """,\n        "{{ mark_stale(this, ref('int_attribution_persons')) }}"\n""",
        "\n",
        "tests/dbt_project/test_attribution_properties.py::"
        "test_incremental_builds_equal_a_full_refresh_row_for_row",
    ),
    fault(
        "report that keeps a row whose key came again, whatever it says",
        f"{ENGINE}/differing.sql",
        " and n.row_now = hash_record_extended(row(%8$s), 0))",
        ")",
        "tests/dbt_project/test_incremental_builds.py::"
        "test_after_every_kind_of_news_the_tables_hold_what_a_whole_build_makes",
    ),
    fault(
        "daily report that makes new days alone",
        f"{ENGINE}/attribution.sql",
        "where sums.fingerprint is distinct from known.fingerprint",
        "where known.fingerprint is null",
        "tests/dbt_project/test_attribution_properties.py::"
        "test_incremental_builds_equal_a_full_refresh_row_for_row",
    ),
    fault(
        "page view that is read once and never again",
        f"{STAGING}/web_events/stg_web_events__page_views.sql",
        """,\n        "{{ delete_overwritten(this, source('web_events', 'pages'), 'page_view_id') }}"\n""",
        "\n",
        "tests/dbt_project/test_incremental_builds.py::"
        "test_after_every_kind_of_news_the_tables_hold_what_a_whole_build_makes",
    ),
    fault(
        "touch that keeps its first label",
        "macros/touch_origins.sql",
        "[events ~ '.made_from', record_hash(labels)]",
        "[events ~ '.made_from']",
        "tests/dbt_project/test_incremental_builds.py::"
        "test_after_every_kind_of_news_the_tables_hold_what_a_whole_build_makes",
    ),
    fault(
        "fingerprint that two orders which exchange a refund leave the same",
        f"{ENGINE}/attribution.sql",
        "hashtextextended(cast({{ hash }} as text), 0)",
        "{{ hash }}",
        "tests/dbt_project/test_attribution_properties.py::"
        "test_incremental_builds_equal_a_full_refresh_row_for_row",
    ),
    fault(
        "raw table looked up in dbt's own list",
        f"{ENGINE}/raw.sql",
        "{{ return(found.columns[0].values()[0] is none) }}",
        "{{ return(adapter.get_relation(relation.database, relation.schema, relation.identifier) is none) }}",
        "tests/dbt_project/test_guards.py::test_a_raw_table_is_there_once_the_server_has_it",
    ),
    fault(
        "setting that makes nothing anew",
        "macros/settings.sql",
        "'TRACKING_STARTED_AT', 'HASH_PII'\n",
        "'TRACKING_STARTED_AT'\n",
        "tests/dbt_project/test_incremental_builds.py::"
        "test_every_setting_a_model_can_read_is_among_those_a_table_is_remembered_by",
    ),
    fault(
        "green build over tags that nobody staged",
        f"{STAGING}/hubspot/stg_hubspot__contact_tags.sql",
        "    on followed.connection = lists.connection and split_part(followed.id, '/', 1) = lists.id\n",
        "    on followed.connection = lists.connection and split_part(followed.id, '/', 1) = lists.id\nwhere false\n",
        "tests/dbt_project/test_tag_events.py",
    ),
]  # fmt: skip

OUR_OWN = [
    fault(
        "touch after the order earns",
        f"{INTERMEDIATE}/int_attribution_paths.sql",
        "            and orders.path_at >= touchpoints.touched_at\n",
        "",
        "g12_g23_a_path_is_the_touches_of_the_window_up_to_the_order",
    ),
    fault(
        "window exclusive",
        f"{INTERMEDIATE}/int_attribution_paths.sql",
        "            <= touchpoints.touched_at\n",
        "            < touchpoints.touched_at\n",
        "g12_g23_a_path_is_the_touches_of_the_window_up_to_the_order",
    ),
    fault(
        "remainder dropped",
        "macros/attribution.sql",
        "case when touch_number <= mod(abs({{ amount }}), touches) then 1 else 0 end",
        "0",
        "g13_g14_credits_close_to_the_cent",
    ),
    fault(
        "rebill follows its own date",
        f"{INTERMEDIATE}/int_attribution_orders.sql",
        "coalesce(first_orders.ordered_at, counted.ordered_at) as path_at",
        "counted.ordered_at as path_at",
        "a_rebill_follows_the_first_order_and_a_duplicate_nothing",
    ),
    fault(
        "duplicates counted in attribution",
        f"{INTERMEDIATE}/int_attribution_orders.sql",
        "where not is_duplicate and (",
        "where (",
        "a_rebill_follows_the_first_order_and_a_duplicate_nothing",
    ),
    fault(
        "duplicates counted in the orders report",
        "models/reports/rpt_orders.sql",
        "    where not is_duplicate\n",
        "",
        "e26_a_duplicate_is_in_no_ledger",
    ),
    fault(
        "test data in marts",
        f"{INTERMEDIATE}/int_charges.sql",
        "    select * from {{ ref('stg_stripe__charges') }}\n    where not is_test_data\n",
        "    select * from {{ ref('stg_stripe__charges') }}\n",
        "e34_test_mode_charges_are_left_out",
    ),
    fault(
        "refund pending counted",
        f"{INTERMEDIATE}/int_refunds.sql",
        "coalesce(status = 'succeeded' and not is_release",
        "coalesce(status in ('succeeded', 'pending') and not is_release",
        "e31_only_succeeded_refunds_of_captured_money_count",
    ),
    fault(
        "dispute won counted",
        f"{INTERMEDIATE}/int_disputes.sql",
        "case when is_lost then charge_amount_minor else 0 end as lost_minor",
        "charge_amount_minor as lost_minor",
        "g17_e13_only_a_lost_dispute_costs_its_amount",
    ),
    fault(
        "deleted contact loses the orders before its deletion",
        f"{INTERMEDIATE}/int_order_hits.sql",
        "where not leads.is_deleted or orders.ordered_at < leads.deleted_at",
        "where not leads.is_deleted",
        "a_deletion_leaves_what_was_ordered_before_it",
    ),
    fault(
        "deleted contact loses the page views before its deletion",
        f"{INTERMEDIATE}/int_website_emails.sql",
        "where email_kind in ('primary', 'additional')",
        "where email_kind in ('primary', 'additional') and not is_deleted",
        "an_address_of_two_persons_names_neither",
    ),
    fault(
        "deleted contact keeps the browser it used",
        f"{INTERMEDIATE}/int_browser_persons.sql",
        "        when persons.deleted_at < changes.next_seen_at then persons.deleted_at\n"
        "        else coalesce(changes.next_seen_at, persons.deleted_at)\n",
        "        when persons.person_id is null then null\n        else changes.next_seen_at\n",
        "whose_a_browser_is_and_when",
    ),
    Fault(
        "same_customer before emails",
        f"{INTERMEDIATE}/int_order_matches.sql",
        (
            ("        direct_matches.order_id is null\n        and (not", "        (not"),
            ("        2 as found_rank,", "        0 as found_rank,"),
        ),
        ("the_other_orders_of_a_stripe_customer_decide_when_they_agree",),
    ),
    fault(
        "alias rung on for everybody",
        f"{INTERMEDIATE}/int_order_matches.sql",
        "where {{ 'true' if matches_email_aliases() else 'false' }}",
        "where true",
        "the_other_orders_of_a_stripe_customer_decide_when_they_agree",
    ),
    fault(
        "former address joins persons",
        f"{INTERMEDIATE}/int_contact_components.sql",
        "    where email_kind <> 'former'\n",
        "",
        "e4_contacts_that_share_an_address_are_one_person",
    ),
    fault(
        "email matched as it was typed",
        f"{ENGINE}/text.sql",
        "lower(",
        "(",
        "e2_the_normal_form_of_an_email",
    ),
    fault(
        "day closed on both ends",
        f"{ENGINE}/time.sql",
        "cast({{ moment }} at time zone '{{ timezone }}' as date)",
        "cast(({{ moment }} - interval '1 microsecond') at time zone '{{ timezone }}' as date)",
        "a_report_day_is_half_open_in_its_zone",
    ),
    fault(
        "trial counted in MRR",
        f"{INTERMEDIATE}/int_subscription_mrr.sql",
        "        (states.state = 'active' or (",
        "        (states.state in ('active', 'trialing') or (",
        "g5_g7_e6_e8_e11_what_a_month_is_worth",
    ),
    fault(
        "coupon of one month lowers what is contracted",
        f"{INTERMEDIATE}/int_subscription_mrr.sql",
        "[('contracted', 'discounts.is_contracted'), ('billed', 'true')]",
        "[('contracted', 'true'), ('billed', 'true')]",
        "g5_g7_e6_e8_e11_what_a_month_is_worth",
    ),
    fault(
        "pause counted as churn",
        f"{INTERMEDIATE}/int_mrr_subscriber_days.sql",
        "        closing_mrr_minor + closing_paused_mrr_minor as closing_held_minor,",
        "        closing_mrr_minor as closing_held_minor,",
        "g8_e11_who_comes_grows_shrinks_leaves_and_comes_back",
    ),
    fault(
        "order in the moment of the tag is before it",
        f"{INTERMEDIATE}/int_nurture_orders.sql",
        "        and additions.added_at <= person_orders.ordered_at",
        "        and additions.added_at < person_orders.ordered_at",
        "an_order_in_the_moment_of_the_addition_is_after_it",
    ),
    fault(
        "crowd on one browser is one person",
        f"{INTERMEDIATE}/int_shared_browsers.sql",
        "{% set most_persons = 5 %}",
        "{% set most_persons = 6 %}",
        "a_sixth_person_within_30_days_makes_a_browser_nobodys",
    ),
    fault(
        "currency without a rate counted one to one",
        f"{INTERMEDIATE}/int_order_rates.sql",
        "else coalesce(settled_orders.rate, rates.rate)",
        "else coalesce(settled_orders.rate, rates.rate, 1)",
        "e25_settled_money_has_its_own_rate_and_the_rest_the_tables",
    ),
    fault(
        "zero amounts counted as orders",
        "models/reports/rpt_orders_daily.sql",
        "    'orders': 'case when is_zero_amount then 0 else 1 end',",
        "    'orders': '1',",
        "g24_three_orders",
    ),
    fault(
        "partial refunds left out of revenue",
        "models/reports/rpt_orders_daily.sql",
        "        collected_minor > 0 and refunded_minor >= collected_minor as is_refunded_in_full",
        "        refunded_minor > 0 as is_refunded_in_full",
        "e25_currencies_never_add_up_and_a_partial_refund_stays_revenue",
    ),
    fault(
        "trial over by the clock alone",
        f"{INTERMEDIATE}/int_subscription_states.sql",
        "                coalesce(subscriptions.vendor_status, '') <> 'trialing'\n",
        "                true\n",
        "e6_e11_a_trial_outweighs_a_pause_and_a_pause_an_unpaid_bill",
    ),
    fault(
        "deleted contact loses the subscriptions before its deletion",
        f"{INTERMEDIATE}/int_subscription_subscribers.sql",
        "where not person_emails.is_deleted or addresses.started_at < person_emails.deleted_at",
        "where not person_emails.is_deleted",
        "a_subscriber_is_found_by_the_rungs_of_the_orders",
    ),
    fault(
        "period complete by the newest sync of all",
        f"{INTERMEDIATE}/int_report_syncs.sql",
        "then min(connections.synced_at)",
        "then max(connections.synced_at)",
        "a_report_is_complete_up_to_the_oldest_sync_that_feeds_it",
    ),
    fault(
        "data-driven credits without the cent that is left over",
        "macros/attribution.sql",
        "<= abs(amount) - sum(whole_part) over (partition by {{ partition }})",
        "<= 0",
        "g14_weights_of_channels_are_credited_by_largest_remainder",
    ),
    fault(
        "address left in the words of a link",
        "models/marts/fct_page_views.sql",
        "{{ pii_in_text('utm_campaign') }} as utm_campaign",
        "utm_campaign",
        "addresses_are_hidden_when_personal_data_is_hashed",
    ),
    fault(
        "spend that vanished from a day counted on",
        "models/marts/fct_ad_spend.sql",
        "    where not is_deleted\n",
        "",
        "micros_round_half_up_by_the_currency",
    ),
]

FAULTS = MEASURED_ELSEWHERE + OUR_OWN
