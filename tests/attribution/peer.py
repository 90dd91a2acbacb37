"""What the peer made of the random paths, as `ask_the_peer.py` wrote it down."""

import csv
from pathlib import Path


def of_the_peer(model: str) -> dict[str, float]:
    """Conversions by channel, of one of its models."""
    with (Path(__file__).parent / "peer.csv").open(newline="") as file:
        return {row["channel"]: float(row["conversions"]) for row in csv.DictReader(file) if row["model"] == model}
