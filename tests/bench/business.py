"""A business of any size in the raw tables, made by the server: vendors' objects with the fields models read.

Belongs here: filling raw tables. Does not: building from them, and what comes out (`reports.py`).
Everything is told by its number, so that more of the same business can be added; two years whatever its size.
What is added is a day's news: visits, orders and bills of that day, and a few refunds that reach back. Bills used to be
added all over the second year, which no day brings: every daily report was then new on most of its days.
"""

from dataclasses import dataclass

from tests.dbt_project.dbt_runs import Db

ORDERS_PER_PERSON = 4
VIEWS_PER_ORDER = 5
BILLS = 12
"""Of a subscription; every second order is one."""
EPOCH = "timestamptz '2024-01-01 00:00+00'"
TABLES = {
    "raw_stripe.charges": "charges",
    "raw_stripe.payment_intents": "intents",
    "raw_stripe.invoices": "invoices",
    "raw_stripe.invoice_payments": "invoice_payments",
    "raw_stripe.balance_transactions": "balance_transactions",
    "raw_stripe.refunds": "refunds",
}

# What vendors send beside the fields that are read: a row's weight is part of its cost.
WEIGHT = 'jsonb_build_object(\'payment_method_details\', repeat(\'{"brand":"visa","checks":null} \', 20))'

ORDERS = f"""
    create temporary table orders as
    select
        n,
        'ch_' || n as charge_id,
        'pi_' || n as intent_id,
        case when n % 2 = 1 then 'in_' || n end as invoice_id,
        n / 2 % {{subscriptions}} as subscription,
        case
            when n % 2 = 1 then 1900 + n / 2 % {{subscriptions}} % 5 * 1000
            else 1000 + n * 7919::bigint % 90000
        end as amount,
        -- Of one order in fifty nobody knows the buyer.
        case
            when n % 50 = 0 then 'stranger' || n || '@' || left(md5(n::text), 10) || '.example'
            else {{email}}
        end as email,
        case when n % 50 <> 0 then 'cus_' || person end as customer_id,
        case
            when n > {{settled}} then timestamptz '2026-01-02 00:00+00' + n % 1440 * interval '1 minute'
            when n % 2 = 0 then {EPOCH} + n * 104729::bigint % (730 * 86400) * interval '1 second'
            else {EPOCH} + n / 2 % {{subscriptions}} % 365 * interval '1 day'
                + n / 2 / {{subscriptions}} * interval '1 month'
        end as at
    from (
        select
            n,
            case when n % 2 = 1 then 1 + n / 2 % {{subscriptions}} else 1 + n % {{persons}} end as person
        from generate_series({{first}}::bigint, {{last}}) as n
    ) as numbered
"""
EMAIL = (
    "'person' || person || '@' || case"
    " when person % 2 = 0 then 'gmail.com' else left(md5((person / 20)::text), 8) || '.example' end"
)

OBJECTS = {
    "charges": f"""
        select charge_id as id, at, {WEIGHT} || jsonb_build_object(
            'id', charge_id, 'created', seconds, 'amount', amount, 'amount_captured', amount, 'captured', true,
            'currency', 'usd', 'status', 'succeeded', 'livemode', true, 'customer', customer_id,
            'payment_intent', intent_id, 'balance_transaction', 'txn_' || n,
            'billing_details', jsonb_build_object('email', email)
        ) as data
        from timed""",
    "intents": f"""
        select intent_id as id, at, {WEIGHT} || jsonb_build_object(
            'id', intent_id, 'created', seconds, 'amount', amount, 'amount_received', amount, 'currency', 'usd',
            'status', 'succeeded', 'livemode', true, 'customer', customer_id, 'latest_charge', charge_id
        ) as data
        from timed""",
    "invoices": f"""
        select invoice_id as id, at, {WEIGHT} || jsonb_build_object(
            'id', invoice_id, 'created', seconds, 'total', amount, 'amount_due', amount, 'amount_paid', amount,
            'currency', 'usd', 'status', 'paid', 'attempt_count', 1, 'attempted', true, 'livemode', true,
            'customer', customer_id, 'customer_email', email,
            'status_transitions', jsonb_build_object('finalized_at', seconds, 'paid_at', seconds),
            'parent', jsonb_build_object(
                'subscription_details', jsonb_build_object('subscription', 'sub_' || subscription)
            ),
            'lines', jsonb_build_object('data', jsonb_build_array(jsonb_build_object(
                'id', 'il_' || n, 'amount', amount, 'quantity', 1, 'currency', 'usd',
                'period', jsonb_build_object(
                    'start', seconds, 'end', extract(epoch from at + interval '1 month')::bigint
                ),
                'parent', jsonb_build_object('subscription_item_details', jsonb_build_object(
                    'subscription', 'sub_' || subscription, 'subscription_item', 'si_' || subscription,
                    'proration', false
                )),
                'pricing', jsonb_build_object(
                    'price_details', jsonb_build_object('price', 'price_' || subscription % 5),
                    'unit_amount_decimal', amount::text
                )
            )))
        ) as data
        from timed where invoice_id is not null""",
    "invoice_payments": """
        select 'inpay_' || n as id, at, jsonb_build_object(
            'id', 'inpay_' || n, 'created', seconds, 'invoice', invoice_id, 'status', 'paid', 'livemode', true,
            'currency', 'usd', 'amount_paid', amount,
            'payment', jsonb_build_object('type', 'payment_intent', 'payment_intent', intent_id)
        ) as data
        from timed where invoice_id is not null""",
    "balance_transactions": """
        select 'txn_' || n as id, at, jsonb_build_object(
            'id', 'txn_' || n, 'created', seconds, 'amount', amount, 'fee', 30 + amount / 34,
            'net', amount - 30 - amount / 34, 'currency', 'usd', 'source', charge_id,
            'type', 'charge', 'reporting_category', 'charge'
        ) as data
        from timed
        union all
        select 'txn_re_' || n as id, at, jsonb_build_object(
            'id', 'txn_re_' || n, 'created', seconds + 86400, 'amount', -amount, 'fee', 0, 'net', -amount,
            'currency', 'usd', 'source', 're_' || n, 'type', 'refund', 'reporting_category', 'refund'
        ) as data
        from timed where n % 33 = 0""",
    "refunds": """
        select 're_' || n as id, at + interval '1 day' as at, jsonb_build_object(
            'id', 're_' || n, 'created', seconds + 86400, 'amount', amount, 'currency', 'usd', 'status', 'succeeded',
            'charge', charge_id, 'payment_intent', intent_id, 'balance_transaction', 'txn_re_' || n
        ) as data
        from timed where n % 33 = 0""",
}

# Money that went back for orders of the two years, one in 3,300: as many as the refunds of one new percent.
LATE_REFUNDS = {
    "raw_stripe.refunds": """
        select 'stripe' as connection, 're_late_' || n as id, at, jsonb_build_object(
            'id', 're_late_' || n, 'created', seconds, 'amount', amount, 'currency', 'usd', 'status', 'succeeded',
            'charge', charge_id, 'payment_intent', intent_id, 'balance_transaction', 'txn_re_late_' || n
        ) as data
        from late_refunds""",
    "raw_stripe.balance_transactions": """
        select 'stripe' as connection, 'txn_re_late_' || n as id, at, jsonb_build_object(
            'id', 'txn_re_late_' || n, 'created', seconds, 'amount', -amount, 'fee', 0, 'net', -amount,
            'currency', 'usd', 'source', 're_late_' || n, 'type', 'refund', 'reporting_category', 'refund'
        ) as data
        from late_refunds""",
}

PERSONS = f"""
    create temporary table persons as
    select
        person,
        {EMAIL} as email,
        case
            when person > {{settled}} then timestamptz '2026-01-01 12:00+00'
            else {EPOCH} + person * 15485863::bigint % (700 * 86400) * interval '1 second'
        end as born
    from generate_series({{first}}::bigint, {{last}}) as person
"""
PERSON_ROWS = {
    "raw_hubspot.contacts": f"""
        select 'hubspot' as connection, person::text as id, born as at, {WEIGHT} || jsonb_build_object(
            'id', person::text, 'createdAt', to_char(born at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            'archived', false,
            'properties', jsonb_build_object('email', email, 'firstname', 'Person', 'lastname', person::text)
        ) as data
        from persons""",
    "raw_hubspot.list_memberships": """
        select 'hubspot' as connection, person % 20 || '/' || person as id, born as at, jsonb_build_object(
            'listId', (person % 20)::text, 'recordId', person::text,
            'membershipTimestamp', to_char(born at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
        ) as data
        from persons""",
    "raw_stripe.customers": """
        select 'stripe' as connection, 'cus_' || person as id, born as at, jsonb_build_object(
            'id', 'cus_' || person, 'created', extract(epoch from born)::bigint, 'email', email, 'livemode', true
        ) as data
        from persons""",
}

SUBSCRIPTIONS = f"""
    select 'stripe' as connection, 'sub_' || s as id, at, jsonb_build_object(
        'id', 'sub_' || s, 'created', extract(epoch from at)::bigint, 'start_date', extract(epoch from at)::bigint,
        'customer', 'cus_' || 1 + s, 'status', case when s % 3 = 0 then 'canceled' else 'active' end,
        'ended_at', case when s % 3 = 0 then extract(epoch from at + interval '12 months')::bigint end,
        'canceled_at', case when s % 3 = 0 then extract(epoch from at + interval '11 months')::bigint end,
        'currency', 'usd', 'collection_method', 'charge_automatically', 'livemode', true,
        'items', jsonb_build_object('data', jsonb_build_array(jsonb_build_object(
            'id', 'si_' || s, 'created', extract(epoch from at)::bigint, 'quantity', 1,
            'current_period_start', extract(epoch from at + interval '11 months')::bigint,
            'current_period_end', extract(epoch from at + interval '12 months')::bigint,
            'price', jsonb_build_object(
                'id', 'price_' || s % 5, 'currency', 'usd', 'unit_amount', 1900 + s % 5 * 1000, 'product', 'prod_a',
                'recurring', jsonb_build_object('interval', 'month', 'interval_count', 1, 'usage_type', 'licensed')
            )
        )))
    ) as data
    from (
        select s, {EPOCH} + s % 365 * interval '1 day' as at
        from generate_series(0::bigint, {{subscriptions}} - 1) as s
    ) as numbered
"""

# A person keeps one browser; one view in five says the address. What is new are visits of five views, as buyers make.
VIEWS = f"""
    select 'web_events' as connection, 'v' || n as id, at, jsonb_build_object(
        'type', 'page', 'anonymousId', 'browser' || person,
        'context', jsonb_build_object('traits', jsonb_build_object(
            'email', case when says_address then {EMAIL} end
        )),
        'properties', jsonb_build_object('url', 'https://shop.example/page' || n % 30 || (array[
            '?gclid=g' || n || '&gad_campaignid=' || 1 + n % 4
                || '&utm_source=google&utm_medium=cpc&utm_campaign=c' || n % 4,
            '?utm_source=letter&utm_medium=email&utm_campaign=weekly' || n % 50,
            '?utm_source=facebook&utm_medium=social&utm_campaign=posts', '', ''
        ])[1 + (n * 31 + person) % 5]),
        'timestamp', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
    ) as data
    from (
        select
            n,
            1 + case when n > {{settled}} then n / {VIEWS_PER_ORDER} else n end % {{persons}} as person,
            case when n > {{settled}} then n else n / {{persons}} end % 5 = 0 as says_address,
            case
                when n > {{settled}} then timestamptz '2026-01-01 00:00+00' + n % 1440 * interval '1 minute'
                else {EPOCH} + n * 15485863::bigint % (730 * 86400) * interval '1 second'
            end as at
        from generate_series({{first}}::bigint, {{last}}) as n
    ) as numbered
"""

AD_DAYS = f"""
    select
        'google_ads' as connection, concat_ws('/', 1, campaign, campaign * 10, ad, day) as id, day::timestamptz as at,
        jsonb_build_object(
            'customer', jsonb_build_object('id', '1', 'currencyCode', 'USD', 'timeZone', 'America/New_York'),
            'campaign', jsonb_build_object('id', campaign::text, 'name', 'Campaign ' || campaign),
            'adGroup', jsonb_build_object('id', (campaign * 10)::text, 'name', 'Group'),
            'adGroupAd', jsonb_build_object('ad', jsonb_build_object('id', ad::text)),
            'metrics', jsonb_build_object('costMicros', (1000000 + ad % 7)::text, 'impressions', '70', 'clicks', '3'),
            'segments', jsonb_build_object('date', day::text)
        ) as data
    from (
        select ad, 1 + ad % 4 as campaign, ({EPOCH} + d * interval '1 day')::date as day
        from generate_series(1, {{ads}}) as ad cross join generate_series({{first}}, {{last}}) as d
    ) as numbered
"""


@dataclass(frozen=True)
class Business:
    """So many orders in two years, and what belongs to them."""

    orders: int

    @property
    def persons(self) -> int:
        """Contacts, each of them a Stripe customer."""
        return self.orders // ORDERS_PER_PERSON

    def fill(self, db: Db) -> None:
        """Empties the raw tables this business has, and lands all of it."""
        for table in (
            *TABLES,
            *PERSON_ROWS,
            "raw_stripe.subscriptions",
            "raw_web_events.pages",
            "raw_google_ads.ad_days",
        ):
            db.execute(f"truncate {table}")
        self._land(db, "raw_stripe.subscriptions", SUBSCRIPTIONS, 0, 0)
        self._land(db, "raw_google_ads.ad_days", AD_DAYS, 0, 730)
        self._people(db, 1, self.persons)
        self._orders(db, 1, self.orders)
        self._land(db, "raw_web_events.pages", VIEWS, 1, self.orders * VIEWS_PER_ORDER)

    def add_a_percent(self, db: Db) -> None:
        """One new percent of everything but subscriptions, on the days after, and refunds of former orders."""
        self._land(db, "raw_google_ads.ad_days", AD_DAYS, 731, 732)
        self._people(db, self.persons + 1, self.persons + self.persons // 100)
        self._orders(db, self.orders + 1, self.orders + self.orders // 100)
        self._late_refunds(db)
        views = self.orders * VIEWS_PER_ORDER
        self._land(db, "raw_web_events.pages", VIEWS, views + 1, views + views // 100)

    def _people(self, db: Db, first: int, last: int) -> None:
        db.execute("drop table if exists persons")
        db.execute(self._sql(PERSONS, first, last, self.persons))
        for table, rows in PERSON_ROWS.items():
            self._land(db, table, rows, first, last)

    def _orders(self, db: Db, first: int, last: int) -> None:
        db.execute("drop table if exists orders")
        db.execute(self._sql(ORDERS.replace("{email}", EMAIL), first, last, self.orders))
        timed = "with timed as (select *, extract(epoch from at)::bigint as seconds from orders)"
        for table, name in TABLES.items():
            self._land(db, table, f"{timed} select 'stripe' as connection, made.* from ({OBJECTS[name]}) as made", 0, 0)

    def _late_refunds(self, db: Db) -> None:
        db.execute("drop table if exists orders, late_refunds")
        db.execute(self._sql(ORDERS.replace("{email}", EMAIL), 1, self.orders, self.orders))
        db.execute(
            "create temporary table late_refunds as select n, charge_id, intent_id, amount,"
            " day as at, extract(epoch from day)::bigint as seconds"
            " from orders cross join (select timestamptz '2026-01-03 00:00+00' as day) as late where n % 3300 = 1"
        )
        for table, rows in LATE_REFUNDS.items():
            self._land(db, table, rows, 0, 0)

    def _land(self, db: Db, table: str, rows: str, first: int, last: int) -> None:
        columns = "connection, id, created_at, version, is_deleted, synced_at, data"
        made = self._sql(rows, first, last, self.orders * VIEWS_PER_ORDER)
        db.execute(
            f"insert into {table} ({columns})"
            " select connection, id, at, extract(epoch from at)::bigint * 1000000, false, now(), data::json"
            f" from ({made}) as rows"
        )
        db.execute(f"analyze {table}")

    def _sql(self, text: str, first: int, last: int, settled: int) -> str:
        numbers = {
            "first": first, "last": last, "settled": settled, "persons": self.persons,
            "subscriptions": max(self.orders // (2 * BILLS), 1), "ads": max(self.orders // 10_000, 2),
        }  # fmt: skip
        for name, number in numbers.items():
            text = text.replace(f"{{{name}}}", str(number))
        return text
