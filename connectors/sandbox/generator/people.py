"""Who they are: made-up names and addresses, and the habits by which a payer's address meets the CRM, or does not."""

from dataclasses import dataclass
from random import Random

from connectors.sandbox.generator.draws import Deck, Weighted, pick

_FIRST = (
    "Ada", "Amara", "Anders", "Beatriz", "Bilal", "Carmen", "Chidi", "Clara", "Daniel", "Divya", "Elena", "Emeka",
    "Farid", "Fiona", "Gita", "Goran", "Hana", "Hugo", "Ines", "Ivan", "Jane", "Jonas", "Kaito", "Kerstin", "Lara",
    "Liam", "Mai", "Marco", "Nadia", "Noah", "Olga", "Omar", "Paula", "Pedro", "Quinn", "Rosa", "Samir", "Sofia",
    "Tariq", "Tessa", "Umar", "Vera", "Wei", "Yara", "Zoe",
)  # fmt: skip
_LAST = (
    "Abbott", "Adeyemi", "Almeida", "Bauer", "Bergman", "Castro", "Chen", "Dahl", "Doe", "Eriksen", "Fischer",
    "Garcia", "Haddad", "Hughes", "Ibrahim", "Jansen", "Kato", "Kumar", "Larsen", "Lopez", "Mensah", "Moretti",
    "Nakamura", "Novak", "Okafor", "Olsen", "Petrov", "Quist", "Reyes", "Rossi", "Sato", "Silva", "Tanaka", "Usman",
    "Varga", "Weber", "Xu", "Yilmaz", "Zimmer",
)  # fmt: skip
_DOMAINS = ("example.com", "example.net", "example.org")
_CURRENCY = Weighted([("usd", 0.9), ("eur", 0.08), ("jpy", 0.02)])
_COUNTRY = {"usd": ("US", "US", "US", "CA", "GB", "AU"), "eur": ("DE", "FR", "ES", "NL"), "jpy": ("JP",)}
# Kinds of address: what the customer object carries, what a payment carries, whether there is a customer at all.
_CONTACT_HABITS = (
    ("plain", 68), ("guest", 12), ("additional", 8), ("second_on_file", 4), ("same_customer", 3), ("late", 5),
)  # fmt: skip
_STRANGER_HABITS = (("plain", 12), ("guest", 7), ("no_email", 1))
_SLOPPY_SHARE = 0.08
_ADDITIONAL_SHARE = 0.06


@dataclass(frozen=True)
class Person:
    """Somebody: addresses by kind ('' when there is none), and how they pay (`habit`).

    A stranger's addresses are all of kind unknown: no contact has them. `contact_id` is empty for strangers.
    """

    index: int
    first: str
    last: str
    contact_id: str
    primary: str
    additional: str
    unknown: str
    habit: str
    currency: str
    country: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"

    @property
    def has_customer(self) -> bool:
        """Whether Stripe keeps a customer object of them."""
        return self.habit not in ("guest", "no_email")

    @property
    def customer_kind(self) -> str:
        """The kind of address on the customer object ('' when there is no customer object)."""
        if not self.has_customer:
            return ""
        if not self.contact_id or self.habit == "same_customer":
            return "unknown"
        return "additional" if self.habit in ("additional", "second_on_file") else "primary"

    def payment_kind(self, number: int) -> str:
        """The kind of address typed with the payment of that number, from 0."""
        if self.habit == "no_email":
            return ""
        if not self.contact_id:
            return "unknown"
        if self.habit == "same_customer":
            return "primary" if number == 0 else "unknown"
        return "additional" if self.habit == "additional" else "primary"

    def address(self, kind: str) -> str | None:
        """The address of that kind, None for kind ''."""
        return {"primary": self.primary, "additional": self.additional, "unknown": self.unknown}.get(kind)


class People:
    """Makes persons one after another; habits come from decks, so their shares hold in small worlds too."""

    def __init__(self, rng: Random) -> None:
        self._contact_habits = Deck(rng, _CONTACT_HABITS)
        self._stranger_habits = Deck(rng, _STRANGER_HABITS)

    def make(self, rng: Random, index: int, contact_id: str, buys: bool) -> Person:
        """Person number `index`; the number stands in the address, so no two persons share one."""
        first, last = pick(rng, _FIRST), pick(rng, _LAST)
        at = f"{first}.{last}{index}@{pick(rng, _DOMAINS)}".lower()
        habits = self._contact_habits if contact_id else self._stranger_habits
        habit = habits.draw() if buys else "plain"
        additional = f"{first[0]}{last}{index}@office.{pick(rng, _DOMAINS)}".lower()
        has_additional = habit in ("additional", "second_on_file") or rng.random() < _ADDITIONAL_SHARE
        currency = _CURRENCY.draw(rng)
        return Person(
            index=index,
            first=first,
            last=last,
            contact_id=contact_id,
            primary=at if contact_id else "",
            additional=additional if contact_id and has_additional else "",
            unknown=f"{last}.{first}{index}@mail.{pick(rng, _DOMAINS)}".lower(),
            habit=habit,
            currency=currency,
            country=pick(rng, _COUNTRY[currency]),
        )


def as_typed(rng: Random, address: str | None) -> str | None:
    """The address as its owner types it: now and then in capitals and with blanks around."""
    if address is None or rng.random() >= _SLOPPY_SHARE:
        return address
    name, _, domain = address.partition("@")
    return f" {name.title()}@{domain.upper().replace('EXAMPLE', 'Example')} "
