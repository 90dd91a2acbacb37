"""Whether lists, deals and ads of a generated world belong to its contacts, and its spend to the last micro."""

import csv
import json
import re
from collections import Counter, defaultdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import pytest

FIGURES = ("cost_micros", "clicks", "impressions")


def stored(folder: Path, name: str) -> list[dict]:
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text().splitlines()]


def truth(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "truth" / name).open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def contacts(generated) -> dict[str, dict]:
    return {contact["id"]: contact for contact in stored(generated, "hubspot/contacts")}


def test_a_member_of_a_list_is_a_contact_that_existed_and_joined_once(generated, contacts):
    lists = {item["listId"]: item for item in stored(generated, "hubspot/lists")}
    members = stored(generated, "hubspot/list_memberships")
    assert len({(m["listId"], m["recordId"]) for m in members}) == len(members) > 700
    joined = defaultdict(list)
    for member in members:
        at = member["membershipTimestamp"]
        assert contacts[member["recordId"]]["createdAt"] <= at < "2026-03-15"
        assert lists[member["listId"]]["createdAt"] <= at
        joined[member["listId"]].append(datetime.fromisoformat(at))
    assert joined.keys() == lists.keys()
    for list_id, item in lists.items():
        more = item["additionalProperties"]
        assert int(more["hs_list_size"]) == len(joined[list_id])
        assert int(more["hs_last_record_added_at"]) >= max(joined[list_id]).timestamp() * 1000
    assert any("hs_last_record_removed_at" in item["additionalProperties"] for item in lists.values())


def test_the_truth_of_memberships_is_found_again(generated):
    names = {item["listId"]: item["name"] for item in stored(generated, "hubspot/lists")}
    read = sorted(
        (m["listId"], names[m["listId"]], m["recordId"], m["membershipTimestamp"])
        for m in stored(generated, "hubspot/list_memberships")
    )
    assert read == sorted(tuple(row.values()) for row in truth(generated, "list_memberships.csv"))


def test_some_people_are_taken_off_a_list_again(generated, contacts):
    """Every contact that bought is on the dynamic list of customers; a manual one lost members."""
    by_name = {item["name"]: item["listId"] for item in stored(generated, "hubspot/lists")}
    members = defaultdict(set)
    for member in stored(generated, "hubspot/list_memberships"):
        members[member["listId"]].add(member["recordId"])
    payers = {row["contact_id"] for row in truth(generated, "orders.csv") if int(row["collected_minor"])}
    assert members[by_name["Customers"]] >= payers - {""}
    assert len(members[by_name["Newsletter"]]) < 0.7 * len(contacts)


def test_a_deal_is_with_a_contact_and_belongs_to_an_owner(generated, contacts):
    owners = {owner["id"] for owner in stored(generated, "hubspot/owners")}
    deals = stored(generated, "hubspot/deals")
    assert len({deal["id"] for deal in deals}) == len(deals) > 30
    for deal in deals:
        properties, [contact] = deal["properties"], deal["associations"]["contacts"]["results"]
        assert contacts[contact["id"]]["createdAt"] < deal["createdAt"] <= deal["updatedAt"] < "2026-03-15"
        assert properties["hubspot_owner_id"] in owners
        assert Decimal(properties["amount"]) > 0
        closed = properties["dealstage"] in ("closedwon", "closedlost")
        assert closed == (properties["closedate"] < "2026-03-15")
    assert {"closedwon", "closedlost", "qualifiedtobuy"} <= {deal["properties"]["dealstage"] for deal in deals}


def read_spend(folder: Path) -> dict[tuple[str, ...], tuple[int, ...]]:
    """Spend by day, platform, account, campaign and currency as the campaign reports tell it."""
    found = {}
    for row in stored(folder, "google_ads/campaign"):
        key = (row["segments"]["date"], "google_ads", row["customer"]["id"], row["campaign"]["id"], "usd")
        found[key] = tuple(int(row["metrics"][m]) for m in ("costMicros", "clicks", "impressions"))
    for row in stored(folder, "meta_ads/campaign_insights"):
        key = (row["date_start"], "meta_ads", row["account_id"], row["campaign_id"], row["account_currency"].lower())
        found[key] = (int(Decimal(row["spend"]) * 1_000_000), int(row["clicks"]), int(row["impressions"]))
    return found


def test_the_truth_of_spend_is_what_the_campaigns_report(generated):
    rows = truth(generated, "ad_spend.csv")
    written = {tuple(row.values())[:5]: tuple(int(row[f]) for f in FIGURES) for row in rows}
    assert len(written) == len(rows)
    assert read_spend(generated) == written


def test_every_campaign_is_the_sum_of_its_ads_but_the_one_that_has_none(generated):
    sums: dict[tuple[str, str], Counter] = defaultdict(Counter)
    for row in stored(generated, "google_ads/ad_group_ad"):
        metrics = row["metrics"]
        sums[row["segments"]["date"], row["campaign"]["id"]].update(
            cost_micros=int(metrics["costMicros"]),
            clicks=int(metrics["clicks"]),
            impressions=int(metrics["impressions"]),
        )
    for row in stored(generated, "meta_ads/insights"):
        assert row["date_start"] == row["date_stop"]
        cost = int(Decimal(row["spend"]) * 1_000_000)
        sums[row["date_start"], row["campaign_id"]].update(
            cost_micros=cost, clicks=int(row["clicks"]), impressions=int(row["impressions"])
        )
    campaigns = {(key[0], key[3]): figures for key, figures in read_spend(generated).items()}
    whole = {key: figures for key, figures in campaigns.items() if key in sums}
    assert {key: tuple(total[f] for f in FIGURES) for key, total in sums.items()} == whole
    alone = {id_ for key in campaigns.keys() - sums.keys() for id_ in key[1:]}
    channels = {
        r["campaign"]["id"]: r["campaign"]["advertisingChannelType"] for r in stored(generated, "google_ads/campaign")
    }
    assert [channels[id_] for id_ in alone] == ["PERFORMANCE_MAX"]
    assert sum(figures[0] for key, figures in campaigns.items() if key[1] in alone) > 0


def test_a_contact_that_came_by_an_ad_names_one_that_exists(generated, contacts):
    google = {r["adGroupAd"]["ad"]["id"]: r for r in stored(generated, "google_ads/ad_group_ad")}
    social = {ad["id"]: ad for ad in stored(generated, "meta_ads/ads")}
    sets = {item["id"]: item["name"] for item in stored(generated, "meta_ads/adsets")}
    names = {item["id"]: item["name"] for item in stored(generated, "meta_ads/campaigns")}
    seen = Counter()
    for contact in contacts.values():
        found = contact["properties"]
        if found["hs_google_click_id"]:
            row = google[found["utm_content"]]
            assert (found["utm_campaign"], found["utm_term"]) == (row["campaign"]["name"], row["adGroup"]["name"])
        elif found["hs_facebook_click_id"]:
            ad = social[found["utm_content"]]
            assert (found["utm_campaign"], found["utm_term"]) == (names[ad["campaign_id"]], sets[ad["adset_id"]])
        seen[found["utm_source"]] += 1
    assert min(seen["google"], seen["facebook"]) > 50


def landed(link: str, tags: str, values: dict[str, str]) -> dict[str, str]:
    """The parameters of a click, placeholders filled in."""
    for name, value in values.items():
        tags = tags.replace(name, value)
    return dict(parse_qsl(f"{urlsplit(link).query}&{tags}"))


def test_the_address_an_ad_leads_to_is_its_own_with_every_placeholder_filled_in(generated, contacts):
    """Resolved here from the vendors' objects alone, as a reader of their APIs would."""
    google = {r["adGroupAd"]["ad"]["id"]: r for r in stored(generated, "google_ads/ad_group_ad")}
    social = {ad["id"]: ad for ad in stored(generated, "meta_ads/ads")}
    names = {i["id"]: i["name"] for n in ("campaigns", "adsets") for i in stored(generated, f"meta_ads/{n}")}
    places = set()
    for contact in contacts.values():
        found = contact["properties"]
        if not (found["hs_google_click_id"] or found["hs_facebook_click_id"]):
            continue
        seen = dict(parse_qsl(urlsplit(found["hs_analytics_first_url"]).query))
        if found["hs_google_click_id"]:
            row = google[found["utm_content"]]
            ad, campaign = row["adGroupAd"]["ad"], row["campaign"]
            template = campaign.get("trackingUrlTemplate", "{lpurl}").removeprefix("{lpurl}&")
            tags = "&".join([template, ad.get("finalUrlSuffix", "")])
            ids = {"{campaignid}": campaign["id"], "{adgroupid}": row["adGroup"]["id"], "{creative}": ad["id"]}
            expected = {**landed(ad["finalUrls"][0], tags, ids), "gclid": found["hs_google_click_id"]}
            expected.pop("{lpurl}", None)
        else:
            ad = social[found["utm_content"]]
            creative = ad["creative"]
            link, place = where(creative)
            places.add(place)
            values = {
                "{{campaign.name}}": names[ad["campaign_id"]], "{{campaign.id}}": ad["campaign_id"],
                "{{adset.name}}": names[ad["adset_id"]].replace("%", "%25"), "{{ad.id}}": ad["id"],
            }  # fmt: skip
            expected = landed(link, creative.get("url_tags", ""), values) | {"fbclid": found["hs_facebook_click_id"]}
        assert seen == expected
        assert not re.search(r"[{} ]|%(?![0-9A-F]{2})", found["hs_analytics_first_url"])
    assert places == {"link", "video", "carousel", "feed"}


def where(creative: dict) -> tuple[str, str]:
    """The link of a creative, and which of Meta's places holds it."""
    story = creative["object_story_spec"]
    if "asset_feed_spec" in creative:
        return creative["asset_feed_spec"]["link_urls"][0]["website_url"], "feed"
    if "video_data" in story:
        return story["video_data"]["call_to_action"]["value"]["link"], "video"
    if "child_attachments" in story["link_data"]:
        return story["link_data"]["child_attachments"][0]["link"], "carousel"
    return story["link_data"]["link"], "link"


def test_a_lead_is_a_click_of_its_ad_on_the_day_of_the_accounts_own_zone(generated, contacts):
    clicks, zones = {}, {}
    for row in stored(generated, "google_ads/ad_group_ad"):
        ad = row["adGroupAd"]["ad"]["id"]
        clicks[ad, row["segments"]["date"]] = int(row["metrics"]["clicks"])
        zones[ad] = ZoneInfo(row["customer"]["timeZone"])
    [account] = stored(generated, "meta_ads/accounts")
    for row in stored(generated, "meta_ads/insights"):
        clicks[row["ad_id"], row["date_start"]] = int(row["clicks"])
        zones[row["ad_id"]] = ZoneInfo(account["timezone_name"])
    leads = Counter()
    for contact in contacts.values():
        ad, at = contact["properties"]["utm_content"], datetime.fromisoformat(contact["createdAt"])
        if ad:
            day = at.astimezone(zones[ad]).date().isoformat()
            leads[ad, day] += 1
    assert leads
    assert all(clicks[key] >= count for key, count in leads.items())
