"""Meta Ads: what was spent on which ad on Facebook and Instagram, day by day."""
