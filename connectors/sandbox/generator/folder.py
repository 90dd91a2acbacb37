"""Writing a generated world into a folder, and refusing to write over anything else."""

import calendar
import tomllib
from datetime import date
from pathlib import Path

from connectors.sandbox.generator import browsers, exchange_rates, lists, mrr, second_processor
from connectors.sandbox.generator.business import DAYS, Business
from connectors.sandbox.generator.csv_files import opened_csv
from connectors.sandbox.generator.draws import DAY
from connectors.sandbox.generator.ledger import Ledger
from connectors.sandbox.generator.sink import opened
from connectors.sandbox.jsonl import WorldError

FILES = (
    "stripe/products", "stripe/prices", "stripe/customers", "stripe/payment_intents", "stripe/charges",
    "stripe/refunds", "stripe/disputes", "stripe/balance_transactions", "stripe/payouts", "stripe/invoices",
    "stripe/invoice_payments", "stripe/invoiceitems", "stripe/credit_notes", "stripe/subscriptions",
    "stripe/checkout_sessions", "stripe/coupons", "stripe/promotion_codes", "stripe/tax_rates", "hubspot/contacts",
    "hubspot/lists", "hubspot/list_memberships", "hubspot/deals", "hubspot/owners", "google_ads/ad_group_ad",
    "google_ads/campaign", "meta_ads/accounts", "meta_ads/campaigns", "meta_ads/adsets", "meta_ads/ads",
    "meta_ads/insights", "meta_ads/campaign_insights",
)  # fmt: skip
CSV_FILES = {
    **second_processor.HEADERS,
    **exchange_rates.HEADERS,
    lists.TRUTH: lists.TRUTH_COLUMNS,
    mrr.TRUTH: mrr.TRUTH_COLUMNS,
    browsers.TRUTH: browsers.TRUTH_COLUMNS,
}
_FIRST_YEAR = 2000


def generate(folder: Path, *, seed: int, contacts: int, until: date) -> dict[str, int]:
    """Write the business as it stood when the UTC day `until` began; returns how many objects each file holds.

    The same arguments give the same bytes. Raises `WorldError` for a folder that holds anything but a generated
    world, for a number of contacts below 1 and a day before 2000.
    """
    if contacts < 1:
        raise WorldError(f"{contacts} contacts make no business; ask for 1 or more with --contacts.")
    if until.year < _FIRST_YEAR:
        raise WorldError(f"--until is {until.isoformat()}; name a day in {_FIRST_YEAR} or later, as 2026-01-31.")
    _refuse_foreign(folder)
    truth = folder / "truth"
    truth.mkdir(parents=True, exist_ok=True)
    note = f'[generated]\nseed = {seed}\ncontacts = {contacts}\nuntil = "{until.isoformat()}"\n'
    (folder / "world.toml").write_text(note, encoding="utf-8")
    end = calendar.timegm(until.timetuple())
    for stale in folder.glob("web_events/events-*.jsonl"):
        stale.unlink()  # months are file names: another day's world has others
    with (
        opened(folder, [*FILES, *browsers.event_files(end - DAYS * DAY, end)]) as sink,
        opened_csv(folder, CSV_FILES) as files,
        (truth / "orders.csv").open("w", encoding="utf-8", newline="") as orders,
    ):
        ledger = Ledger(orders)
        Business(sink, files, ledger, seed, end).tell(contacts, truth)
    ledger.write(truth)
    return {**sink.counts, **{name: count for name, count in files.counts.items() if not name.startswith("truth/")}}


def _refuse_foreign(folder: Path) -> None:
    """Only an empty folder, or a world this generator wrote, may be written over."""
    if folder.exists() and not folder.is_dir():
        raise WorldError(f"{folder} is a file; name a folder to write the world into.")
    if not folder.exists() or not any(folder.iterdir()):
        return
    try:
        written = tomllib.loads((folder / "world.toml").read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        written = {}
    if "generated" not in written:
        raise WorldError(f"{folder} is not empty and holds no generated world; name another folder or empty it first.")
