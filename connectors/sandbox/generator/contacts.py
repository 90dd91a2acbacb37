"""HubSpot contacts, with the tracking properties that tie paid ones to their ad."""

from datetime import UTC, datetime
from typing import Any

from connectors.sandbox.generator import campaigns, meta_campaigns
from connectors.sandbox.generator.arrivals import Arrival
from connectors.sandbox.generator.people import Person


def contact(person: Person, created: int, changed: int, buyer: bool, arrival: Arrival) -> dict[str, Any]:
    """The contact as HubSpot returns it; times in Unix seconds."""
    born, touched = iso(created), iso(changed)
    ad = arrival.ad
    utm_source, medium, campaign = arrival.tags
    detail = (utm_source, campaign)
    if ad:
        detail = ("Facebook", campaign) if ad.platform == meta_campaigns.PLATFORM else (campaign, ad.group)
    return {
        "id": person.contact_id,
        "properties": {
            "createdate": born,
            "email": person.primary,
            "firstname": person.first,
            "hs_additional_emails": person.additional or None,
            "hs_analytics_first_url": arrival.url,
            "hs_analytics_source": arrival.source,
            "hs_analytics_source_data_1": detail[0],
            "hs_analytics_source_data_2": detail[1],
            "hs_facebook_click_id": _click_id_of(meta_campaigns.PLATFORM, arrival),
            "hs_google_click_id": _click_id_of(campaigns.PLATFORM, arrival),
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
    return f"{datetime.fromtimestamp(at, UTC).isoformat()[:19]}.000Z"


def _click_id_of(platform: str, arrival: Arrival) -> str | None:
    return arrival.click_id if arrival.ad and arrival.ad.platform == platform else None
