"""HubSpot contacts: where each came from, with the tracking properties that tie paid ones to their ad."""

from datetime import UTC, datetime
from random import Random
from typing import Any

from connectors.sandbox.generator.campaigns import ADS, Ad
from connectors.sandbox.generator.draws import Weighted
from connectors.sandbox.generator.people import Person

_SOURCES = Weighted(
    [
        ("GOOGLE_ADS", 0.34), ("ORGANIC_SEARCH", 0.20), ("DIRECT_TRAFFIC", 0.16), ("REFERRALS", 0.10),
        ("SOCIAL_MEDIA", 0.09), ("EMAIL_MARKETING", 0.07), ("OFFLINE", 0.04),
    ]
)  # fmt: skip
_ADS = Weighted([(ad, ad.share) for ad in ADS])
_NO_TAGS: tuple[str | None, ...] = (None, None, None)
_TAGS: dict[str, tuple[str | None, ...]] = {
    "EMAIL_MARKETING": ("newsletter", "email", "weekly_letter"),
    "SOCIAL_MEDIA": ("linkedin", "social", "organic_posts"),
    "REFERRALS": ("partner.example.org", "referral", None),
}
_CLICK_ID = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"


def came_from(rng: Random) -> tuple[str, Ad | None]:
    """The source of a contact, and the ad when it was one."""
    source = _SOURCES.draw(rng)
    if source != "GOOGLE_ADS":
        return source, None
    ad = _ADS.draw(rng)
    return ("PAID_SEARCH" if ad.channel == "SEARCH" else "OTHER_CAMPAIGNS"), ad


def contact(
    person: Person, rng: Random, created: int, changed: int, buyer: bool, source: str, ad: Ad | None
) -> dict[str, Any]:
    """The contact as HubSpot returns it; times in Unix seconds."""
    born, touched = iso(created), iso(changed)
    utm_source, medium, campaign = ("google", ad.medium, ad.campaign) if ad else _TAGS.get(source, _NO_TAGS)
    click_id = "".join(_CLICK_ID[int(rng.random() * 64)] for _ in range(24)) if ad else None
    first_url = ad.landing_url(click_id or "") if ad else None if source == "OFFLINE" else "https://www.example.com/"
    return {
        "id": person.contact_id,
        "properties": {
            "createdate": born,
            "email": person.primary,
            "firstname": person.first,
            "hs_additional_emails": person.additional or None,
            "hs_analytics_first_url": first_url,
            "hs_analytics_source": source,
            "hs_analytics_source_data_1": ad.campaign if ad else utm_source,
            "hs_analytics_source_data_2": ad.group if ad else campaign,
            "hs_google_click_id": click_id,
            "hs_object_id": person.contact_id,
            "lastmodifieddate": touched,
            "lastname": person.last,
            "lifecyclestage": "customer" if buyer else "lead",
            "utm_campaign": campaign,
            "utm_content": ad.id if ad else None,
            "utm_medium": medium,
            "utm_source": utm_source,
            "utm_term": ad.group if ad else None,
        },
        "createdAt": born,
        "updatedAt": touched,
        "archived": False,
    }


def iso(at: int) -> str:
    """A time as HubSpot writes it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
