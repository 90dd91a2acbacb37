"""A world of sales at given times, in memory: every list has objects, and the money closes.

Each sale is a payment intent, a charge and its balance transaction; some have more. All of it happens in the second
of the sale, so that every list has the shape of the times (`times.py`).
"""

import random
from collections import defaultdict
from collections.abc import Sequence

import orjson

from connectors.sandbox.clock import Clock
from connectors.sandbox.collection import Row
from connectors.sandbox.generator import billing_objects as billing
from connectors.sandbox.generator import correction_objects as correction
from connectors.sandbox.generator import payment_objects as payment
from connectors.sandbox.generator import pricing_objects as pricing
from connectors.sandbox.generator import settlement_objects as settlement
from connectors.sandbox.generator.catalogue import PRICES, PRODUCTS, Price
from connectors.sandbox.generator.checkout_objects import checkout_session
from connectors.sandbox.generator.payment_objects import Object
from connectors.sandbox.settings import Settings
from connectors.sandbox.stripe_resources import RESOURCES
from connectors.sandbox.stripe_settings import StripeSettings
from connectors.sandbox.stripe_world import NESTED_LIMIT, StripeWorld
from connectors.sandbox.world import World

_FEE, _DISPUTE_FEE = 59, 1_500
_DAY = 86_400
_SEEN_AFTER = 10 * _DAY
_METADATA = 500  # the characters Stripe allows a value
_COUNTRY = "US"


def sales_world(
    times: Sequence[int],
    *,
    many_children: float = 0.0,
    object_bytes: int = 0,
    settings: StripeSettings | None = None,
    seed: int = 1,
) -> World:
    """A world with one sale at each of `times` (oldest first), about four objects a sale.

    `many_children` is the share of invoices, subscriptions, checkout sessions and credit notes with 11 to 30 children;
    the others have one to three. Objects with metadata are filled up to `object_bytes`. The world's clock starts where
    `settings` say, else an hour after the last sale.
    """
    settings = settings or StripeSettings()
    world = StripeWorld()
    shop = _Shop(world, many_children, object_bytes, seed, times[0] if times else 0)
    for number, time in enumerate(times):
        shop.sell(number, time)
    shop.close()
    start = settings.now or (times[-1] + 3_600 if times else 0)
    return World(settings=Settings(stripe=settings), stripe=world, clock=Clock(start))


class _Shop:
    """Sells, and puts what it made into the world's lists when it closes."""

    def __init__(self, world: StripeWorld, many_children: float, object_bytes: int, seed: int, opened: int) -> None:
        self._world = world
        self._rows: dict[str, list[Row]] = defaultdict(list)
        self._many, self._bytes = many_children, object_bytes
        self._draw = random.Random(seed)
        self._unpaid: list[Object] = []
        self._prices = [price for price in PRICES if price.currency == "usd"]
        self._price_objects = [billing.price(price, opened) for price in self._prices]
        for product in PRODUCTS:
            self._add("products", billing.product(product, opened))
        for price in self._price_objects:
            self._add("prices", price)
        for n in range(1, 5):
            self._add("coupons", pricing.coupon(f"coupon{n}", opened, 10.0 * n))
            self._add("promotion_codes", pricing.promotion_code(f"promo_1Shape{n}", opened, f"SAVE{n}0", f"coupon{n}"))
        self._add("tax_rates", pricing.tax_rate("txr_1Shape1", opened, 19.0))

    def sell(self, number: int, time: int) -> None:
        """Make the `number`th sale, with all that follows from it."""
        key, amount = f"1Shape{number:08d}", 1_000 + number % 9_000
        customer, email = f"cus_{number - number % 4:08d}", f"buyer{number - number % 4}@example.com"
        intent, charge = f"pi_{key}", f"ch_{key}"
        if self._unpaid and self._unpaid[-1]["created"] // _DAY < time // _DAY:
            self._pay_out()
        if number % 4 == 0:
            self._add("customers", payment.customer(customer, time, email, "Buyer", _COUNTRY, "usd", 0, True))
        refunded = amount // 2 if number % 20 == 3 else 0
        self._add(
            "payment_intents",
            payment.payment_intent(
                intent, time, amount, "usd", status="succeeded", customer=customer, live=True, received=amount,
                latest_charge=charge,
            ),
        )  # fmt: skip
        self._add(
            "charges",
            payment.charge(
                charge, time, amount, "usd", customer=customer, intent=intent, live=True, email=email, name="Buyer",
                country=_COUNTRY, receipt_email=email, captured=amount, refunded=refunded,
                balance_transaction=self._move(f"txn_{key}", time, amount, _FEE, charge, "charge")["id"],
            ),
        )  # fmt: skip
        if refunded:
            moved = self._move(f"txn_r{key}", time, -refunded, 0, f"re_{key}", "refund")
            self._add(
                "refunds",
                payment.refund(
                    f"re_{key}", time, refunded, "usd", charge=charge, intent=intent, status="succeeded",
                    balance_transaction=moved["id"], failure_balance_transaction=None, customer=customer,
                ),
            )  # fmt: skip
        if number % 50 == 7:
            moved = self._move(f"txn_d{key}", time, -amount, _DISPUTE_FEE, f"du_{key}", "adjustment", "dispute")
            self._add(
                "disputes",
                settlement.dispute(
                    f"du_{key}", time, amount, "usd", charge=charge, intent=intent, status="lost",
                    transactions=[moved], due_by=time + 7 * _DAY,
                ),
            )  # fmt: skip
        if number % 5 == 0:
            self._bill(number, key, time, customer, email, intent)

    def _bill(self, number: int, key: str, time: int, customer: str, email: str, intent: str) -> None:
        """Put an invoice over the sale; some come with a subscription, a checkout, a credit note, an extra item."""
        subscription = f"sub_{key}" if number % 25 == 0 else ""
        lines = [
            billing.LineItem(p, 100, 1, time, time + 2_592_000, f"Line {n}", subscription)
            for n, p in enumerate(self._some_prices())
        ]
        invoice = billing.invoice(
            f"in_{key}", time, lines, status="paid", reason="manual", customer=customer, email=email, name="Buyer",
            country=_COUNTRY, live=True, paid=100 * len(lines), finalized_at=time, paid_at=time,
            subscription=subscription,
        )  # fmt: skip
        self._add("invoices", invoice)
        self._add(
            "invoice_payments",
            billing.invoice_payment(
                f"inpay_{key}", time, 100 * len(lines), "usd", invoice=invoice["id"], intent=intent, status="paid",
                live=True, paid_at=time,
            ),
        )  # fmt: skip
        if subscription:
            self._add("subscriptions", self._subscription(subscription, time, customer, invoice["id"]))
        if number % 25 == 5:
            prices = [self._price_objects[self._prices.index(price)] for price in self._some_prices()]
            self._add(
                "checkout_sessions",
                checkout_session(
                    f"cs_{key}", time, prices, customer=customer, email=email, name="Buyer", country=_COUNTRY,
                    intent=intent,
                ),
            )  # fmt: skip
        if number % 25 == 10:
            self._add(
                "credit_notes", correction.credit_note(f"cn_{key}", time, invoice, [100] * len(self._some_prices()))
            )
        if number % 25 == 15:
            of_invoice = invoice["id"] if number % 50 == 15 else None
            item = correction.invoice_item(
                f"ii_{key}", time, self._price_objects[0], customer=customer, invoice=of_invoice
            )
            self._add("invoiceitems", item)

    def _subscription(self, id_: str, time: int, customer: str, invoice: str) -> Object:
        price = next(price for price in self._prices if price.interval)
        made = billing.subscription(
            id_, time, [(billing.first_item(id_), price, 1)], customer=customer, status="active",
            period=(time, time + 2_592_000), latest_invoice=invoice, live=True, price_created=time,
        )  # fmt: skip
        items = made["items"]
        items["data"] = [{**items["data"][0], "id": f"si_{id_[4:]}{n:02d}"} for n in range(len(self._some_prices()))]
        items["total_count"] = len(items["data"])
        return made

    def close(self) -> None:
        """Pay out what is left and put everything into the world."""
        if self._unpaid:
            self._pay_out()
        for name, rows in self._rows.items():
            self._world.fill(name, rows)

    def _pay_out(self) -> None:
        """Pay the day's balance out with its last sale."""
        net, time = sum(item["net"] for item in self._unpaid), self._unpaid[-1]["created"]
        id_ = f"po_1Shape{time // _DAY}"
        moved = self._move(f"txn_po{time // _DAY}", time, -net, 0, id_, "payout")
        own = moved["id"]
        self._add(
            "payouts",
            settlement.payout(
                id_, time, net, "usd", transaction=own, automatic=True, seen_at=time + _SEEN_AFTER
            ),
        )  # fmt: skip
        for item in self._unpaid:
            self._add("balance_transactions", item | {"payout": id_})
        self._unpaid.clear()

    def _move(self, id_: str, time: int, amount: int, fee: int, source: str, type_: str, category: str = "") -> Object:
        """Move the balance by `amount` less `fee`; returns the transaction."""
        moved = settlement.balance_transaction(
            id_, time, amount, fee, "usd", source=source, type_=type_, category=category,
            settled_by=time + _SEEN_AFTER,
        )  # fmt: skip
        self._unpaid.append(moved)
        return moved

    def _some_prices(self) -> list[Price]:
        """One price a child: eleven or more of them for the share of parents that has many."""
        many = self._draw.random() < self._many
        count = self._draw.randint(NESTED_LIMIT + 1, 30) if many else self._draw.randint(1, 3)
        return [self._prices[n % len(self._prices)] for n in range(count)]

    def _add(self, name: str, item: Object) -> None:
        short = self._bytes - len(orjson.dumps(item)) if self._bytes and "metadata" in item else 0
        if short > 0:
            values = range(0, short, _METADATA)
            item["metadata"] = {f"note_{n}": f"{self._draw.getrandbits(4 * _METADATA):x}"[: short - n] for n in values}
        self._rows[name].append(self._world.row(RESOURCES[name], item))
