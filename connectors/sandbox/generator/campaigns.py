"""The Google Ads account: campaigns, ad groups and ads, and the address each ad leads to."""

from dataclasses import dataclass

CUSTOMER_ID = "5550123456"
TIME_ZONE = "America/New_York"
_SITE = "https://www.example.com"
_CAMPAIGNS = (
    ("brand_search", "SEARCH", 0.30, 900_000, ("brand_exact", "brand_broad")),
    ("plans_search", "SEARCH", 0.28, 1_900_000, ("planning_software", "team_planning")),
    ("competitor_search", "SEARCH", 0.12, 2_600_000, ("alternatives", "comparisons")),
    ("course_display", "DISPLAY", 0.18, 700_000, ("designers", "founders")),
    ("retargeting_display", "DISPLAY", 0.12, 500_000, ("visitors_30d", "cart_7d")),
)
_ADS_PER_GROUP = 2


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

    @property
    def medium(self) -> str:
        """utm_medium of its clicks."""
        return "cpc" if self.channel == "SEARCH" else "display"

    @property
    def final_url(self) -> str:
        """Where it leads, with its UTM parameters."""
        page = "plans" if self.channel == "SEARCH" else "course"
        return (
            f"{_SITE}/{page}?utm_source=google&utm_medium={self.medium}&utm_campaign={self.campaign}"
            f"&utm_term={self.group}&utm_content={self.id}"
        )

    def landing_url(self, click_id: str) -> str:
        """The address a visitor arrives at: the final URL with the ids HubSpot's tracking adds, and the click id."""
        ids = f"hsa_acc={CUSTOMER_ID}&hsa_cam={self.campaign_id}&hsa_grp={self.group_id}&hsa_ad={self.id}"
        return f"{self.final_url}&{ids}&gclid={click_id}"


def _ads() -> tuple[Ad, ...]:
    ads = []
    for c, (campaign, channel, share, cost, groups) in enumerate(_CAMPAIGNS, start=1):
        for g, group in enumerate(groups, start=1):
            for a in range(1, _ADS_PER_GROUP + 1):
                ads.append(
                    Ad(
                        campaign_id=f"2104000{c:03d}", campaign=campaign, channel=channel,
                        group_id=f"1600{c:02d}{g:04d}", group=group, id=f"7100{c:02d}{g:02d}{a:04d}",
                        share=share / len(groups) / _ADS_PER_GROUP, cost=cost,
                    )
                )  # fmt: skip
    return tuple(ads)


ADS = _ads()
