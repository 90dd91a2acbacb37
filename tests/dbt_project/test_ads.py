"""Spend: exact, the same at every level, and every restatement of it told."""

from tests.dbt_project.dbt_runs import Built, Db, Dbt


def test_ad_spend_is_exact_in_micros_and_rounded_half_up_in_minor_units(built: Db) -> None:
    rows = built.execute(
        "select ad_day_id, spend_micros, spend_minor, clicks from marts.fct_ad_spend where not is_residual order by 1"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("1/10/100/1000/2026-01-01", 12345000, 1235, 3),
        ("1/10/100/1000/2026-01-02", 5000, 1, 3),
        ("2/10/100/1000/2026-01-02", 1500000, 2, 3),
    ]


def test_what_a_campaign_spends_beyond_its_ads_is_a_row_of_its_own(built: Db) -> None:
    rows = built.execute(
        "select campaign_id, spend_date::text, ad_id, spend_micros, currency, time_zone from marts.fct_ad_spend"
        " where is_residual and spend_micros <> 0 order by 1"
    )
    assert [tuple(row.values())[:4] for row in rows] == [
        ("10", "2026-01-02", None, 3000),
        ("11", "2026-01-02", None, 70000),
    ]


def test_the_restatement_log_tells_when_a_day_was_first_seen_and_what_moved(built: Db) -> None:
    rows = built.execute(
        "select ad_day_id, read_at::date::text, spend_change_micros, is_vanished, last_moved_at::date::text"
        " from marts.fct_ad_spend_restatements where spend_date <> '2026-01-02' order by ad_day_id, reading_number"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("1/10/100/1000/2026-01-01", "2026-01-01", 10000000, False, "2026-01-09"),
        ("1/10/100/1000/2026-01-01", "2026-01-09", 2345000, False, "2026-01-09"),
        ("1/12/100/1000/2026-01-03", "2026-01-03", 999, False, "2026-01-09"),
        ("1/12/100/1000/2026-01-03", "2026-01-09", -999, True, "2026-01-09"),
    ]


def test_an_ad_is_known_by_its_spend_when_the_platform_lists_it_no_more(built: Db) -> None:
    ad = built.execute("select * from marts.dim_ads where ad_id = '1000'").fetchone()
    assert ad is not None
    assert (ad["is_listed"], str(ad["first_spend_date"]), str(ad["last_spend_date"])) == (
        False,
        "2026-01-01",
        "2026-01-02",
    )


def test_a_word_of_an_address_is_compared_like_any_other(rebuilt: Built, dbt: Dbt) -> None:
    """Whatever its letters: a campaign named Été is met by the clicks that say so, encoded as they must."""
    word = "select {{ campaign_alias(url_decoded(\"'%C3%89T%C3%89+%E6%98%A5'\")) }} as alias"
    result = dbt.run(rebuilt.url, "compile", "--inline", word)
    assert result.success, result.exception
    assert rebuilt.db.execute(result.result[0].node.compiled_code).fetchall() == [{"alias": "été_春"}]
    collated = rebuilt.db.execute(
        "select table_name, column_name, collation_name from information_schema.columns"
        " where collation_name is not null"
        " and table_schema in ('staging', 'intermediate', 'building', 'marts', 'reports')"
    )
    assert collated.fetchall() == []
