"""Ads and attribution: what each campaign cost, what it is credited with, and how much the models disagree."""

from orchestration.site.questions import (
    IN_CHART,
    NO_RATE,
    PERIOD_START,
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

MODELS = {
    "first_touch": "First touch",
    "last_touch": "Last touch",
    "last_non_direct": "Last non-direct",
    "opt_in": "Opt-in",
    "linear": "Linear",
    "position_based": "Position",
    "time_decay": "Time decay",
    "markov": "Markov",
    "shapley": "Shapley",
}
CREDITED = {model: summed("revenue", f"model = '{model}'") for model in MODELS}
MOST, LEAST = (
    f"case when num_nulls({', '.join(CREDITED.values())}) = 0 then {which}({', '.join(CREDITED.values())}) end"
    for which in ("greatest", "least")
)
IS_ATTRIBUTED = "unattributed_reason = '(attributed)'"
ORDER_DATE = "date_basis = 'order_date' and is_additive and report_date between %(since)s and %(until)s"
SPEND, REVENUE = summed("spend"), summed("revenue_by_order_date")
EARNED = (
    amount("spend", "Spend"),
    count("impressions", "Impressions"),
    count("clicks", "Clicks"),
    count("leads", "Leads", "sum(leads)"),
    count("customers", "Customers", "sum(customers)"),
    amount("revenue_by_order_date", "Revenue"),
    ratio("cpl", "Per lead", Unit.MONEY, SPEND, "sum(leads)", "Spend ÷ leads."),
    ratio("cpa", "Per customer", Unit.MONEY, SPEND, "sum(customers)", "Spend ÷ customers."),
    ratio("roas_by_order_date", "ROAS", Unit.MULTIPLE, REVENUE, SPEND, "Credited revenue ÷ spend."),
)
ONE_MODEL = "model = %(model)s and report_date between %(since)s and %(until)s"

PAGE = Page(
    name="ads",
    title="Ads and attribution",
    question="Which campaigns earn their money back, and do the models agree?",
    cure="Spend comes from your ad accounts: connect one with `leadline connect google_ads` (or meta_ads,"
    " linkedin_ads); touches come from your CRM and website.",
    blocks=(
        Block(
            "over_time",
            "Spend, and the revenue ads are credited with",
            "By the setting's attribution model, on the day of the order.",
            Query(
                "reports.rpt_ads",
                (Column("period_start", "Period", Unit.PERIOD, PERIOD_START),),
                (EARNED[0], EARNED[5]),
                where=f"model = %(model)s and {IN_CHART}",
                is_series=True,
            ),
            Chart("lines", ("spend", "revenue_by_order_date")),
            has_open_table=False,
            empty="No ad account has spent in this period.",
        ),
        Block(
            "campaigns",
            "Campaigns",
            "What each campaign cost and earned, by the setting's attribution model.",
            Query(
                "reports.rpt_ads",
                (Column("campaign_name", "Campaign"), Column("account_name", "Account")),
                EARNED,
                where=ONE_MODEL,
                order="spend desc nulls last, 1, 2",
                limit=40,
                has_total=True,
            ),
            Chart("ranked", ("spend", "revenue_by_order_date")),
            empty="No ad account has spent in this period.",
        ),
        Block(
            "models",
            "Attribution models side by side",
            "The same orders, credited to campaigns by nine models. How far they are apart stands first: where that"
            " is large, what a campaign earned depends on the question.",
            Query(
                "reports.rpt_attribution_daily",
                (Column("campaign", "Campaign"), Column("channel", "Channel")),
                (
                    ratio(
                        "disagreement",
                        "Disagreement",
                        Unit.SHARE,
                        f"({MOST} - {LEAST})",
                        f"({MOST})",
                        "(Largest − smallest credit) ÷ largest: 0 % when all models agree.",
                    ),
                    *(
                        amount(model, title, CREDITED[model], f"Revenue credited by {title.lower()}, by order date.")
                        for model, title in MODELS.items()
                    ),
                ),
                where=f"{ORDER_DATE} and {IS_ATTRIBUTED}",
                order="linear desc nulls last, 1, 2",
                limit=30,
            ),
            Chart("heat", ("disagreement",)),
            empty="No order of this period has a touch to credit.",
        ),
        Block(
            "unattributed",
            "What no touch earned",
            "Revenue by the reason why it is credited to nobody, in the setting's model. With the attributed part it is"
            " all revenue, to the cent.",
            Query(
                "reports.rpt_attribution_daily",
                (Column("unattributed_reason", "Reason"),),
                (
                    count("orders", "Orders", "sum(orders)"),
                    amount("revenue", "Revenue"),
                    amount("net_revenue", "Net revenue"),
                ),
                where="date_basis = 'order_date' and model = %(model)s and report_date between %(since)s and %(until)s",
                order="revenue desc nulls last, 1",
                has_total=True,
            ),
            Chart("ranked", ("revenue",)),
        ),
        Block(
            "untracked_spend",
            "Spend that no visit names",
            "Of all history: ads whose campaign never appears in a visit. Put their id into their tracking parameters.",
            Query(
                "reports.rpt_unmatched_spend",
                (Column("campaign_name", "Campaign"), Column("account_name", "Account")),
                (amount("spend", "Spend"), count("impressions", "Impressions"), count("clicks", "Clicks")),
                where="",
                order="spend desc nulls last, 1, 2",
                limit=25,
            ),
            empty="Every campaign that spent is named by a visit.",
        ),
        Block(
            "unspent_touches",
            "Paid visits that no spend is known of",
            "Of all history. Connect the account that runs them, or correct their parameters.",
            Query(
                "reports.rpt_untracked_campaigns",
                (Column("campaign", "Campaign"), Column("source", "Source"), Column("medium", "Medium")),
                (
                    count("touches", "Touches"),
                    count("persons", "Persons"),
                    amount("attributed_revenue", "Credited revenue"),
                ),
                where="",
                order="touches desc, 1, 2, 3",
                limit=25,
            ),
            empty="Every paid visit is of a campaign with known spend.",
        ),
    ),
    ledgers=(
        (
            "The largest credits",
            Ledger(
                "marts.fct_attributed_revenue",
                (
                    Column("ordered_at", "Ordered", Unit.MOMENT),
                    Column("order_id", "Order"),
                    Column("touched_at", "Touched", Unit.MOMENT),
                    Column("channel", "Channel"),
                    Column("campaign", "Campaign"),
                    Column("revenue", "Credit", Unit.MONEY, missing=NO_RATE),
                    Column("person_id", "Person"),
                ),
                "revenue desc nulls last, credit_id",
                where="model = %(model)s and order_date between %(since)s and %(until)s and touchpoint_id is not null",
            ),
        ),
    ),
)
