"""LinkedIn Ads: what was spent on which ad, day by day."""
