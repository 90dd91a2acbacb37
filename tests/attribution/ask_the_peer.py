"""Writes peer.csv: what the PyPI package marketing-attribution-models makes of the random paths.

It brings polars, plotly and scipy, which nothing here needs, so it is asked in an environment of its own:

    python -m venv /tmp/peer && /tmp/peer/bin/pip install marketing-attribution-models==2.1.1
    /tmp/peer/bin/python tests/attribution/ask_the_peer.py
"""

import csv
from pathlib import Path

import pandas as pd
from mam.core import MAM
from random_paths import CHANNELS, HALF_LIFE_HOURS, random_paths

PATHS = pd.DataFrame(
    {
        "journey_id": str(number),
        "channels": " > ".join(path.channels),
        "hours": " > ".join(str(hours) for hours in path.hours_before),
        "converted": path.converted,
    }
    for number, path in enumerate(random_paths())
)
peer = MAM(PATHS, "journey", "channels", "converted", time_till_conv_colname="hours", user_id_colname="journey_id")
markov = peer.run_markov()
# Without its max_size of 4, which keeps the last four channels of the alphabet.
shapley = peer.run_shapley(max_size=len(CHANNELS))
ANSWERS = {
    "first_touch": peer.run_first_click(),
    "last_touch": peer.run_last_click(),
    "linear": peer.run_linear(),
    "position_based": peer.run_position_based(),
    "time_decay": peer.run_time_decay(half_life_hours=HALF_LIFE_HOURS),
    "markov": markov,
    "shapley": shapley,
}

rows = [
    (name, row["channels"], row["attribution"])
    for name, answer in ANSWERS.items()
    for row in answer._aggregated_df.to_dicts()
]
effects = markov.metadata["removal_effect"]["removal_effect"]
rows += [("markov_removal_effect", channel, effect) for channel, effect in effects.items()]
with (Path(__file__).parent / "peer.csv").open("w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("model", "channel", "conversions"))
    writer.writerows((model, channel, repr(float(value))) for model, channel, value in sorted(rows))
