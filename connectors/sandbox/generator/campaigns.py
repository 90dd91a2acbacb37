"""The Google Ads account: campaigns, ad groups and ads, and the address each ad leads to.

The account's tracking stands where Google lets it stand: search ads end their address in a final URL suffix of
their own, display ads carry UTM parameters in the final URL and the ids in their campaign's tracking template.
"""

from dataclasses import dataclass

CUSTOMER_ID = "5550123456"
TIME_ZONE = "UTC"
PLATFORM = "google_ads"
CLICK_ID = "gclid"
SITE = "https://www.example.com"
_CAMPAIGNS = (
    ("brand_search", "SEARCH", 0.30, 900_000, ("brand_exact", "brand_broad")),
    ("plans_search", "SEARCH", 0.28, 1_900_000, ("planning_software", "team_planning")),
    ("competitor_search", "SEARCH", 0.12, 2_600_000, ("alternatives", "comparisons")),
    ("course_display", "DISPLAY", 0.18, 700_000, ("designers", "founders")),
    ("retargeting_display", "DISPLAY", 0.12, 500_000, ("visitors_30d", "cart_7d")),
)
_ADS_PER_GROUP = 2
_IDS = f"hsa_acc={CUSTOMER_ID}&hsa_cam={{campaignid}}&hsa_grp={{adgroupid}}&hsa_ad={{creative}}"


@dataclass(frozen=True)
class Campaign:
    """One campaign; `tracking_template` is empty when it has none."""

    id: str
    name: str
    channel: str
    tracking_template: str = ""


@dataclass(frozen=True)
class Ad:
    """One ad: `share` of the account's clicks, `cost` of a click in micros."""

    campaign_id: str
    campaign: str
    channel: str
    group_id: str
    group: str
    id: str
    share: float
    cost: int

    source = "google"
    platform = PLATFORM
    click_id = CLICK_ID

    @property
    def medium(self) -> str:
        """utm_medium of its clicks."""
        return "cpc" if self.channel == "SEARCH" else "display"

    @property
    def referrer(self) -> str:
        """The page a click comes from."""
        return "https://www.google.com/" if self.channel == "SEARCH" else "https://news.example.org/"

    @property
    def final_url(self) -> str:
        """Where it leads, as its advertiser typed it."""
        if self.channel == "SEARCH":
            return f"{SITE}/plans"
        return f"{SITE}/course?{self._utm(self.id)}"

    @property
    def final_url_suffix(self) -> str:
        """What Google appends to the final URL, with its placeholders; empty when the ad has none."""
        return f"{self._utm('{creative}')}&{_IDS}" if self.channel == "SEARCH" else ""

    def landing_url(self, click_id: str) -> str:
        """The address a visitor arrives at: every placeholder filled in, and the click id."""
        if self.final_url_suffix:
            url = f"{self.final_url}?{self.final_url_suffix}"
        else:
            url = _TEMPLATE.replace("{lpurl}", self.final_url)
        ids = {"{campaignid}": self.campaign_id, "{adgroupid}": self.group_id, "{creative}": self.id}
        for placeholder, value in ids.items():
            url = url.replace(placeholder, value)
        return f"{url}&{CLICK_ID}={click_id}"

    def _utm(self, content: str) -> str:
        return (
            f"utm_source={self.source}&utm_medium={self.medium}&utm_campaign={self.campaign}"
            f"&utm_term={self.group}&utm_content={content}"
        )


_TEMPLATE = f"{{lpurl}}&{_IDS}"


def _campaign_id(number: int) -> str:
    return f"2104000{number:03d}"


def _ads() -> tuple[Ad, ...]:
    ads = []
    for c, (campaign, channel, share, cost, groups) in enumerate(_CAMPAIGNS, start=1):
        for g, group in enumerate(groups, start=1):
            for a in range(1, _ADS_PER_GROUP + 1):
                ads.append(
                    Ad(
                        campaign_id=_campaign_id(c), campaign=campaign, channel=channel,
                        group_id=f"1600{c:02d}{g:04d}", group=group, id=f"7100{c:02d}{g:02d}{a:04d}",
                        share=share / len(groups) / _ADS_PER_GROUP, cost=cost,
                    )
                )  # fmt: skip
    return tuple(ads)


ADS = _ads()
CAMPAIGNS = tuple(
    Campaign(_campaign_id(number), name, channel, _TEMPLATE if channel == "DISPLAY" else "")
    for number, (name, channel, *_) in enumerate(_CAMPAIGNS, start=1)
)
# Its assets are no ads: its spend shows at the campaign and nowhere below.
PERFORMANCE_MAX = Campaign(_campaign_id(len(_CAMPAIGNS) + 1), "always_on_max", "PERFORMANCE_MAX")
