"""The truth about subscriptions: what each was worth a month, and since when; `subscriptions.csv` and `mrr_daily.csv`.

Levels are noted as the stories decide them (`subscriptions.py`, `contracts.py`); nothing here reads a written object.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from math import floor
from pathlib import Path

from connectors.sandbox.generator.catalogue import Price
from connectors.sandbox.generator.csv_files import CsvFiles
from connectors.sandbox.generator.draws import DAY
from connectors.sandbox.generator.ledger import write_csv

ACTIVE, TRIALING, PAUSED, UNPAID, ENDED = "active", "trialing", "paused", "unpaid", "ended"
_A_MONTH = {"day": Fraction(365, 12), "week": Fraction(52, 12), "month": Fraction(1), "year": Fraction(1, 12)}
TRUTH = "truth/subscriptions"
TRUTH_COLUMNS = (
    "subscription_id", "customer_id", "contact_id", "currency", "started_at", "trial_started_at", "trial_outcome",
    "trial_converted_at", "cancellation_requested_at", "ended_at", "state", "mrr_minor", "billed_mrr_minor",
)  # fmt: skip
_MOVED = ("new", "expansion", "contraction", "churn", "reactivation", "paused", "resumed")
_HELD = ("mrr", "billed", "paused_mrr", "active", "subscribers")
_COLUMNS = (
    "date", "currency", "opening_minor", *(f"{name}_minor" for name in _MOVED), "closing_minor", "billed_mrr_minor",
    "paused_mrr_minor", "active_subscriptions", "subscribers",
)  # fmt: skip


@dataclass(frozen=True)
class Level:
    """What a subscription is from `at` on (Unix seconds): its state, and what it is worth a month in minor units.

    `mrr` is contracted, `billed` follows coupons that end; both are what they would be when it is on trial or paused.
    """

    at: int
    state: str
    mrr: int
    billed: int


@dataclass
class Held:
    """A subscription as decided, its levels in order of time; `trial` is (start, end) of the trial it began with.

    `was_offered` says that another was given later, while it ran.
    `converted_at` is when the first invoice after the whole trial was paid.
    """

    id: str
    customer: str
    currency: str
    started_at: int
    trial: tuple[int, int] | None = None
    converted_at: int | None = None
    requested_at: int | None = None
    ended_at: int | None = None
    was_offered: bool = False
    levels: list[Level] = field(default_factory=list)

    def note(self, at: int, state: str, items: Iterable[tuple[Price, int]], forever: int, now: int) -> None:
        """A level from `at` on: `items` with `forever` % off by contract and `now` % off the bills."""
        held = list(items)
        self.levels.append(Level(at, state, a_month(held, forever), a_month(held, now)))

    def at(self, moment: int) -> Level | None:
        """The level just before `moment`, None before the first."""
        return next((level for level in reversed(self.levels) if level.at < moment), None)


def a_month(items: Iterable[tuple[Price, int]], percent_off: int = 0) -> int:
    """MRR of (price, quantity) in minor units, each item rounded half up once; metered usage is none."""
    return sum(
        floor(Fraction(price.amount * quantity * (100 - percent_off), 100) * _A_MONTH[price.interval] / price.count
              + Fraction(1, 2))
        for price, quantity in items
        if price.usage == "licensed"
    )  # fmt: skip


class MrrBook:
    """Sums what every payer holds into days before `end` (a UTC midnight in Unix seconds).

    A day keeps what moved on it, and by how much what is held at its end differs from the day before.
    """

    def __init__(self, files: CsvFiles, end: int) -> None:
        self._files = files
        self._last = end // DAY
        self._sums: dict[tuple[int, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))

    def note(self, contact_id: str, held: Sequence[Held], paid_at: int | None) -> None:
        """All subscriptions of one payer who first paid anything at `paid_at`, None for never."""
        started = [one for one in held if one.levels]
        kept = {one.id for one in started if one.trial and paid_at is not None and paid_at < one.trial[0]}
        for one in started:
            self._write(contact_id, one, one.id in kept)
        for currency in sorted({one.currency for one in started}):
            self._follow([one for one in started if one.currency == currency], currency, kept)

    def write(self, folder: Path) -> None:
        """Write `mrr_daily.csv` into `folder`: every day from a currency's first to the end."""
        rows = []
        for currency in sorted({currency for _, currency in self._sums}):
            held = dict.fromkeys(_HELD, 0)
            for day in range(min(day for day, of in self._sums if of == currency), self._last):
                sums, opening = self._sums.get((day, currency), {}), held["mrr"]
                held = {name: value + sums.get(name, 0) for name, value in held.items()}
                date = datetime.fromtimestamp(day * DAY, UTC).date().isoformat()
                moved = (sums.get(name, 0) for name in _MOVED)
                rows.append((date, currency, opening, *moved, *held.values()))
        write_csv(folder / "mrr_daily.csv", _COLUMNS, rows)

    def _follow(self, held: Sequence[Held], currency: str, kept: set[str]) -> None:
        """The day ends of one subscriber in one currency on which anything is not what it was."""
        before, ever = _End(), False
        for day in sorted({level.at // DAY for one in held for level in one.levels}):
            now = _End()
            for one in held:
                level = one.at((day + 1) * DAY)
                if level is not None:
                    now.add(one.id, level, one.id in kept)
            sums = self._sums[day, currency]
            _move(sums, before, now, ever)
            ever = ever or now.worth > 0
            for name, value, past in zip(_HELD, now.figures, before.figures, strict=True):
                sums[name] += value - past
            before = now

    def _write(self, contact_id: str, one: Held, kept: bool) -> None:
        last = one.levels[-1]
        counts = last.state == ACTIVE or (last.state == TRIALING and kept)
        self._files.write(
            TRUTH,
            (
                one.id, one.customer, contact_id, one.currency, _iso(one.started_at),
                _iso(one.trial[0]) if one.trial else "", _outcome(one, kept), _iso(None if kept else one.converted_at),
                _iso(one.requested_at), _iso(one.ended_at), last.state, last.mrr if counts else 0,
                last.billed if counts else 0,
            ),
        )  # fmt: skip


@dataclass
class _End:
    """What one subscriber holds when a day ends; `paused` by subscription."""

    mrr: int = 0
    billed: int = 0
    active: int = 0
    paused: dict[str, int] = field(default_factory=dict)

    @property
    def worth(self) -> int:
        """What is paid for a month, and what is paused."""
        return self.mrr + sum(self.paused.values())

    @property
    def figures(self) -> tuple[int, ...]:
        """What `_HELD` names."""
        return self.mrr, self.billed, sum(self.paused.values()), self.active, int(self.active > 0)

    def add(self, id_: str, level: Level, kept: bool) -> None:
        """Count one subscription; a trial that is `kept` counts as paid for."""
        if level.state == ACTIVE or (level.state == TRIALING and kept):
            self.mrr += level.mrr
            self.billed += level.billed
            self.active += 1
        elif level.state == PAUSED:
            self.paused[id_] = level.mrr


def _move(sums: dict[str, int], before: _End, now: _End, ever: bool) -> None:
    """Why a subscriber's MRR is not what it was a day ago; pausing and resuming stand apart from the rest."""
    for id_ in sorted({*before.paused, *now.paused}):
        difference = now.paused.get(id_, 0) - before.paused.get(id_, 0)
        sums["paused" if difference > 0 else "resumed"] += abs(difference)
    change = now.worth - before.worth
    if before.worth == 0 and now.worth > 0:
        sums["reactivation" if ever else "new"] += change
    elif before.worth > 0 and now.worth == 0:
        sums["churn"] -= change
    else:
        sums["expansion" if change > 0 else "contraction"] += abs(change)


def _outcome(one: Held, kept: bool) -> str:
    """What became of a trial: empty without one, `offer` when it was given to somebody who had paid before."""
    if kept or one.was_offered:
        return "offer"
    if one.trial is None:
        return ""
    if one.converted_at is not None:
        return "converted"
    if one.ended_at is not None and one.ended_at <= one.trial[1]:
        return "cancelled"
    return "running" if one.levels[-1].state == TRIALING else "open"


def _iso(at: int | None) -> str:
    return "" if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
