"""The world's clock: real time, moved or stopped by whoever holds it; rate limits keep to real time, not to this."""

import time


class Clock:
    """Unix seconds as the world sees them: `start` (0: the present), running on unless it is stopped."""

    def __init__(self, start: float = 0) -> None:
        self._ahead = start - time.time() if start else 0.0
        self._stopped_at: float | None = None

    def now(self) -> float:
        """The world's time in Unix seconds."""
        stopped = self._stopped_at
        return time.time() + self._ahead if stopped is None else stopped

    def stop(self, at: float | None = None) -> None:
        """Stand still, at the time given or at the present one."""
        self._stopped_at = self.now() if at is None else at

    def run(self) -> None:
        """Run on from the time now shown."""
        if self._stopped_at is not None:
            self._ahead, self._stopped_at = self._stopped_at - time.time(), None

    def set(self, at: float) -> None:
        """Show the Unix time `at`, running or standing as before."""
        if self._stopped_at is None:
            self._ahead = at - time.time()
        else:
            self._stopped_at = at

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`."""
        self.set(self.now() + seconds)
