"""Journeys: how people came to their first order."""

from orchestration.site.questions import (
    NO_RATE,
    Block,
    Chart,
    Column,
    Ledger,
    Page,
    Query,
    Unit,
    amount,
    count,
    ratio,
    summed,
)

MART = "reports.rpt_journeys"
CUSTOMERS = "count(*) filter (where is_customer)"
PERSONS = (
    count("persons", "Persons", "count(*)", "Persons, one row each."),
    count("customers", "Customers", CUSTOMERS, "Persons who ever paid."),
    ratio("conversion_rate", "Conversion", Unit.SHARE, f"1.0 * {CUSTOMERS}", "count(*)", "Customers ÷ persons."),
    amount("lifetime_revenue", "Lifetime revenue"),
    ratio(
        "customer_value",
        "Per customer",
        Unit.MONEY,
        summed("lifetime_revenue"),
        CUSTOMERS,
        "Lifetime revenue ÷ customers.",
    ),
)

PAGE = Page(
    name="journeys",
    title="Journeys",
    question="How do people come to their first order?",
    cure="Journeys need contacts and touches: connect your CRM and website (`leadline connect hubspot`,"
    " `leadline connect web_events`), then run `leadline sync`.",
    blocks=(
        Block(
            "touches",
            "Touches before the first order",
            "Of all history: customers by how many touches are known of them up to their first paid order.",
            Query(
                MART,
                (
                    Column(
                        "touches",
                        "Touches",
                        Unit.COUNT,
                        "least(touches_before_first_order, 10)",
                        "Touches up to the first paid order; 10 stands for 10 and more.",
                    ),
                ),
                (
                    count("customers", "Customers", "count(*)", "Persons who ever paid."),
                    amount("lifetime_revenue", "Lifetime revenue"),
                ),
                where="is_customer",
            ),
            Chart("ranked", ("customers",)),
        ),
        Block(
            "first_channels",
            "By the channel of the first touch",
            "Of all history: how people were met, and what became of them.",
            Query(
                MART,
                (Column("channel", "Channel", sql="coalesce(first_channel, '(none)')"),),
                PERSONS,
                where="",
                order="persons desc, 1",
                has_total=True,
            ),
            Chart("ranked", ("persons", "customers")),
        ),
        Block(
            "first_to_last",
            "From the first channel to the last",
            "Of all history: customers by the channel of their first touch and of their last.",
            Query(
                MART,
                (
                    Column("first", "First", sql="coalesce(first_channel, '(none)')"),
                    Column("last", "Last", sql="coalesce(last_channel, '(none)')"),
                ),
                (
                    count("customers", "Customers", "count(*)", "Persons who ever paid."),
                    amount("lifetime_revenue", "Lifetime revenue"),
                ),
                where="is_customer",
                order="customers desc, 1, 2",
                limit=20,
            ),
        ),
    ),
    ledgers=(
        (
            "The customers who brought most",
            Ledger(
                MART,
                (
                    Column("email", "Address"),
                    Column("lifetime_revenue", "Revenue", Unit.MONEY, missing=NO_RATE),
                    Column("orders", "Orders", Unit.COUNT),
                    Column("touches", "Touches", Unit.COUNT),
                    Column("journey", "The way to the first order", Unit.JOURNEY),
                ),
                "lifetime_revenue desc nulls last, person_id",
                where="is_customer",
            ),
        ),
    ),
)
