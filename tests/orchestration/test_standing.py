"""`leadline status` on a warehouse in any state: empty, in the middle of a first sync, with a key that lacks rights."""

import psycopg
import pytest
from click.testing import CliRunner

from connectors.registry import CONNECTORS, prepare
from connectors.warehouse import resolve
from orchestration import standing
from orchestration.cli import main


def test_an_empty_warehouse_is_said_to_be_empty(warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTIONS", "")
    said = CliRunner().invoke(main, ["status"])
    assert said.exit_code == 0, said.output
    assert "Reports: none built yet" in said.stdout


def test_what_cannot_be_read_and_histories_under_way_are_listed(warehouse_url: str) -> None:
    prepare(CONNECTORS, resolve())
    assert standing.lines(resolve()) == []
    with psycopg.connect(warehouse_url) as db:
        db.execute(
            "insert into ingest.connections values ('stripe', 'stripe', false, '2026-03-01 10:00+02', 'acct_1'),"
            " ('stripe@eu', 'stripe', true, null, null)"
        )
        db.execute(
            "insert into ingest.access values ('stripe', 'charges', true, null, now()),"
            " ('stripe', 'invoices', false, 'may not', now()), ('stripe@eu', 'payouts', false, 'may not', now())"
        )
        db.execute(
            "insert into ingest.windows values"
            " ('1', 'stripe', 'charges', 'history', 0, 'first', '2026-02-01', '2026-02-02'),"
            " ('2', 'stripe@eu', 'charges', 'history', 0, 'first', '2026-03-01 07:30+00', null),"
            " ('3', 'stripe@eu', 'refunds', 'history', 0, 'first', '2026-03-01 07:30+00', null),"
            " ('4', 'stripe@eu', 'payouts', 'history', 0, 'first', '2026-03-01 07:30+00', null),"
            " ('5', 'stripe@eu', 'events', 'follow', 0, 'new', '2026-03-01', null)"
        )
    assert standing.lines(resolve()) == [
        "stripe (acct_1), live mode: last synced 2026-03-01 08:00 UTC",
        "stripe@eu, test mode: never synced to the end",
        'Cannot be read: stripe/invoices, which takes the permission "Invoices: Read"',
        'Cannot be read: stripe@eu/payouts, which takes the permission "Payouts: Read"',
        "History under way: stripe@eu, since 2026-03-01 07:30 UTC: charges, refunds; the next sync goes on from there",
    ]
