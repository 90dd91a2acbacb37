"""Who looked at which page, found again from the events and the CRM alone, and whether visits fit the ads."""

import csv
import json
import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import pytest

MOST_PERSONS, WINDOW = 5, timedelta(days=30)


def stored(folder: Path, name: str) -> list[dict]:
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text().splitlines()]


class Site:
    """The events of a world read as the definitions read them: who a browser is, and which are nobody's."""

    def __init__(self, folder: Path) -> None:
        self.files = sorted((folder / "web_events").glob("events-*.jsonl"))
        self.events = [json.loads(line) for file in self.files for line in file.read_text().splitlines()]
        self.pages = [event for event in self.events if event["type"] == "page"]
        self.contacts: dict[str, dict] = {}
        for contact in stored(folder, "hubspot/contacts"):
            properties = contact["properties"]
            for email in [properties["email"], *(properties["hs_additional_emails"] or "").split(";")]:
                if email:
                    self.contacts[email.lower()] = contact
        identifies = [event for event in self.events if event["type"] == "identify"]
        contact_of_user = {
            event["userId"]: self.contacts[event["traits"]["email"].strip().lower()]
            for event in identifies
            if "email" in event["traits"]
        }
        self.persons: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
        self.contact_by_id = {contact["id"]: contact for contact in self.contacts.values()}
        for event in identifies:
            at = datetime.fromisoformat(event["timestamp"])
            self.persons[event["anonymousId"]].append((at, contact_of_user[event["userId"]]["id"]))

    def is_shared(self, browser: str) -> bool:
        """Whether more than five persons said who they are within 30 days."""
        seen = self.persons.get(browser, [])
        return any(len({p for at, p in seen if first <= at <= first + WINDOW}) > MOST_PERSONS for first, _ in seen)

    def owner(self, browser: str) -> tuple[str, str]:
        """Email and id of the contact a browser's views belong to, empty for nobody."""
        found = {contact for _, contact in self.persons.get(browser, [])}
        if self.is_shared(browser) or not found:
            return "", ""
        [contact] = found
        return self.contact_by_id[contact]["properties"]["email"], contact


@pytest.fixture(scope="module")
def site(generated) -> Site:
    return Site(generated)


def test_the_truth_of_page_views_is_found_again(generated, site):
    with (generated / "truth" / "page_views.csv").open(newline="") as file:
        written = {row["message_id"]: tuple(row.values())[1:] for row in csv.DictReader(file)}
    owners = {browser: site.owner(browser) for browser in {page["anonymousId"] for page in site.pages}}
    read = {
        page["messageId"]: (
            page["anonymousId"],
            *owners[page["anonymousId"]],
            page["context"]["page"]["url"],
            page["timestamp"].replace(".000Z", "Z"),
            str(int(site.is_shared(page["anonymousId"]))),
        )
        for page in site.pages
    }
    assert len(read) == len(site.pages)
    assert read == written
    known = sum(row[1] != "" for row in written.values()) / len(written)
    assert 0.7 < known < 0.9
    assert 4 < len(written) / 700 < 8


def test_one_browser_carries_more_than_five_persons_and_all_others_one(site):
    shared = [browser for browser in site.persons if site.is_shared(browser)]
    assert len(shared) == 1
    assert len({person for _, person in site.persons[shared[0]]}) == 7
    assert {len({p for _, p in seen}) for browser, seen in site.persons.items() if browser not in shared} == {1}


def test_people_browse_before_they_are_known_and_come_back_and_use_a_phone(site):
    first: dict[str, str] = {}
    for page in site.pages:
        first[page["anonymousId"]] = min(first.get(page["anonymousId"], "9"), page["timestamp"])
    waited = [at - datetime.fromisoformat(first[b]) for b, seen in site.persons.items() for at, _ in seen[:1]]
    assert sum(wait > timedelta(days=1) for wait in waited) > 100
    assert sum(page["userId"] is not None for page in site.pages) > 500
    browsers = Counter(person for browser, seen in site.persons.items() for _, person in set(seen[:1]))
    assert sum(count > 1 for count in browsers.values()) > 30
    by_id_alone = {e["anonymousId"] for e in site.events if e["type"] == "identify" and not e["traits"]}
    assert len(by_id_alone) > 30
    typed = [e["traits"]["email"] for e in site.events if e["type"] == "identify" and e["traits"]]
    assert any(email != email.strip().lower() for email in typed)


def test_the_first_page_of_a_tracked_contact_is_where_the_crm_saw_it_arrive(site):
    landed: dict[str, tuple[str, dict]] = {}
    for page in site.pages:
        owner = site.owner(page["anonymousId"])[1]
        if owner and (owner not in landed or page["timestamp"] < landed[owner][0]):
            landed[owner] = (page["timestamp"], page)
    late = 0
    for contact, (_, page) in landed.items():
        url = site.contact_by_id[contact]["properties"]["hs_analytics_first_url"]
        late += page["context"]["page"]["url"] != url  # they bought before they opted in
    assert len(landed) > 450
    assert late < 0.03 * len(landed)


def test_a_click_from_an_ad_is_one_the_ad_platform_counted_on_its_own_day(generated, site):
    clicks, zone = Counter(), {}
    for row in stored(generated, "google_ads/ad_group_ad"):
        clicks[row["adGroupAd"]["ad"]["id"], row["segments"]["date"]] = int(row["metrics"]["clicks"])
        zone["gclid"] = ZoneInfo(row["customer"]["timeZone"])
    for row in stored(generated, "meta_ads/insights"):
        clicks[row["ad_id"], row["date_start"]] = int(row["clicks"])
    zone["fbclid"] = ZoneInfo(stored(generated, "meta_ads/accounts")[0]["timezone_name"])
    seen: Counter[tuple[str, str]] = Counter()
    for page in site.pages:
        query = dict(parse_qsl(urlsplit(page["context"]["page"]["url"]).query))
        kind = next((k for k in zone if k in query), "")
        assert bool(kind) == (query.get("utm_medium") in ("cpc", "display", "paid_social"))
        if kind:
            day = datetime.fromisoformat(page["timestamp"]).astimezone(zone[kind]).date().isoformat()
            seen[query["utm_content"], day] += 1
            campaign = page["context"]["campaign"]
            assert (campaign["name"], campaign["content"]) == (query["utm_campaign"], query["utm_content"])
    assert len(seen) > 200
    assert all(clicks[key] >= count for key, count in seen.items())


def test_events_follow_the_spec_and_lie_in_the_month_they_were_received(site):
    ids = Counter(event["messageId"] for event in site.events)
    assert max(ids.values()) == 1
    late = moved = 0
    for file in site.files:
        month = file.stem.removeprefix("events-")
        for line in file.read_text().splitlines():
            event = json.loads(line)
            assert event["receivedAt"].startswith(month)
            assert event["timestamp"] <= event["sentAt"] <= event["receivedAt"] < "2026-03-15"
            assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}", event["anonymousId"])
            late += event["receivedAt"][:16] > event["timestamp"][:16]
            moved += not event["timestamp"].startswith(month)
            if event["type"] == "page":
                assert event["properties"] == event["context"]["page"]
                assert urlsplit(event["properties"]["url"]).path == event["properties"]["path"]
    assert late > 20
    assert moved > 0
    opened = datetime(2026, 3, 15, tzinfo=UTC) - timedelta(days=549)
    assert min(event["timestamp"] for event in site.events) > opened.isoformat()
