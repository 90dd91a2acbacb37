"""What the made-up business's accountant notes of exchange rates: one a month, as made up as the business.

They are in no truth: `files/exchange_rates.csv` is what a person would put into the folder.
"""

from datetime import UTC, datetime
from random import Random

from connectors.sandbox.generator.csv_files import CsvFiles
from connectors.sandbox.generator.draws import DAY

RATES = "files/exchange_rates"
HEADERS = {RATES: ("base_currency", "quote_currency", "date", "rate")}
_AROUND = (("EUR", "USD", 1.1, 4), ("USD", "JPY", 150.0, 2))
_SWING = 0.06


def write_rates(files: CsvFiles, seed: int, start: int, end: int) -> None:
    """A rate of the first of every month from that of `start` up to `end`."""
    rng = Random(f"{seed}/exchange rates")
    for day in range(start - 31 * DAY, end, DAY):
        first = datetime.fromtimestamp(day, UTC).date()
        if first.day == 1:
            for base, quote, middle, places in _AROUND:
                rate = middle * (1 + _SWING * (rng.random() - 0.5))
                files.write(RATES, (base, quote, first.isoformat(), f"{rate:.{places}f}"))
