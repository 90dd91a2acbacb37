"""Acquisition: where leads come from, what they cost and what they bring."""

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

DAILY = "reports.rpt_acquisition_daily"
LEADS, CUSTOMERS, SPEND, REVENUE = "sum(leads)", "sum(customers)", summed("ad_spend"), summed("lead_revenue")
MEASURES = (
    count("leads", "Leads"),
    count("customers", "Customers"),
    ratio("conversion_rate", "Conversion", Unit.SHARE, "sum(customers)", "sum(leads)", "Customers ÷ leads."),
    amount("lead_revenue", "Lead revenue"),
    ratio("lead_value", "Lead value", Unit.MONEY, REVENUE, LEADS, "All-time revenue of the leads ÷ leads."),
    amount("ad_spend", "Ad spend"),
    ratio("cost_per_lead", "Cost per lead", Unit.MONEY, SPEND, LEADS, "Ad spend ÷ leads."),
    ratio("cac", "CAC", Unit.MONEY, SPEND, CUSTOMERS, "Ad spend ÷ customers among the leads."),
    ratio("roas", "ROAS", Unit.MULTIPLE, REVENUE, SPEND, "All-time revenue of the leads ÷ ad spend."),
)
KPIS = (
    Kpi("leads", "Leads", Unit.COUNT),
    Kpi("customers", "Customers", Unit.COUNT),
    Kpi("conversion_rate", "Conversion", Unit.SHARE, "Customers ÷ leads."),
    Kpi("lead_value", "Lead value", Unit.MONEY, "All-time revenue of the leads ÷ leads."),
    Kpi("ad_spend", "Ad spend", Unit.MONEY),
    Kpi("cost_per_lead", "Cost per lead", Unit.MONEY, "Ad spend ÷ leads."),
    Kpi("cac", "CAC", Unit.MONEY, "Ad spend ÷ customers among the leads."),
    Kpi("roas", "ROAS", Unit.MULTIPLE, "All-time revenue of the leads ÷ ad spend."),
)

PAGE = Page(
    name="acquisition",
    title="Acquisition",
    question="Where do leads come from, what do they cost, and what do they bring?",
    cure="Leads are the contacts of your CRM: connect one with `leadline connect hubspot` (or activecampaign, kit,"
    " files), then run `leadline sync`.",
    report="acquisition",
    kpis=KPIS,
    headlines=("leads", "customers", "lead_value"),
    blocks=(
        Block(
            "over_time",
            "Leads and customers",
            "Leads by the day of their first contact, and those of them who have bought since.",
            kpi_series("acquisition", KPIS[:2]),
            Chart("lines", ("leads", "customers")),
            has_open_table=False,
        ),
        Block(
            "channels",
            "Channels",
            "Leads by the channel of their first touch, with all they brought until today and what the channel cost.",
            Query(
                DAILY,
                (Column("channel", "Channel"),),
                MEASURES,
                order="lead_revenue desc nulls last, 1",
                has_total=True,
            ),
            Chart("ranked", ("lead_revenue", "ad_spend")),
        ),
        Block(
            "campaigns",
            "Campaigns",
            "The campaigns whose leads brought most.",
            Query(
                DAILY,
                tuple(Column(name, name.capitalize()) for name in ("campaign", "source", "medium", "channel")),
                MEASURES,
                order="lead_revenue desc nulls last, leads desc, 1, 2, 3, 4",
                limit=25,
            ),
        ),
    ),
    ledgers=(
        (
            "The latest leads",
            Ledger(
                "reports.rpt_acquisition",
                (
                    Column("lead_created_at", "Became a lead", Unit.MOMENT),
                    Column("email", "Address"),
                    Column("channel", "Channel"),
                    Column("campaign", "Campaign"),
                    Column("orders", "Orders", Unit.COUNT),
                    Column("lead_revenue", "Revenue", Unit.MONEY, missing=NO_RATE),
                    Column("person_id", "Person"),
                ),
                "lead_created_at desc, person_id",
            ),
        ),
    ),
)
