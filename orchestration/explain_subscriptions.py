"""What every figure of the daily subscriptions report is made of: subscriptions, and their subscribers' movements.

Belongs here: one entry per measure of rpt_subscriptions_daily. Does not: the other reports (`explain_measures.py`).
"""

from orchestration.explain_ledgers import Ledger, Measure

PLACE = ("connection", "currency")
STARTED = Ledger(
    table="(select * from reports.rpt_subscriptions where currency is not null) as subscriptions",
    dimensions=PLACE,
    shown=(
        "connection",
        "subscription_id",
        "state",
        "report_date",
        "trial_outcome",
        "ended_at",
        "currency",
        "mrr_minor",
    ),
    keys=("connection", "subscription_id"),
    raw="subscription",
)
STOCKS = ("active", "trialing", "paused", "mrr_minor", "billed_mrr_minor", "paused_mrr_minor")
CHANGES = ", ".join(
    f"sum({stock.replace('_minor', '')}_change{'_minor' if stock.endswith('_minor') else ''}) as {stock}"
    for stock in STOCKS
)


def _standing(until: str) -> Ledger:
    return Ledger(
        table=f"""(
    select connection, currency, subscription_id, {CHANGES}
    from intermediate.int_subscription_days where report_date {until} %(day)s
    group by connection, currency, subscription_id
) as standing""",  # noqa: S608 - of constants
        dimensions=PLACE,
        shown=("connection", "subscription_id", "currency", *STOCKS),
        keys=("connection", "subscription_id", "currency"),
        raw="subscription",
    )


def _subscribers(columns: str, source: str) -> Ledger:
    """Subscribers are counted where their first subscription is."""
    return Ledger(
        table=f"""(
    select home_connection as connection, currency, subscriber_id, {columns}
    from {source} group by home_connection, currency, subscriber_id
) as subscribers""",  # noqa: S608 - of constants
        dimensions=PLACE,
        shown=("connection", "subscriber_id", "currency", *(part.rsplit(" ", 1)[1] for part in columns.split(", "))),
        keys=("connection", "subscriber_id", "currency"),
        raw="subscription",
    )


AT_END = _standing("<=")
AT_START = _standing("<")
MOVED = Ledger(
    table="marts.fct_mrr_movements",
    dimensions=PLACE,
    shown=("connection", "subscriber_id", "movement_date", "movement", "currency", "signed_minor", "pause_minor"),
    keys=("subscriber_id", "currency", "movement_date", "movement"),
    raw="subscription",
)
CAME_AND_WENT = """(
    select *, case movement when 'churn' then -1 else 1 end as change from marts.fct_mrr_movements
    where movement in ('new', 'reactivation', 'churn') and movement_date <= %(day)s
) as transitions"""
EARLIER = "movement_date <= %(day)s::date - 30"
HELD = _subscribers(
    f"sum(case when {EARLIER} then change else 0 end) as thirty_days_ago, sum(change) as now,"
    f" count(case when not {EARLIER} and movement = 'new' then 1 end) as new_since,"
    f" count(case when not {EARLIER} and movement = 'churn' then 1 end) as churned_since",
    CAME_AND_WENT,
)
CAME = _subscribers(
    "count(case when movement = 'new' then 1 end) as new,"
    " count(case when movement = 'reactivation' then 1 end) as reactivated,"
    " count(case when movement = 'churn' then 1 end) as churned",
    "(select * from marts.fct_mrr_movements where movement_date = %(day)s) as today",
)
ACTIVE = _subscribers(
    "sum(subscriber_change) as active",
    "(select * from intermediate.int_mrr_subscriber_days where report_date <= %(day)s) as changes",
)
# Opening, closing and each movement of the day, for what is left between them.
BETWEEN = Ledger(
    table="""(
    select 'opening' as kind, connection, currency, subscription_id,
        cast(null as text) as subscriber_id, sum(mrr_change_minor) as amount_minor
    from intermediate.int_subscription_days where report_date < %(day)s
    group by connection, currency, subscription_id
    union all
    select 'closing', connection, currency, subscription_id, null, sum(mrr_change_minor)
    from intermediate.int_subscription_days where report_date <= %(day)s
    group by connection, currency, subscription_id
    union all
    select movement, connection, currency, null, subscriber_id, signed_minor
    from marts.fct_mrr_movements where movement_date = %(day)s
) as between_days""",
    dimensions=PLACE,
    shown=("kind", "connection", "subscription_id", "subscriber_id", "currency", "amount_minor"),
    keys=("kind", "connection", "subscription_id", "subscriber_id"),
    raw="subscription",
)
THE_CELL = "from reports.rpt_subscriptions_daily where connection = %(connection)s and currency = %(currency)s"
RATE = f"(select report_rate {THE_CELL} and report_date = %(day)s)"
RATE_BEFORE = f"(select report_rate {THE_CELL} and report_date = %(day)s::date - 1)"
HAS_BEFORE = f"exists (select 1 {THE_CELL} and report_date = %(day)s::date - 1)"
UNIT = "power(10::numeric, (select exponent from staging.currencies where currency = %(currency)s))"
CURRENCY = f"(select report_currency {THE_CELL} and report_date = %(day)s)"
DIGITS = f"(select exponent from staging.currencies where currency = {CURRENCY})"  # noqa: S608 - of constants


def _sum(amount: str, kind: str = "") -> str:
    only = f" filter (where kind = '{kind}')" if kind else ""
    return f"coalesce(sum({amount}){only}, 0)"


def _converted(minor: str, rate: str = RATE) -> str:
    return f"round({minor} / {UNIT} * {rate}, {DIGITS})"


def _opened(minor: str) -> str:
    return f"case when {HAS_BEFORE} then {_converted(minor, RATE_BEFORE)} else 0 * {RATE} end"


def _on(column: str, condition: str = "") -> Measure:
    return Measure(STARTED, "count(*)", f"{column} = %(day)s{' and ' + condition if condition else ''}")


def _count(stock: str) -> Measure:
    return Measure(AT_END, "count(*)", f"{stock} > 0", is_additive=False)


def _twice(name: str, ledger: Ledger, minor: str, where: str, **how: bool) -> dict[str, Measure]:
    """The amount in minor units, and converted at the rate of the day."""
    return {
        f"{name}_minor": Measure(ledger, minor, where, **how),
        name: Measure(ledger, _converted(minor), where, is_per_cell=True, **how),
    }


MOVEMENTS = ("new", "reactivation", "expansion", "contraction", "churn")
SIGNED = " + ".join(_sum("amount_minor", movement) for movement in MOVEMENTS)
TRANSFERRED = f"({_sum('amount_minor', 'closing')} - {_sum('amount_minor', 'opening')} - ({SIGNED}))"
FX = " - ".join(
    [
        _converted(_sum("amount_minor", "closing")),
        f"({_opened(_sum('amount_minor', 'opening'))})",
        *(_converted(_sum("amount_minor", movement)) for movement in MOVEMENTS),
        _converted(TRANSFERRED),
    ]
)
OPENING = _sum("mrr_minor")
SUBSCRIPTION_MEASURES = {
    "subscriptions_started": _on("report_date"),
    "subscriptions_started_still_active": _on("report_date", "is_still_active"),
    "trials_started": _on("trial_start_date", "trial_outcome <> 'retention_offer'"),
    "trials_converted": _on("trial_end_date", "trial_outcome = 'converted'"),
    "trials_cancelled": _on("trial_end_date", "trial_outcome = 'cancelled'"),
    "trials_ended": _on("trial_end_date", "trial_outcome in ('converted', 'cancelled')"),
    "retention_offers_started": _on("trial_start_date", "trial_outcome = 'retention_offer'"),
    "cancellations_requested": _on("cancellation_request_date"),
    "cancellations": _on("end_date"),
    "active_subscriptions": _count("active"),
    "trialing_subscriptions": _count("trialing"),
    "paused_subscriptions": _count("paused"),
    "subscribers": Measure(ACTIVE, "count(*)", "active > 0", is_additive=False),
    "mrr_subscribers": Measure(HELD, "count(*)", "now > 0", is_additive=False),
    "new_subscribers": Measure(CAME, _sum("new"), "new > 0"),
    "reactivated_subscribers": Measure(CAME, _sum("reactivated"), "reactivated > 0"),
    "churned_subscribers": Measure(CAME, _sum("churned"), "churned > 0"),
    "churn_stripe_numerator": Measure(HELD, _sum("churned_since"), "churned_since > 0", is_additive=False),
    "churn_stripe_denominator": Measure(
        HELD, _sum("thirty_days_ago + new_since"), "thirty_days_ago + new_since > 0", is_additive=False
    ),
    "churn_standard_numerator": Measure(HELD, "count(*)", "thirty_days_ago > 0 and now = 0", is_additive=False),
    "churn_standard_denominator": Measure(HELD, "count(*)", "thirty_days_ago > 0", is_additive=False),
    "opening_mrr_minor": Measure(AT_START, OPENING, "mrr_minor <> 0", is_additive=False),
    "opening_mrr": Measure(AT_START, _opened(OPENING), "mrr_minor <> 0", is_additive=False, is_per_cell=True),
    **{
        name: measure
        for movement in MOVEMENTS
        for name, measure in _twice(
            f"{movement}_mrr", MOVED, _sum("amount_minor"), f"movement_date = %(day)s and movement = '{movement}'"
        ).items()
    },
    "resumed_mrr_minor": Measure(
        MOVED, _sum("pause_minor"), "movement_date = %(day)s and movement = 'expansion' and pause_minor > 0"
    ),
    "pausing_mrr_minor": Measure(
        MOVED, _sum("pause_minor"), "movement_date = %(day)s and movement = 'contraction' and pause_minor > 0"
    ),
    **_twice("transferred_mrr", BETWEEN, TRANSFERRED, "amount_minor <> 0"),
    "fx_mrr": Measure(BETWEEN, FX, "amount_minor <> 0", is_per_cell=True),
    **{
        name: measure
        for stock in ("mrr", "billed_mrr", "paused_mrr")
        for name, measure in _twice(
            stock, AT_END, _sum(f"{stock}_minor"), f"{stock}_minor <> 0", is_additive=False
        ).items()
    },
}
