"""Subscriptions: MRR and its movements, trials, retention."""

from orchestration.site.questions import (
    IN_CHART,
    NO_RATE,
    PERIOD_START,
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

DAILY, LEDGER = "reports.rpt_subscriptions_daily", "reports.rpt_subscriptions"
KPIS = (
    Kpi("mrr", "MRR", Unit.MONEY),
    Kpi("active_subscriptions", "Active", Unit.COUNT),
    Kpi("subscriptions_started", "Started", Unit.COUNT),
    Kpi("new_mrr", "New MRR", Unit.MONEY),
    Kpi("churn_mrr", "Churned MRR", Unit.MONEY),
    Kpi(
        "churn_rate_standard",
        "Churn, 30 days",
        Unit.SHARE,
        "Subscribers with MRR 30 days ago and none now ÷ subscribers with MRR 30 days ago.",
    ),
    Kpi("trial_conversion_rate", "Trial conversion", Unit.SHARE, "Trials converted ÷ trials ended in the period."),
)
DAYS = f"""(
    select
        *,
        max(report_date) over (partition by {PERIOD_START}) as last_date,
        min(report_date) over () as first_date
    from reports.rpt_subscriptions_daily
) as days"""  # noqa: S608 - of constants
COHORT = "cast(date_trunc('month', report_date) as date)"
STARTED = "count(*)"
MONTHS = (1, 2, 3, 6, 9, 12)


def _retained(months: int) -> Column:
    """The share of a month's subscriptions that had not ended so many months later, once all are that old."""
    age = f"interval '{months} months'"
    is_reached = f"cast(min(date_trunc('month', report_date)) + interval '1 month' + {age} as date) <= %(as_of)s"
    return Column(
        f"retained_{months}",
        f"{months} mo",
        Unit.SHARE,
        f"case when {is_reached} then 1.0 * count(*) filter (where end_date is null or end_date >= report_date + {age})"
        f" / {STARTED} end",
        f"Subscriptions of the month that had not ended {months} months after their start ÷ those started; shown once"
        " all of them are that old.",
        missing="",
    )


PAGE = Page(
    name="subscriptions",
    title="Subscriptions",
    question="How does recurring revenue move, and who stays?",
    cure="Subscriptions come from Stripe (or files): connect it with `leadline connect stripe`, then run"
    " `leadline sync`. Without any subscription there is nothing to show here.",
    report="subscriptions",
    kpis=KPIS,
    headlines=("mrr", "active_subscriptions", "churn_mrr"),
    blocks=(
        Block(
            "movements",
            "MRR movements",
            "Opening MRR, what came and what went, and the MRR at the end: each row closes to the cent.",
            Query(
                DAILY,
                (Column("period_start", "Period", Unit.PERIOD, PERIOD_START),),
                (
                    amount(
                        "opening_mrr",
                        "Opening",
                        summed("opening_mrr", f"report_date = greatest({PERIOD_START}, first_date)"),
                        "MRR at the end of the day before the period.",
                    ),
                    amount("new_mrr", "New"),
                    amount("reactivation_mrr", "Reactivated"),
                    amount("expansion_mrr", "Expansion"),
                    amount("contraction_mrr", "Contraction"),
                    amount("churn_mrr", "Churn"),
                    amount("fx_mrr", "Exchange rates"),
                    amount(
                        "mrr",
                        "Closing",
                        summed("mrr", "report_date = last_date"),
                        "MRR at the end of the period's last day.",
                    ),
                ),
                relation=DAYS,
                where=IN_CHART,
            ),
            Chart(
                "stacked",
                ("new_mrr", "reactivation_mrr", "expansion_mrr", "contraction_mrr", "churn_mrr"),
                below=("contraction_mrr", "churn_mrr"),
            ),
            has_open_table=False,
        ),
        Block(
            "mrr",
            "MRR at the end of each period",
            "Contracted recurring revenue a month, without trials, tax and one-off charges.",
            kpi_series("subscriptions", (KPIS[0], KPIS[1])),
            Chart("lines", ("mrr",)),
            has_open_table=False,
        ),
        Block(
            "trials",
            "Trials",
            "Trials that began in this period, and what became of them.",
            Query(
                LEDGER,
                (),
                (
                    count(
                        "trials_started",
                        "Started",
                        STARTED,
                        "Trials that began in the period, retention offers left out.",
                    ),
                    count(
                        "trials_open",
                        "Not decided",
                        "count(*) filter (where trial_outcome = 'open')",
                        "Trials still running, or over with an open first bill.",
                    ),
                    count(
                        "trials_cancelled",
                        "Cancelled",
                        "count(*) filter (where trial_outcome = 'cancelled')",
                        "Trials that ended without a paid bill.",
                    ),
                    count(
                        "trials_converted",
                        "Converted",
                        "count(*) filter (where trial_outcome = 'converted')",
                        "Full length, and the first bill over money paid.",
                    ),
                ),
                where="trial_start_date between %(since)s and %(until)s and trial_outcome <> 'retention_offer'",
            ),
            Chart("funnel", ("trials_started", "trials_open", "trials_cancelled", "trials_converted")),
            empty="No trial began in this period.",
        ),
        Block(
            "retention",
            "Retention by month of start",
            "The share of each month's subscriptions that had not ended so many months later.",
            Query(
                LEDGER,
                (Column("cohort", "Started in", Unit.MONTH, COHORT),),
                (
                    count("started", "Started", STARTED, "Subscriptions started in the month."),
                    *(_retained(months) for months in MONTHS),
                ),
                where="report_date <= %(until)s",
                order="1 desc",
                limit=18,
            ),
            Chart("heat", tuple(f"retained_{months}" for months in MONTHS)),
        ),
        Block(
            "states",
            "Subscriptions by state",
            "All subscriptions that ever started, as they stand.",
            Query(
                LEDGER,
                (Column("state", "State"),),
                (
                    count("subscriptions", "Subscriptions", STARTED, "Started subscriptions in this state."),
                    amount("mrr", "MRR"),
                    ratio(
                        "matched_share",
                        "Matched",
                        Unit.SHARE,
                        "1.0 * count(person_id)",
                        "count(*)",
                        "Subscriptions with a known person ÷ subscriptions.",
                    ),
                ),
                where="",
                order="subscriptions desc, 1",
                has_total=True,
            ),
        ),
    ),
    ledgers=(
        (
            "The latest subscriptions",
            Ledger(
                LEDGER,
                (
                    Column("started_at", "Started", Unit.MOMENT),
                    Column("subscription_id", "Subscription"),
                    Column("state", "State"),
                    Column("mrr", "MRR", Unit.MONEY, missing=NO_RATE),
                    Column("trial_outcome", "Trial"),
                    Column("match_email", "Matched by"),
                    Column("channel", "Channel"),
                    Column("ended_at", "Ended", Unit.MOMENT),
                ),
                "started_at desc, connection, subscription_id",
            ),
        ),
    ),
)
