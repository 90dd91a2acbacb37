"""One payer while their story is told: their Stripe customer, what they typed, and the orders decided so far."""

from dataclasses import dataclass, field
from random import Random

from connectors.sandbox.generator.ledger import Order
from connectors.sandbox.generator.mrr import Held
from connectors.sandbox.generator.people import Person
from connectors.sandbox.generator.terms import Terms, of_invoices


@dataclass
class Payer:
    """`customer` is empty for guests; `email` is the customer object's, as typed; `live` false is a test object.

    `discount` is the id of what they have off all invoices, if anything; `held` are their subscriptions,
    and `first_billed` is when each had its first invoice that counts.
    """

    person: Person
    rng: Random
    customer: str
    email: str | None
    live: bool = True
    discount: str = ""
    orders: list[Order] = field(default_factory=list)
    invoices: int = 0
    zero_invoices: int = 0
    held: list[Held] = field(default_factory=list)
    first_billed: dict[str, int] = field(default_factory=dict)
    first_seen: int | None = None
    last_seen: int = 0

    @property
    def terms(self) -> Terms:
        """What applies to their invoices."""
        return of_invoices(self.person.currency, self.discount)

    def seen(self, at: int) -> None:
        """Remember that something of theirs was created at `at`."""
        self.first_seen = at if self.first_seen is None else min(self.first_seen, at)
        self.last_seen = max(self.last_seen, at)
