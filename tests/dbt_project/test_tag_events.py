"""Tags and lists: each addition is an event of its own, and stays one."""

from tests.dbt_project.dbt_runs import Db


def additions(db: Db, contact_id: str, connector: str = "hubspot") -> list[tuple[object, ...]]:
    rows = db.execute(
        "select person_id, tag_kind, tag_name, added_at::date::text, removed_at::date::text, is_currently_applied"
        " from marts.fct_tag_events where connector = %s and contact_id = %s order by added_at",
        (connector, contact_id),
    )
    return [tuple(row.values()) for row in rows]


def test_e19_a_tag_removed_later_stays_in_its_month(built: Db) -> None:
    assert additions(built, "1") == [("hubspot:1", "list", "Webinar", "2026-02-02", "2026-03-20", False)]


def test_e20_one_tag_added_twice_is_one_person_and_two_additions(built: Db) -> None:
    assert additions(built, "7") == [
        ("hubspot:7", "list", "Webinar", "2026-02-02", "2026-02-04", False),
        ("hubspot:7", "list", "Webinar", "2026-02-09", None, True),
    ]


def test_a_tag_of_a_contact_the_crm_no_longer_has_is_kept_with_its_person_if_a_merge_names_it(built: Db) -> None:
    merged = built.execute("select person_id from marts.dim_contacts where contact_id = '40'").fetchone()
    assert merged is not None
    assert additions(built, "41") == [(merged["person_id"], "list", "Webinar", "2026-02-02", None, True)]
    assert additions(built, "unknown") == [(None, "list", "Webinar", "2026-02-02", None, True)]


def test_a_tag_of_another_crm_is_the_same_persons(built: Db) -> None:
    assert additions(built, "2", "kit") == [("hubspot:80", "tag", "Buyer", "2026-03-05", None, True)]


def test_an_addition_without_a_date_is_kept_and_of_no_day(built: Db) -> None:
    assert additions(built, "20") == [("hubspot:20", "list", "Webinar", None, None, True)]
    dated = "select count(*) as n from reports.rpt_nurture where connection = 'hubspot' and contact_id = '20'"
    assert built.execute(dated).fetchone() == {"n": 0}
