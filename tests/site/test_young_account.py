"""The site of an account with a single order: the smallest there is something to say of."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestration.settings import SiteSettings
from orchestration.site import trust, write
from orchestration.site.render import PAGES
from tests.dbt_project import raw_layer
from tests.dbt_project.dbt_runs import Dbt, connected
from tests.dbt_project.vendor_objects import paid
from tests.site import browser
from tests.site.reading import Page

SYNCED = datetime(2026, 3, 3, 5, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def site(new_database: Callable[[], str], dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One order of 42.00 on 2 March, whose buyer is in no CRM; built without its tests, which other worlds run."""
    url, folder = new_database(), tmp_path_factory.mktemp("young") / "site"
    with connected(url) as db:
        raw_layer.create(db)
        raw_layer.declare(db, "stripe", "stripe")
        db.execute("update ingest.connections set synced_at = %s", [SYNCED])
        raw_layer.insert(db, paid("only", 4200, at="2026-03-02T17:00:00+00:00", email="one@example.com"))
        leave = ("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")
        result = dbt.run(url, "build", *leave)
        assert result.success, result.exception
        settings = SiteSettings("en", "usd", "America/New_York", "last_touch", folder)
        stripe = trust.Source("stripe", "acct_1", is_test=False, synced_at=SYNCED)
        write.write(db, trust.Trust((stripe,)), settings, folder)
    return folder


def test_one_order_stands_on_the_pages_it_belongs_to_and_the_others_say_what_is_missing(site: Path) -> None:
    pages = {page.name: Page((site / f"{page.name}.html").read_text()) for page in PAGES}
    [status] = pages["orders"].tables["statuses"].rows
    assert [cell.text for cell in status[:3]] == ["paid", "1", "$42.00"]
    assert [cell.text for cell in pages["unmatched"].tables["reasons"].total] == ["All", "1", "1", "$42.00"]
    revenue = [tile for tile in pages["orders"].kpis if tile.key["kpi"] == "revenue" and tile.cell.value != "0.000000"]
    assert {json.dumps(tile.cell.text) for tile in revenue} == {'"$42.00"'}
    assert 'As of <time datetime="2026-03-03T05:00:00+00:00">Mar 3, 2026, 12:00' in (site / "index.html").read_text()
    for name in ("nurture", "engagement", "subscriptions", "journeys"):
        assert pages[name].tables == {}, name
        assert "Nothing to show yet" in (site / f"{name}.html").read_text()


def test_its_pages_fit_a_phone_without_a_complaint(site: Path, tmp_path: Path) -> None:
    with browser.tab(tmp_path) as tab:
        for page in PAGES:
            tab.open((site / f"{page.name}.html").as_uri(), 360)
            assert tab.ask("document.documentElement.scrollWidth") <= 360, page.name
        assert tab.complaints == []
