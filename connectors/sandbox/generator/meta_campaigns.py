"""The Meta Ads account: campaigns, ad sets and ads, and the places where an ad keeps the address it leads to."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from connectors.sandbox.generator.campaigns import SITE

ACCOUNT_ID = "1028374650912384"
TIME_ZONE = "UTC"
CURRENCY = "USD"
PLATFORM = "meta_ads"
CLICK_ID = "fbclid"
PAGE_ID = "104857600123456"
_MACROS = "utm_campaign={{campaign.name}}&utm_term={{adset.name}}&utm_content={{ad.id}}&utm_id={{campaign.id}}"
_TAGS = f"utm_source=facebook&utm_medium=paid_social&{_MACROS}"
# Campaign, share of the account's clicks, cents a click, and its ad sets with where their ad keeps its link.
_CAMPAIGNS = (
    ("social_prospecting", 0.45, 95, (("interest_planning", "link"), ("interest_design", "video"))),
    ("Lookalike leads", 0.35, 120, (("buyers 1%", "carousel"), ("readers 3%", "feed"))),
    ("social_retargeting", 0.20, 60, (("visitors_30d", "typed"), ("engaged_90d", "link"))),
)


@dataclass(frozen=True)
class SocialAd:
    """One ad: `place` is where its link stands, `share` of the account's clicks, `cost` of a click in cents."""

    campaign_id: str
    campaign: str
    group_id: str
    group: str
    id: str
    place: str
    share: float
    cost: int

    source = "facebook"
    medium = "paid_social"
    platform = PLATFORM
    click_id = CLICK_ID
    referrer = "https://l.facebook.com/"

    @property
    def link(self) -> str:
        """Where it leads, as its advertiser typed it."""
        if self.place != "typed":
            return f"{SITE}/checklist"
        typed = f"utm_campaign={self.campaign}&utm_term={self.group}&utm_content={self.id}"
        return f"{SITE}/webinars?utm_source={self.source}&utm_medium={self.medium}&{typed}"

    @property
    def url_tags(self) -> str:
        """What Meta appends to the link, with its placeholders; empty when the ad has none."""
        return "" if self.place == "typed" else _TAGS

    def landing_url(self, click_id: str) -> str:
        """The address a visitor arrives at: every placeholder filled in, and the click id."""
        tags = self.url_tags
        names = {"campaign.name": self.campaign, "adset.name": self.group}
        ids = {"campaign.id": self.campaign_id, "ad.id": self.id}
        for placeholder, value in {**names, **ids}.items():
            tags = tags.replace(f"{{{{{placeholder}}}}}", quote(value, safe=""))
        return f"{self.link}{'?' + tags if tags else ''}&{CLICK_ID}={click_id}"

    @property
    def creative(self) -> dict[str, Any]:
        """The creative as `ads?fields=creative{...}` shows it."""
        shown: dict[str, Any] = {"id": f"23861{self.id[-10:]}", "name": f"{self.group} creative"}
        if self.url_tags:
            shown["url_tags"] = self.url_tags
        button = {"type": "LEARN_MORE", "value": {"link": self.link}}
        story: dict[str, Any] = {"page_id": PAGE_ID}
        match self.place:
            case "video":
                story["video_data"] = {"video_id": f"90{self.id[-8:]}", "call_to_action": button}
            case "carousel":
                cards = [{"link": self.link, "name": name, "call_to_action": button} for name in ("Plan", "Ship")]
                story["link_data"] = {"link": SITE, "message": "Plan less, ship more.", "child_attachments": cards}
            case "feed":
                shown["asset_feed_spec"] = {"link_urls": [{"website_url": self.link, "display_url": "example.com"}]}
            case _:
                text = "Plan less, ship more."
                story["link_data"] = {"link": self.link, "message": text, "call_to_action": button}
        shown["object_story_spec"] = story
        return shown


def _ads() -> tuple[SocialAd, ...]:
    ads = []
    for c, (campaign, share, cost, groups) in enumerate(_CAMPAIGNS, start=1):
        for g, (group, place) in enumerate(groups, start=1):
            ads.append(
                SocialAd(
                    campaign_id=f"1202100000000{c:04d}", campaign=campaign, group_id=f"12022000000{c:02d}{g:04d}",
                    group=group, id=f"12023000000{c:02d}{g:04d}", place=place, share=share / len(groups), cost=cost,
                )
            )  # fmt: skip
    return tuple(ads)


SOCIAL_ADS = _ads()
