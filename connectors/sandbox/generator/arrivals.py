"""How somebody first came to the website: the source, the ad when it was one, and what the address and referrer say."""

from dataclasses import dataclass
from random import Random

from connectors.sandbox.generator.campaigns import ADS, SITE, Ad
from connectors.sandbox.generator.draws import Weighted
from connectors.sandbox.generator.meta_campaigns import SOCIAL_ADS, SocialAd

_SOURCES = Weighted(
    [
        ("GOOGLE_ADS", 0.34), ("ORGANIC_SEARCH", 0.20), ("DIRECT_TRAFFIC", 0.16), ("REFERRALS", 0.10),
        ("SOCIAL_MEDIA", 0.09), ("EMAIL_MARKETING", 0.07), ("OFFLINE", 0.04),
    ]
)  # fmt: skip
_ADS = Weighted([(ad, ad.share) for ad in ADS])
_SOCIAL_ADS = Weighted([(ad, ad.share) for ad in SOCIAL_ADS])
# What would have come unpaid, and came by an ad on Meta instead.
_PAID_SOCIAL = {"SOCIAL_MEDIA": 0.5, "DIRECT_TRAFFIC": 0.25, "REFERRALS": 0.2}
_NO_TAGS: tuple[str | None, ...] = (None, None, None)
_TAGS: dict[str, tuple[str | None, ...]] = {
    "EMAIL_MARKETING": ("newsletter", "email", "weekly_letter"),
    "SOCIAL_MEDIA": ("linkedin", "social", "organic_posts"),
    "REFERRALS": ("partner.example.org", "referral", None),
}
_CHANNELS = {
    "ORGANIC_SEARCH": "search", "REFERRALS": "referral", "SOCIAL_MEDIA": "social", "EMAIL_MARKETING": "email",
}  # fmt: skip
_REFERRERS = {
    "ORGANIC_SEARCH": "https://www.google.com/", "REFERRALS": "https://partner.example.org/",
    "SOCIAL_MEDIA": "https://www.linkedin.com/",
}  # fmt: skip
_CLICK_ID = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"


@dataclass(frozen=True)
class Arrival:
    """`source` in HubSpot's words; `ad` and `click_id` when it was an ad."""

    source: str
    ad: Ad | SocialAd | None = None
    click_id: str = ""

    @property
    def tags(self) -> tuple[str | None, ...]:
        """utm_source, utm_medium and utm_campaign as the CRM knows them, None for what is not known."""
        if self.ad:
            return self.ad.source, self.ad.medium, self.ad.campaign
        return _TAGS.get(self.source, _NO_TAGS)

    @property
    def led_by(self) -> str:
        """The channel of marketing that led here."""
        return "paid" if self.ad else _CHANNELS.get(self.source, "direct")

    @property
    def url(self) -> str | None:
        """The first address seen; None for somebody who came by no website."""
        if self.ad:
            return self.ad.landing_url(self.click_id)
        if self.source == "OFFLINE":
            return None
        source, medium, campaign = self.tags
        tagged = f"?utm_source={source}&utm_medium={medium}&utm_campaign={campaign}" if campaign else ""
        return f"{SITE}/{tagged}"

    @property
    def referrer(self) -> str:
        """The page before the first one, empty for none."""
        return self.ad.referrer if self.ad else _REFERRERS.get(self.source, "")


def came_from(rng: Random, social: Random) -> tuple[str, Ad | SocialAd | None]:
    """The source of a visitor, and the ad when it was one; `social` decides whether that was one of Meta's."""
    source = _SOURCES.draw(rng)
    if source == "GOOGLE_ADS":
        ad = _ADS.draw(rng)
        return ("PAID_SEARCH" if ad.channel == "SEARCH" else "OTHER_CAMPAIGNS"), ad
    if social.random() < _PAID_SOCIAL.get(source, 0):
        return "PAID_SOCIAL", _SOCIAL_ADS.draw(social)
    return source, None


def click_id(rng: Random) -> str:
    """The id an ad platform gives to a click."""
    return "".join(_CLICK_ID[int(rng.random() * 64)] for _ in range(24))
