"""The truth about ad spend: `ad_spend.csv` by the account's local day, platform, account and campaign."""

from datetime import date
from pathlib import Path

from connectors.sandbox.generator.ledger import write_csv

_COLUMNS = ("date", "platform", "account_id", "campaign_id", "currency", "cost_micros", "clicks", "impressions")


class SpendBook:
    """Sums what was spent as it is decided, with what no ad carries."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str, str, str, str], list[int]] = {}

    def note(
        self, day: date, platform: str, account: str, campaign: str, currency: str, figures: tuple[int, int, int]
    ) -> None:
        """Add `figures`: cost in micros of the currency, clicks and impressions."""
        total = self._sums.setdefault((day.isoformat(), platform, account, campaign, currency), [0, 0, 0])
        for place, value in enumerate(figures):
            total[place] += value

    def write(self, truth: Path) -> None:
        """Write the file into the folder `truth`."""
        write_csv(truth / "ad_spend.csv", _COLUMNS, ((*key, *self._sums[key]) for key in sorted(self._sums)))
