import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from connectors.sandbox.generator import generate
from connectors.sandbox.generator.balance import Balance
from connectors.sandbox.generator.biller import Biller
from connectors.sandbox.generator.folder import FILES
from connectors.sandbox.generator.payer import Payer
from connectors.sandbox.generator.people import People
from connectors.sandbox.generator.sink import opened
from connectors.sandbox.generator.subscriptions import Subscriptions
from connectors.sandbox.generator.till import Till
from connectors.sandbox.world import load

UNTIL = date(2026, 3, 15)


def stored(folder: Path, name: str) -> list[dict]:
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text().splitlines()]


def test_the_written_world_can_be_played_and_nothing_in_it_is_odd(generated, caplog):
    world = load(generated)
    assert caplog.text == ""
    assert len(world.others["hubspot"].contacts.live) == 700
    assert world.others["google_ads"].customer_id == "5550123456"


@pytest.mark.parametrize("contacts", [1, 2, 13])
def test_even_a_tiny_world_is_written_and_played(tmp_path, contacts):
    generate(tmp_path / "tiny", seed=3, contacts=contacts, until=UNTIL)
    assert len(load(tmp_path / "tiny").others["hubspot"].contacts.live) == contacts


def test_nothing_happens_at_or_after_the_end_nor_long_before_the_beginning(generated):
    end = int(datetime(2026, 3, 15, tzinfo=UTC).timestamp())
    begin = end - 600 * 86_400
    for path in (generated / "stripe").iterdir():
        created = [item.get("created", item.get("date")) for item in stored(generated, f"stripe/{path.stem}")]
        assert begin < min(created) <= max(created) < end, path.stem
    assert max(c["createdAt"] for c in stored(generated, "hubspot/contacts")) < "2026-03-15"
    for name in ("ad_group_ad", "campaign"):
        assert max(r["segments"]["date"] for r in stored(generated, f"google_ads/{name}")) == "2026-03-14"
    for name in ("insights", "campaign_insights"):
        assert max(r["date_start"] for r in stored(generated, f"meta_ads/{name}")) == "2026-03-14"


def test_the_same_arguments_give_the_same_bytes_whatever_stood_there_before(tmp_path):
    def contents(folder: Path) -> dict[str, bytes]:
        return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}

    generate(tmp_path / "again", seed=9, contacts=40, until=date(2025, 1, 31))
    for folder in (tmp_path / "first", tmp_path / "again"):
        generate(folder, seed=4, contacts=60, until=UNTIL)
    first = contents(tmp_path / "first")
    assert contents(tmp_path / "again") == first
    assert {name.partition("/")[0] for name in first} == {
        "files", "google_ads", "hubspot", "meta_ads", "stripe", "truth", "web_events", "world.toml",
    }  # fmt: skip
    generate(tmp_path / "other", seed=5, contacts=60, until=UNTIL)
    assert contents(tmp_path / "other")["web_events/events-2026-01.jsonl"] != first["web_events/events-2026-01.jsonl"]


def test_every_reference_between_objects_leads_somewhere(generated):
    def ids(name: str) -> set[str]:
        return {item["id"] for item in stored(generated, f"stripe/{name}")}

    held = {
        name: ids(name)
        for name in (
            "customers",
            "payment_intents",
            "charges",
            "balance_transactions",
            "invoices",
            "subscriptions",
            "refunds",
            "disputes",
            "payouts",
            "prices",
            "products",
            "coupons",
            "promotion_codes",
            "invoiceitems",
        )
    }
    moves = {"balance_transaction": "balance_transactions"}
    references = {
        "charges": {"customer": "customers", "payment_intent": "payment_intents", **moves},
        "payment_intents": {"customer": "customers", "latest_charge": "charges"},
        "refunds": {"charge": "charges", "payment_intent": "payment_intents", **moves},
        "invoices": {"customer": "customers"},
        "invoice_payments": {"invoice": "invoices"},
        "subscriptions": {"customer": "customers", "latest_invoice": "invoices"},
        "prices": {"product": "products"},
        "disputes": {"charge": "charges", "payment_intent": "payment_intents", **moves},
        "payouts": moves,
        "invoiceitems": {"customer": "customers", "invoice": "invoices"},
        "credit_notes": {"customer": "customers", "invoice": "invoices"},
        "checkout_sessions": {"customer": "customers", "payment_intent": "payment_intents", "invoice": "invoices"},
    }  # fmt: skip
    for name, keys in references.items():
        for item in stored(generated, f"stripe/{name}"):
            for key, target in keys.items():
                assert item[key] is None or item[key] in held[target], (item["id"], key)
    for payment in stored(generated, "stripe/invoice_payments"):
        assert payment["payment"]["payment_intent"] in held["payment_intents"]
    for code in stored(generated, "stripe/promotion_codes"):
        assert code["promotion"]["coupon"] in held["coupons"]
    for note in stored(generated, "stripe/credit_notes"):
        assert {refund["refund"] for refund in note["refunds"]} <= held["refunds"]
    for invoice in stored(generated, "stripe/invoices"):
        for line in invoice["lines"]["data"]:
            item = (line["parent"]["invoice_item_details"] or {}).get("invoice_item")
            assert item is None or item in held["invoiceitems"]
    for transaction in stored(generated, "stripe/balance_transactions"):
        assert transaction["source"] in held["charges"] | held["refunds"] | held["disputes"] | held["payouts"]
        assert transaction["net"] == transaction["amount"] - transaction["fee"]


def test_every_live_succeeded_charge_and_every_done_refund_moves_the_balance(generated):
    transactions = {t["id"]: t for t in stored(generated, "stripe/balance_transactions")}
    for charge in stored(generated, "stripe/charges"):
        settled = charge["status"] == "succeeded" and charge["captured"] and charge["livemode"]
        assert (charge["balance_transaction"] is not None) == settled
        if settled:
            transaction = transactions[charge["balance_transaction"]]
            assert transaction["amount"] == charge["amount_captured"]
            assert transaction["fee"] == (charge["amount"] * 29 + 500) // 1000 + 30
            assert (transaction["currency"], transaction["exchange_rate"]) == (charge["currency"], None)
    for refund in stored(generated, "stripe/refunds"):
        assert (refund["balance_transaction"] is not None) == (refund["status"] != "pending")
        assert ("failure_balance_transaction" in refund) == (refund["status"] == "failed")


def test_every_kind_of_story_is_told(tmp_path):
    folder = tmp_path / "world"
    generate(folder, seed=1, contacts=2000, until=UNTIL)
    invoices, intents, charges = (stored(folder, f"stripe/{n}") for n in ("invoices", "payment_intents", "charges"))
    assert set(Counter(i["status"] for i in invoices)) == {"draft", "open", "paid", "uncollectible", "void"}
    assert {i["status"] for i in intents} == {"succeeded", "requires_capture", "requires_payment_method", "canceled"}
    assert {r["status"] for r in stored(folder, "stripe/refunds")} == {"succeeded", "pending", "failed"}
    assert {"active", "trialing", "canceled", "unpaid"} <= {s["status"] for s in stored(folder, "stripe/subscriptions")}
    assert {c["currency"] for c in charges} == {"usd", "eur", "jpy"}
    assert any(c["payment_intent"] is None for c in charges)
    assert any(c["customer"] is None for c in charges)
    assert any(not c["livemode"] for c in charges)
    assert any(i["latest_charge"] is None and i["status"] == "requires_payment_method" for i in intents)
    assert max(Counter(c["payment_intent"] for c in charges if c["payment_intent"]).values()) >= 3
    assert any(len(i["lines"]["data"]) > 10 for i in invoices)
    assert any(i["total"] == 0 and i["status"] == "paid" for i in invoices)
    assert any(i["status"] == "open" and i["attempt_count"] > 1 for i in invoices)
    sessions = stored(folder, "stripe/checkout_sessions")
    assert {s["status"] for s in sessions} == {"complete", "expired", "open"}
    assert any(s["discounts"] for s in sessions)
    assert {i["invoice"] is None for i in stored(folder, "stripe/invoiceitems")} == {True, False}
    assert stored(folder, "stripe/credit_notes")
    assert any(c["discount"] for c in stored(folder, "stripe/customers"))
    typed = [c["billing_details"]["email"] for c in charges if c["billing_details"]["email"]]
    assert any(e != e.strip() and e != e.lower() for e in typed)
    contacts = stored(folder, "hubspot/contacts")
    assert 0.05 < sum(bool(c["properties"]["hs_additional_emails"]) for c in contacts) / 2000 < 0.12


def test_paid_contacts_carry_the_ids_of_ads_that_have_rows(generated):
    campaigns = {r["campaign"]["name"]: r["campaign"]["id"] for r in stored(generated, "google_ads/ad_group_ad")}
    paid = [c["properties"] for c in stored(generated, "hubspot/contacts") if c["properties"]["hs_google_click_id"]]
    assert len(paid) > 150
    for properties in paid:
        assert f"hsa_cam={campaigns[properties['utm_campaign']]}&" in properties["hs_analytics_first_url"]


def test_an_ad_has_at_least_a_click_for_every_contact_it_brought(generated):
    clicks: Counter[str] = Counter()
    for row in stored(generated, "google_ads/ad_group_ad"):
        clicks[row["adGroupAd"]["ad"]["id"]] += int(row["metrics"]["clicks"])
    for row in stored(generated, "meta_ads/insights"):
        clicks[row["ad_id"]] += int(row["clicks"])
    brought = Counter(c["properties"]["utm_content"] for c in stored(generated, "hubspot/contacts"))
    del brought[None]
    assert all(clicks[ad] >= count for ad, count in brought.items())


def test_a_renewal_that_is_not_finalised_before_the_end_is_still_a_draft(tmp_path):
    start = int(datetime(2026, 1, 10, 12, tzinfo=UTC).timestamp())
    end = int(datetime(2026, 2, 10, 12, 30, tzinfo=UTC).timestamp())
    with opened(tmp_path, list(FILES)) as sink:
        till = Till(sink, Balance(sink, start, end), Random("till"), end)
        subscriptions = Subscriptions(sink, Biller(sink, till, start), end, start)
        people = People(Random("people"))
        for seed in range(40):
            person = people.make(Random(f"person {seed}"), seed, "", buys=False)
            subscriptions.subscribe(Payer(person, Random(f"payer {seed}"), f"cus_{seed}", person.unknown), start)
    invoices = stored(tmp_path, "stripe/invoices")
    renewed = [i for i in invoices if i["created"] == start + 31 * 86_400]
    assert len(renewed) > 5
    assert {i["status"] for i in renewed} == {"draft"}
    assert all((i["status_transitions"]["finalized_at"] or 0) < end for i in invoices)


def test_growth_shows_and_weekends_are_quiet(generated):
    days = [
        datetime.fromisoformat(c["createdAt"].replace("Z", "+00:00")) for c in stored(generated, "hubspot/contacts")
    ]
    middle = datetime(2026, 3, 15, tzinfo=UTC) - timedelta(days=274)
    assert sum(d > middle for d in days) > 1.2 * sum(d <= middle for d in days)
    assert sum(d.weekday() >= 5 for d in days) / len(days) < 2 / 7
