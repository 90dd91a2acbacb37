"""One limit of a vendor, kept: the part of it that may be used now, and evenly spaced sends within it.

Belongs here: the arithmetic of one limit, in seconds of whatever clock the caller has. Does not: who waits for which
limits (`admission.py`), threads (`budget.py`).
"""

from collections import deque

LOWERED = 0.75
"""What a refusal leaves of a limit."""
LEAST = 0.05
"""The part of its most that a limit keeps, however often it is refused."""
NEARLY = 0.95
"""The part of the amount that was refused up to which a limit recovers quickly, and only slowly beyond."""
QUICK, SLOW = 0.05, 0.005
"""The part of its most that a limit gains back in a second, up to there and beyond."""
SETTLING_SECONDS = 1.0
"""Refusals this soon after one speak of requests sent before it took effect, so they lower nothing."""
LONGEST_HOLD_SECONDS = 60.0
CATCH_UP_SECONDS = 0.25
"""How late a slot may still be used: threads wake late, and a slot missed for good would be budget lost."""
GUARD = 1.02
"""The vendor's window, stretched: requests do not all travel equally fast, so it may see two closer than they left."""


class Allowance:
    """How much of a limit may be used: `most` at first, less after a refusal, then slowly up to `most` again."""

    def __init__(self, most: float, least: float) -> None:
        self._most, self._least = most, min(least, most)
        self._left, self._nearly, self._since = most, most, float("-inf")
        self.held_until = float("-inf")

    def at(self, now: float) -> float:
        """The amount allowed at `now`."""
        if self._left >= self._most:
            return self._most
        seconds, quick = now - self._since, self._most * QUICK
        seconds_to_nearly = max(0.0, self._nearly - self._left) / quick
        if seconds <= seconds_to_nearly:
            return self._left + seconds * quick
        reached = max(self._left, self._nearly)
        return min(self._most, reached + (seconds - seconds_to_nearly) * self._most * SLOW)

    def refuse(self, now: float, hold: float) -> None:
        """Allow less from `now` on, and nothing at all for `hold` seconds."""
        if now - self._since >= SETTLING_SECONDS:
            refused = self.at(now)
            self._left, self._nearly, self._since = max(self._least, refused * LOWERED), refused * NEARLY, now
        self.held_until = max(self.held_until, now + min(max(hold, 0.0), LONGEST_HOLD_SECONDS))


class Pace:
    """Spaces the sends under one limit of `limit` requests a second, of which `share` is ours.

    No second sees more than `limit` sends; sends that came late are made up for within `CATCH_UP_SECONDS`.
    """

    def __init__(self, limit: float, share: float) -> None:
        self.allowance = Allowance(limit * share, limit * share * LEAST)
        self._next = float("-inf")
        self._sent: deque[float] = deque(maxlen=max(1, int(limit)))
        self._window = GUARD * max(1.0, 1.0 / limit)

    @property
    def opens_at(self) -> float:
        """When the next request may be sent; in the past when one may be sent at once."""
        is_full = len(self._sent) == self._sent.maxlen
        window_opens = self._sent[0] + self._window if is_full else float("-inf")
        return max(self._next, window_opens, self.allowance.held_until)

    def take(self, wanted_since: float, now: float) -> None:
        """Use the slot that is open at `now` for a request that could have gone since `wanted_since`."""
        slot = max(self._next, wanted_since, now - CATCH_UP_SECONDS)
        self._next = slot + 1.0 / self.allowance.at(now)
        self._sent.append(now)
