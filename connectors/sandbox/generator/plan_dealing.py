"""Which contact is told which scripted subscription: each story once, as they fit, and then to some.

The stories themselves are in `plan_stories.py`.
"""

from collections.abc import Callable
from random import Random

from connectors.sandbox.generator.contracts import Shop
from connectors.sandbox.generator.draws import DAY, pick, whole
from connectors.sandbox.generator.payer import Payer
from connectors.sandbox.generator.plan_stories import NOW, STORIES, Told

_AGAIN_SHARE = 0.04


class PlanStories:
    """Deals the stories to contacts who buy nothing: each once, as they fit, and then to some."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._left, self._left_now = list(STORIES), list(NOW)

    def deal(self, payer: Payer, created: int, rng: Random) -> bool:
        """Tell one of a contact created at `created`, if one is due and fits; says whether."""
        at = created + whole(rng, 1, 3) * DAY + whole(rng, 0, DAY - 1)
        chosen = self._next(created, at, rng)
        if chosen is None:
            return False
        at, story = chosen
        payer.rng = rng
        story(Told(self._shop, payer, at))
        return True

    def _next(self, created: int, at: int, rng: Random) -> tuple[int, Callable[[Told], None]] | None:
        end = self._shop.end
        if self._left or self._left_now:
            fitting = next((one for one in self._left if at + one[0] * DAY < end), None)
            if fitting:
                self._left.remove(fitting)
                return at, fitting[1]
            soon = next((one for one in self._left_now if created < end - one[0]), None)
            if soon:
                self._left_now.remove(soon)
                return end - soon[0] - whole(rng, 0, 3600), soon[1]
            return None
        if rng.random() >= _AGAIN_SHARE:
            return None
        days, story = pick(rng, STORIES)
        return (at, story) if at + days * DAY < end else None
