"""A small business for the reports about contacts: who came, was tagged, looked and bought, in New York's days.

What belongs here: the cases. What does not: how an object looks (`vendor_objects.py`), what must come out of them
(`test_acquisition.py`, `test_nurture.py`, `test_engagement.py`, `test_journeys.py`, `test_kpis.py`).
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from tests.dbt_project.balance import closed
from tests.dbt_project.raw_layer import Row, ad_day, before, listed, version
from tests.dbt_project.subscription_objects import bills, listed_price, price, subscription
from tests.dbt_project.vendor_objects import charge, intent, paid, person, refund

FEBRUARY_2, FEBRUARY_9 = "2026-02-02T17:00:00+00:00", "2026-02-09T17:00:00+00:00"


def at(moment: str) -> str:
    """A moment of 2026, UTC."""
    return f"2026-{moment}:00+00:00"


def view(key: str, moment: str, email: str | None, query: str = "") -> Row:
    """A page view v<key> of a browser of its own; the address, if any, is the message's own."""
    data = {
        "type": "page",
        "anonymousId": f"browser{key}",
        "context": {"traits": {"email": email}},
        "properties": {"url": f"https://shop.example/{query}"},
        "timestamp": moment,
    }
    return Row("raw_web_events.pages", "web_events", f"v{key}", datetime.fromisoformat(moment), data)


def spend(day: str, campaign: str, dollars: int) -> list[Row]:
    """What one ad of a campaign spent on a day, as the ad and as the campaign tell it."""
    data: dict[str, Any] = {
        "customer": {"id": "1", "currencyCode": "USD", "timeZone": "America/New_York"},
        "campaign": {"id": campaign, "name": f"Campaign {campaign}"},
        "adGroup": {"id": f"{campaign}0", "name": "Group"},
        "adGroupAd": {"ad": {"id": f"{campaign}00"}},
        "metrics": {"costMicros": str(dollars * 1_000_000), "impressions": "7", "clicks": "3"},
        "segments": {"date": day},
    }
    return [ad_day(data), ad_day({name: part for name, part in data.items() if not name.startswith("adGroup")})]


def leads_and_orders() -> list[Row]:
    """Leads of every age, and what they bought."""
    left = person("16", "left@example.com", at("02-01T17:00"), archived=True)
    return closed(
        [
            # E4: two contacts, one address.
            person("7", "twin@example.com", at("03-01T15:00")),
            person("9", "twin@example.com", at("04-05T15:00")),
            *paid("twin", 4000, at=at("04-06T16:00"), email="twin@example.com"),
            # Bought days before there was a contact; and minutes before it.
            person("11", "early@example.com", at("03-10T16:00")),
            *paid("early1", 1000, at=at("03-01T16:00"), email="early@example.com"),
            *paid("early2", 2000, at=at("03-12T16:00"), email="early@example.com"),
            person("12", "minutes@example.com", at("03-10T17:00")),
            *paid("minutes", 1200, at=at("03-10T16:55"), email="minutes@example.com"),
            # Half an hour before midnight in New York, around the days of 23 and 25 hours.
            person("13", "spring1@example.com", at("03-08T04:30")),
            person("14", "spring2@example.com", at("03-09T03:30")),
            person("15", "autumn@example.com", at("11-02T04:30")),
            # Orders, a refund and a tag around midnight in New York.
            person("41", "night@example.com", at("08-03T16:00")),
            *paid("night1", 1300, at=at("08-11T03:30"), email="night@example.com"),
            *paid("night2", 1700, at=at("08-11T04:30"), email="night@example.com"),
            refund("night2", "night2", 300, at=at("08-13T03:30")),
            # Deleted on 20 February.
            replace(left, version=version(at("02-20T17:00"))),
            # Tagged ones.
            person("21", "removed@example.com", at("01-05T17:00")),
            *paid("removed1", 2500, at=at("02-25T17:00"), email="removed@example.com"),
            *paid("removed2", 10000, at=at("06-20T16:00"), email="removed@example.com"),
            person("22", "again@example.com", at("01-05T17:00")),
            *paid("again1", 500, at=at("02-03T17:00"), email="again@example.com"),
            *paid("again2", 600, at=at("02-10T17:00"), email="again@example.com"),
            person("23", "moment@example.com", at("01-06T17:00")),
            *paid("moment1", 100, at=at("02-03T16:59"), email="moment@example.com"),
            *paid("moment2", 2300, at=at("02-03T17:00"), email="moment@example.com"),
            person("24", "both@example.com", at("01-06T17:00")),
            person("25", "both@example.com", at("01-07T17:00")),
            *paid("both1", 3000, at=at("02-05T17:00"), email="both@example.com"),
            *paid("both2", 2000, at=at("02-05T20:00"), email="both@example.com"),
            # Visitors; one of them tries in vain as well.
            person("31", "visitor@example.com", at("02-10T15:05")),
            *paid("visitor", 3500, at=at("02-10T16:00"), email="visitor@example.com"),
            intent("declined", 7000, "requires_payment_method", at=at("02-10T15:50")),
            charge(
                "declined",
                7000,
                "failed",
                at=at("02-10T15:50"),
                payment_intent="pi_declined",
                email="visitor@example.com",
            ),
            person("32", "reader@example.com", "2025-12-01T17:00:00+00:00"),
            *paid("reader", 900, at=at("02-11T16:00"), email="reader@example.com"),
            # E16: no contact has the address.
            *paid("stranger", 7700, at=at("02-10T16:00"), email="stranger@far.example"),
        ]
    )


def lists() -> list[Row]:
    """Who was put on which list."""
    again = listed("5", "22", FEBRUARY_9)
    former = {**again.data, "membershipTimestamp": FEBRUARY_2}
    return [
        *(
            replace(again, table="raw_hubspot.lists", id=list_id, data={"listId": list_id, "name": name})
            for list_id, name in (("5", "Webinar"), ("6", "Buyers"))
        ),
        # E19, E20.
        listed("5", "21", FEBRUARY_2, removed_at=at("03-20T16:00")),
        before(listed("5", "21", FEBRUARY_2), at("03-20T16:00")),
        again,
        before(again, at("02-04T17:00"), former),
        before(again, FEBRUARY_9, former, is_deleted=True),
        # In the moment of an order; one person by two contacts on one day, and on another list the day after.
        listed("5", "23", at("02-03T17:00")),
        listed("6", "24", at("02-05T15:00")),
        listed("6", "25", at("02-05T19:00")),
        listed("5", "24", at("02-06T15:00")),
        listed("6", "41", at("08-12T03:30")),
        listed("5", "unknown", FEBRUARY_2),
    ]


def visits() -> list[Row]:
    """Views of two persons and of nobody on 10 February, the last one at 23:30, and what the ads cost."""
    click = "?gclid=abc&gad_campaignid=10&utm_source=google&utm_medium=cpc&utm_campaign=spring"
    letter = "?utm_source=letter&utm_medium=email&utm_campaign=weekly"
    return [
        view("1", at("02-10T15:00"), "visitor@example.com", click),
        view("2", at("02-10T15:30"), "reader@example.com", letter),
        view("3", at("02-11T04:30"), "reader@example.com"),
        view("4", at("02-12T15:30"), "reader@example.com", letter),
        view("5", at("02-10T15:30"), "nobody@example.com", letter),
        # Before and after the deletion of 20 February.
        view("6", at("02-19T15:30"), "left@example.com"),
        view("7", at("02-20T17:00"), "left@example.com"),
        *spend("2026-02-10", "10", 10),
        *spend("2026-02-10", "20", 5),
        *spend("2026-02-12", "20", 2),
    ]


def subscriptions() -> list[Row]:
    """Nobody's in the CRM: one begun at night in New York that goes on, one that ended after a month."""
    monthly = price("month", 2000)
    over = {"canceled_at": at("09-20T16:00"), "ended_at": at("10-03T16:00")}
    return [
        listed_price(monthly),
        subscription("on", [(monthly, 1)], at("09-02T03:30")),
        *bills("on", monthly, [at("09-02T03:30"), at("10-02T03:30"), at("11-02T03:30")]),
        subscription("over", [(monthly, 2)], at("09-03T16:00"), "canceled", **over),
        *bills("over", monthly, [at("09-03T16:00"), at("10-03T16:00")], quantity=2),
    ]


def everything() -> list[Row]:
    """All of it."""
    return leads_and_orders() + lists() + visits() + subscriptions()
