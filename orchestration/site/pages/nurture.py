"""Nurture: what people bought after a tag, list or automation."""

from orchestration.site.questions import (
    NO_RATE,
    Block,
    Chart,
    Column,
    Kpi,
    Ledger,
    Page,
    Query,
    Unit,
    amount,
    count,
    kpi_series,
    ratio,
    summed,
)

# A person counts once in each row, from its earliest addition of the period: persons do not sum.
RANKED = """(
    select *, row_number() over (
        partition by coalesce(tag_name, tag_id), tag_kind, person_id order by added_at, connection, tag_event_id
    ) as place
    from reports.rpt_nurture where report_date between %(since)s and %(until)s
) as additions"""
PERSONS, CUSTOMERS = "count(*) filter (where place = 1)", "count(*) filter (where place = 1 and is_customer)"
BUYERS = "count(*) filter (where place = 1 and days_to_purchase is not null)"
KPIS = (
    Kpi("tag_additions", "Additions", Unit.COUNT),
    Kpi("persons", "Persons", Unit.COUNT),
    Kpi("customers", "Customers", Unit.COUNT),
    Kpi("conversion_rate", "Conversion", Unit.SHARE, "Customers ÷ persons."),
    Kpi("revenue_after_touch", "Revenue after", Unit.MONEY),
    Kpi("days_to_purchase_median", "Days to purchase", Unit.DAYS),
)

PAGE = Page(
    name="nurture",
    title="Nurture",
    question="What do people buy after a tag, a list or an automation?",
    cure="Tags, lists and automations come from your CRM: connect one with `leadline connect hubspot` (or"
    " activecampaign, kit), then run `leadline sync`.",
    report="nurture",
    kpis=KPIS,
    headlines=("persons", "customers", "revenue_after_touch"),
    blocks=(
        Block(
            "tags",
            "Tags, lists and automations",
            "What the people who were added in this period ordered afterwards. One person may stand in many rows, so"
            " they do not add up.",
            Query(
                "reports.rpt_nurture",
                (Column("tag_name", "Name", sql="coalesce(tag_name, tag_id)"), Column("tag_kind", "Kind")),
                (
                    count("tag_additions", "Additions", "count(*)", "Additions to a person; added again is one more."),
                    count("persons", "Persons", PERSONS, "Distinct persons with an addition."),
                    count("customers", "Customers", CUSTOMERS, "Those of them who ever paid."),
                    count("buyers_after", "Bought after", BUYERS, "Those of them who paid for an order after it."),
                    ratio(
                        "buying_share",
                        "Bought after, share",
                        Unit.SHARE,
                        f"1.0 * {BUYERS}",
                        PERSONS,
                        "Persons who paid for an order after the addition ÷ persons.",
                    ),
                    amount("revenue_after_touch", "Revenue after", summed("revenue_after_touch", "place = 1")),
                    Column(
                        "days_to_purchase_median",
                        "Median days",
                        Unit.DAYS,
                        "percentile_cont(0.5) within group (order by days_to_purchase) filter (where place = 1)",
                        "Middle number of calendar days from the addition to the first paid order after it.",
                    ),
                ),
                relation=RANKED,
                where="",
                order="revenue_after_touch desc nulls last, persons desc, 1, 2",
                limit=40,
            ),
            Chart("ranked", ("revenue_after_touch",)),
        ),
        Block(
            "over_time",
            "Persons added, and those of them who are customers",
            "Distinct persons with an addition in the period.",
            kpi_series("nurture", KPIS[1:3]),
            Chart("lines", ("persons", "customers")),
            has_open_table=False,
        ),
        Block(
            "revenue",
            "Revenue after an addition",
            "Orders at or after each person's earliest addition of the period.",
            kpi_series("nurture", KPIS[4:5]),
            Chart("stacked", ("revenue_after_touch",)),
            has_open_table=False,
        ),
    ),
    ledgers=(
        (
            "The latest additions",
            Ledger(
                "reports.rpt_nurture",
                (
                    Column("added_at", "Added", Unit.MOMENT),
                    Column("email", "Address"),
                    Column("tag_name", "Name"),
                    Column("tag_kind", "Kind"),
                    Column("orders_after_touch", "Orders after", Unit.COUNT),
                    Column("revenue_after_touch", "Revenue after", Unit.MONEY, missing=NO_RATE),
                    Column("days_to_purchase", "Days to purchase", Unit.DAYS),
                    Column("person_id", "Person"),
                ),
                "added_at desc, connection, tag_event_id",
            ),
        ),
    ),
)
