"""Writes the world `studio`: generated, then its ad days cut to the last week to keep the repository small.

Run `python tests/worlds/write_studio.py` after a change of the generator; `write` takes another folder for the test
that compares.
"""

import csv
import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from connectors.sandbox.generator import generate

STUDIO = Path(__file__).parent / "studio"
SEED, CONTACTS, UNTIL = 689, 90, date(2026, 7, 1)
_FIRST_AD_DAY = "2026-06-24"
_DAY_OF: dict[str, Callable[[dict[str, Any]], str]] = {
    "google_ads/ad_group_ad": lambda row: str(row["segments"]["date"]),
    "google_ads/campaign": lambda row: str(row["segments"]["date"]),
    "meta_ads/insights": lambda row: str(row["date_start"]),
    "meta_ads/campaign_insights": lambda row: str(row["date_start"]),
}


def write(folder: Path) -> None:
    """Write the world into `folder`, in the place of an earlier one."""
    shutil.rmtree(folder, ignore_errors=True)
    generate(folder, seed=SEED, contacts=CONTACTS, until=UNTIL)
    for name, day_of in _DAY_OF.items():
        file = folder / f"{name}.jsonl"
        kept = [line for line in file.read_bytes().splitlines(True) if day_of(json.loads(line)) >= _FIRST_AD_DAY]
        file.write_bytes(b"".join(kept))
    spend = folder / "truth" / "ad_spend.csv"
    with spend.open(newline="", encoding="utf-8") as old:
        header, *rows = csv.reader(old)
    with spend.open("w", newline="", encoding="utf-8") as new:
        csv.writer(new, lineterminator="\n").writerows([header, *(row for row in rows if row[0] >= _FIRST_AD_DAY)])


if __name__ == "__main__":
    write(STUDIO)
