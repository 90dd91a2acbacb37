"""Whether everything has come through: raw is what the sandbox has, the reports show it, nothing runs.

Belongs here: what is still to come, in words. Does not: waiting for it (`__main__.py`).
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from dagster import RunsFilter

from connectors.registry import examined, standing, warehouse
from connectors.sandbox.serving import Playing
from orchestration.automation.decisions import IN_FLIGHT
from tests.connectors import stripe_mirror
from tests.soak.stage import KEY, Stage


def still_to_come(playing: Playing, stage: Stage) -> str:
    """What is, or nothing."""
    going = [run.run_id[:8] for run in stage.runs(RunsFilter(statuses=list(IN_FLIGHT)))]
    if going:
        return f"runs under way: {', '.join(going)}"
    target = warehouse.resolve()
    with warehouse.connect(target) as db:
        if db.execute("select to_regclass('ingest.connections')").fetchone() == (None,):
            return "nothing was synced yet"
        synced = db.execute("select connection from ingest.connections where synced_at is not null").fetchall()
        missing = {named.name for named in examined().on} - {name for (name,) in synced}
        if missing:
            return f"not synced yet: {', '.join(sorted(missing))}"
        if standing.unbuilt(db):
            return "the reports do not show everything"
        unread = _unread(db, playing)
        if unread:
            return f"the day of which nothing was read yet: {', '.join(unread)}"
        untold = _failed_checks(db) ^ {key for key in stage.alerts.standing if key.startswith("check/")}
    if untold:
        return f"checks of which people do not know how they stand: {', '.join(sorted(untold))}"
    return "; ".join(stripe_mirror.differences(target.url, _sandbox(playing))[:3])


def _unread(db: psycopg.Connection, playing: Playing) -> list[str]:
    """Ad accounts whose reports were not read since the day that the world's clock has just ended began."""
    day = datetime.fromtimestamp(playing.stripe.clock.now(), UTC).date() - timedelta(days=1)
    rows = db.execute("select connection from ingest.days group by connection having max(day) < %s", [day])
    return [connection for (connection,) in rows]


def _failed_checks(db: psycopg.Connection) -> set[str]:
    """Their keys in alerts, by the reports' own table; a sync's check is one of an account."""
    rows = db.execute("select asset, connection, check_name from reports.rpt_failed_checks").fetchall()
    return {f"check/{asset}{f' ({of})' if of else ''}/{name}" for asset, of, name in rows}


def _sandbox(playing: Playing) -> stripe_mirror.Truth:
    """What the sandbox has, discounts named by id: they are a table of their own."""
    found = stripe_mirror.truth(playing.stripe, playing.url, playing.env[KEY])
    objects = {
        table: {id_: {**obj, **_discount_ids(obj)} for id_, obj in held.items()}
        for table, held in found.objects.items()
    }
    return replace(found, objects=objects)


def _discount_ids(obj: dict[str, Any]) -> dict[str, Any]:
    discounts = obj.get("discounts")
    if obj.get("object") not in ("invoice", "subscription") or not discounts:
        return {}
    return {"discounts": [one["id"] if isinstance(one, dict) else one for one in discounts]}
