"""A shop that goes on selling in a played world: what a business does in a day, drawn from a seed.

All of it is what Stripe tells of by events, or shows among what is new. Does not belong here: comparing
(`stripe_mirror.py`), changes that nobody is told of (the scenarios make those themselves).
"""

import random
from collections.abc import Callable
from typing import Any

from connectors.sandbox.change import MovingWorld

Object = dict[str, Any]
_DELETABLE = ("customers", "invoiceitems", "coupons", "prices", "products")


class Shop:
    """Does things in `world`, one at a time; the same seed does the same ones. Ids it makes carry `name`."""

    def __init__(self, world: MovingWorld, seed: int, name: str = "Shop") -> None:
        self._world, self._random, self._name = world, random.Random(seed), name
        self._number = 0
        held = {kind: world.state(kind) for kind in _KINDS}
        self._models = {kind: next(iter(objects.values())) for kind, objects in held.items()}
        self._ids = {kind: list(objects) for kind, objects in held.items()}
        self._open: list[str] = []
        self._acts: list[tuple[int, Callable[[], object]]] = [
            (8, self.sell),
            (6, self._move_customer),
            (4, self._refund),
            (4, self._bill),
            (4, self._settle_invoice),
            (4, self._change_lines),
            (3, self._change_subscription),
            (2, self._note_charge),
            (2, self._pay_out),
            (2, self._delete),
            (1, self._contest),
            (1, self._credit),
            (1, self._price),
        ]

    def act(self, count: int = 1) -> None:
        """Do `count` things."""
        weights = [weight for weight, _ in self._acts]
        for _, act in self._random.choices(self._acts, weights, k=count):
            act()

    def sell(self) -> str:
        """Sell something to a new customer; returns the charge."""
        customer, intent, charge = self._id("cus"), self._id("pi"), self._id("ch")
        moved = self._id("txn")
        self._create("customers", customer, email=f"{customer}@example.com")
        self._create("payment_intents", intent, customer=customer, status="succeeded", latest_charge=charge)
        self._create("balance_transactions", moved, source=charge, type="charge")
        self._create(
            "charges", charge, customer=customer, payment_intent=intent, balance_transaction=moved,
            amount=5_000, amount_captured=5_000, amount_refunded=0, refunded=False, status="succeeded",
        )  # fmt: skip
        return charge

    def _move_customer(self) -> None:
        customer = self._pick("customers")
        self._world.update("customers", customer, email=f"{self._number}@example.org", phone=f"+1555{self._count()}")

    def _refund(self) -> None:
        charge, refund, moved = self._pick("charges"), self._id("re"), self._id("txn")
        self._create("balance_transactions", moved, source=refund, type="refund", amount=-10, net=-10, fee=0)
        self._create("refunds", refund, charge=charge, amount=10, balance_transaction=moved)
        self._world.update("charges", charge, amount_refunded=10 * self._number)

    def _bill(self) -> None:
        invoice = self._id("in")
        self._create("invoices", invoice, status="draft", lines=self._lines(invoice))
        self._world.update("invoices", invoice, status="open")
        self._open.append(invoice)

    def _settle_invoice(self) -> None:
        if not self._open:
            self._bill()
        invoice = self._open.pop(self._random.randrange(len(self._open)))
        status = self._random.choice(("paid", "void", "uncollectible"))
        self._world.update("invoices", invoice, status=status)
        if status == "paid":
            payment = self._id("inpay")
            self._create("invoice_payments", payment, invoice=invoice, status="open")
            self._world.update("invoice_payments", payment, status="paid")

    def _change_lines(self) -> None:
        if not self._open:
            self._bill()
        invoice = self._random.choice(self._open)
        self._world.update("invoices", invoice, lines=self._lines(invoice))

    def _change_subscription(self) -> None:
        subscription = self._pick("subscriptions")
        self._world.update("subscriptions", subscription, metadata={"note": str(self._count())})

    def _note_charge(self) -> None:
        self._world.update("charges", self._pick("charges"), description=f"Note {self._count()}")

    def _pay_out(self) -> None:
        payout, moved = self._id("po"), self._id("txn")
        self._create("balance_transactions", moved, source=payout, type="payout", payout=payout)
        for _ in range(self._random.randint(1, 4)):
            self._create("balance_transactions", self._id("txn"), source=self._pick("charges"), payout=payout)
        self._create("payouts", payout, automatic=True, status="paid", balance_transaction=moved)

    def _delete(self) -> None:
        kind = self._random.choice(_DELETABLE)
        if len(self._ids[kind]) > 1:  # the last one stays a model for those to come
            id_ = self._ids[kind].pop(self._random.randrange(len(self._ids[kind])))
            self._world.delete(kind, id_)

    def _contest(self) -> None:
        dispute = self._id("du")
        self._create("disputes", dispute, charge=self._pick("charges"), status="needs_response")
        self._world.update("disputes", dispute, status=self._random.choice(("won", "lost")))

    def _credit(self) -> None:
        note = self._id("cn")
        lines = self._many(self._models["credit_notes"]["lines"]["data"][0], note, "cnli")
        self._create("credit_notes", note, lines=self._list(lines, f"/v1/credit_notes/{note}/lines"))

    def _price(self) -> None:
        product, price = self._id("prod"), self._id("price")
        self._create("products", product, name=f"Product {self._number}")
        self._create("prices", price, product=product)
        self._world.update("prices", price, active=False)

    def _lines(self, invoice: str) -> Object:
        lines = self._many(self._models["invoices"]["lines"]["data"][0], invoice, "il")
        return self._list(lines, f"/v1/invoices/{invoice}/lines")

    def _many(self, model: Object, parent: str, prefix: str) -> list[Object]:
        """One to 25 children, so that many lists are longer than Stripe shows at once."""
        count = self._random.randint(1, 25)
        return [{**model, "id": f"{prefix}_{parent}_{self._count()}", "amount": 100 + n} for n in range(count)]

    @staticmethod
    def _list(members: list[Object], url: str) -> Object:
        return {"object": "list", "data": members, "has_more": False, "url": url}

    def _create(self, kind: str, id_: str, **fields: Any) -> None:
        time = "date" if kind == "invoiceitems" else "created"
        model = {key: value for key, value in self._models[kind].items() if key not in (time, "payout")}
        self._world.create(kind, {**model, "id": id_, **fields})
        self._ids[kind].append(id_)

    def _pick(self, kind: str) -> str:
        return self._random.choice(self._ids[kind])

    def _id(self, prefix: str) -> str:
        return f"{prefix}_1{self._name}{self._count():08d}"

    def _count(self) -> int:
        self._number += 1
        return self._number


_KINDS = (
    "customers", "payment_intents", "charges", "refunds", "disputes", "balance_transactions", "payouts", "invoices",
    "invoice_payments", "invoiceitems", "credit_notes", "subscriptions", "prices", "products", "coupons",
)  # fmt: skip
