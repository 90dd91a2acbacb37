"""The tags that Leadline puts on Dagster's runs, by which it finds them again.

Belongs here: their names and values. Does not: who sets them (`assets/`, `automation/`).
"""

CONNECTION = "leadline/connection"
"""The one account that the run syncs, such as stripe@eu."""

CONNECTOR = "leadline/connector"
"""The vendor that the run syncs: one run at a time for each, for they share its raw tables."""

BUILD = "leadline/build"
"""On runs that build the reports: one at a time."""
REPORTS = "reports"

CAUSE = "leadline/cause"
"""Why it was started."""
HISTORY, INCREMENTAL, SWEEP, RETRY, MANUAL, CHANGES = "history", "incremental", "sweep", "retry", "manual", "changes"
IN_A_TERMINAL = ("demo", "sync")
"""By the commands of these names; somebody reads along."""

WINDOW = "leadline/window"
"""What is read, in words."""

FAULT = "leadline/fault"
"""On failed runs: what can be done about it; none on a run whose process was killed."""
TRY_AGAIN, LOOK, CONFIGURE = "retry", "stop", "config"

SETTINGS = "leadline/settings"
"""Names the settings under which it was started, so that changed ones are noticed."""

BEHIND_PEOPLE = {"dagster/priority": "-1"}
"""What somebody starts by hand goes first in the queue."""

PROCESS = "leadline/process"
"""The process that it runs in."""
