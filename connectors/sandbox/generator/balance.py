"""The account's balance: every movement, and the payouts to the bank of what has become available.

What moves it is decided in `till.py` and `disputes.py`. Movements wait here as short records until all are known, for
a payout takes whatever the others left; nothing else of the business does.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from connectors.sandbox.generator import settlement_objects as objects
from connectors.sandbox.generator.draws import DAY
from connectors.sandbox.generator.ledger import write_csv
from connectors.sandbox.generator.settlement_objects import Object
from connectors.sandbox.generator.sink import Sink

_BY_HAND_DAYS = 60
_TIME_OF_DAY = 7 * 3600
_MONDAY, _EVERY_DAYS = 0, 7
_EPOCH_WEEKDAY = 3
_COLUMNS = ("currency", "reporting_category", "transactions", "amount_minor", "fee_minor", "net_minor")


class Movement(NamedTuple):
    """One movement of the balance: `amount` less `fee`, in minor units, at a time in Unix seconds."""

    at: int
    id: str
    amount: int
    fee: int
    currency: str
    source: str
    type: str
    category: str
    description: str | None

    @property
    def net(self) -> int:
        """What the balance changes by."""
        return self.amount - self.fee


class Balance:
    """Keeps the balance from `start` to `end` (UTC midnights in Unix seconds), one for each currency.

    The first two months are paid out by hand, all at once; then every Monday pays out by itself.
    """

    def __init__(self, sink: Sink, start: int, end: int) -> None:
        self._sink = sink
        self._start, self._end = start, end
        self._moved: dict[str, list[Movement]] = defaultdict(list)

    def move(
        self, at: int, amount: int, fee: int, currency: str, source: str, type_: str, *, category: str = "",
        description: str | None = None,
    ) -> Movement:  # fmt: skip
        """Move the balance on behalf of the object `source`."""
        id_ = self._sink.id("txn")
        movement = Movement(at, id_, amount, fee, currency, source, type_, category or type_, description)
        self._moved[currency].append(movement)
        return movement

    def settle(self, truth: Path) -> None:
        """Pay out, write all transactions and payouts, and `balance.csv` with what moved by currency and category."""
        rows: list[tuple[str | int, ...]] = []
        for currency in sorted(self._moved):
            paid_by = self._pay_out(currency)
            sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
            for movement in sorted(self._moved[currency]):
                item = self.shown(movement)
                if movement.id in paid_by:
                    item["payout"] = paid_by[movement.id]
                self._sink.write("stripe/balance_transactions", item)
                for place, value in enumerate((1, movement.amount, movement.fee, movement.net)):
                    sums[movement.category][place] += value
            rows += [(currency, category, *values) for category, values in sorted(sums.items())]
        write_csv(truth / "balance.csv", _COLUMNS, rows)

    def _pay_out(self, currency: str) -> dict[str, str]:
        """Write the payouts of a currency; returns the automatic payout of each transaction that has one."""
        paid_by: dict[str, str] = {}
        coming = sorted(self._moved[currency], reverse=True)
        available: list[Movement] = []
        for number, day in enumerate(self._payout_days()):
            while coming and objects.available_on(coming[-1].at) <= day:
                available.append(coming.pop())
            amount = sum(movement.net for movement in available)
            if amount <= 0:
                continue  # what is owed to Stripe waits for the next sales
            own = self._write(currency, day + _TIME_OF_DAY, amount, automatic=number > 0)
            if number > 0:
                paid_by |= {movement.id: own.source for movement in (*available, own)}
            available.clear()
        return paid_by

    def _write(self, currency: str, at: int, amount: int, *, automatic: bool) -> Movement:
        """Write a payout; returns what it moves itself."""
        id_ = self._sink.id("po")
        own = self.move(at, -amount, 0, currency, id_, "payout", description="STRIPE PAYOUT")
        self._sink.write(
            "stripe/payouts",
            objects.payout(id_, at, amount, currency, transaction=own.id, automatic=automatic, seen_at=self._end),
        )
        return own

    def _payout_days(self) -> Iterator[int]:
        """The Mondays on which money leaves; the first closes the time by hand."""
        day = self._start + _BY_HAND_DAYS * DAY
        day += (_MONDAY - day // DAY - _EPOCH_WEEKDAY) % 7 * DAY
        yield from range(day, self._end, _EVERY_DAYS * DAY)

    def shown(self, movement: Movement) -> Object:
        """The balance transaction as Stripe answers it."""
        return objects.balance_transaction(
            movement.id, movement.at, movement.amount, movement.fee, movement.currency, source=movement.source,
            type_=movement.type, category=movement.category, settled_by=self._end, description=movement.description,
        )  # fmt: skip
