"""Engagement: who is active, where they come from and which pages buyers visit."""

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

LEDGER = "reports.rpt_engagement"
KPIS = (
    Kpi("engagement_rate", "Engaged", Unit.SHARE, "Contacts with a page view ÷ all contacts."),
    Kpi("engaged_contacts", "Engaged contacts", Unit.COUNT),
    Kpi("all_contacts", "All contacts", Unit.COUNT),
    Kpi("page_views", "Page views", Unit.COUNT),
    Kpi("engaged_customers", "Engaged customers", Unit.COUNT),
    Kpi("engaged_revenue_same_day", "Ordered the same day", Unit.MONEY),
)
PERSONS, BUYERS = "count(distinct person_id)", "count(distinct person_id) filter (where is_customer)"
VIEWERS = (
    count("page_views", "Page views", "count(*)", "Identified page views of persons."),
    count("engaged_contacts", "Persons", PERSONS, "Distinct persons with such a view; they do not add up over rows."),
    count("engaged_customers", "Buyers", BUYERS, "Those of them who ever paid."),
    ratio("buyer_share", "Buyers, share", Unit.SHARE, f"1.0 * {BUYERS}", PERSONS, "Buyers ÷ persons."),
)

PAGE = Page(
    name="engagement",
    title="Engagement",
    question="Who is active, and what do they look at before they buy?",
    cure="Page views come from your website's event tables: set `SOURCES__WEB_EVENTS__SOURCE` with"
    " `leadline connect web_events`, then run `leadline sync`.",
    report="engagement",
    kpis=KPIS,
    headlines=("engagement_rate", "page_views", "engaged_revenue_same_day"),
    blocks=(
        Block(
            "over_time",
            "Engaged share",
            "Contacts with a page view in the period, of all contacts at its end.",
            kpi_series("engagement", KPIS[:3]),
            Chart("lines", ("engagement_rate",)),
            has_open_table=False,
        ),
        Block(
            "pages",
            "Pages that buyers visit",
            "Pages by how many buyers saw them.",
            Query(
                LEDGER,
                (
                    Column(
                        "page",
                        "Page",
                        sql="regexp_replace(split_part(split_part(url, '?', 1), '#', 1), '^https?://', '')",
                    ),
                ),
                VIEWERS,
                order="engaged_customers desc, page_views desc, 1",
                limit=25,
            ),
            Chart("ranked", ("engaged_contacts", "engaged_customers")),
        ),
        Block(
            "channels",
            "Where visits come from",
            "Views by the channel of the visit itself.",
            Query(
                LEDGER,
                (Column("channel", "Channel"),),
                (
                    *VIEWERS,
                    amount(
                        "engaged_revenue_same_day",
                        "Ordered the same day",
                        summed("revenue_same_day", "is_first_of_day"),
                        "Orders of these persons on the local day of their first view of that day.",
                    ),
                ),
                order="page_views desc, 1",
                has_total=True,
            ),
        ),
    ),
    ledgers=(
        (
            "The latest page views",
            Ledger(
                LEDGER,
                (
                    Column("viewed_at", "Viewed", Unit.MOMENT),
                    Column("email", "Address"),
                    Column("url", "Page"),
                    Column("channel", "Channel"),
                    Column("campaign", "Campaign"),
                    Column("lifetime_revenue", "Lifetime revenue", Unit.MONEY, missing=NO_RATE),
                    Column("person_id", "Person"),
                ),
                "viewed_at desc, connection, page_view_id",
            ),
        ),
    ),
)
