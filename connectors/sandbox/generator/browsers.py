"""One browser's events written as they happen, each page view with its truth; and the files they go to, month by month.

What somebody does on the website is decided in `visits.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from random import Random

from connectors.sandbox.generator import event_objects as objects
from connectors.sandbox.generator.credits import DIRECT, Visit
from connectors.sandbox.generator.csv_files import CsvFiles
from connectors.sandbox.generator.draws import DAY, whole
from connectors.sandbox.generator.people import Person, as_typed
from connectors.sandbox.generator.sink import Sink

TRUTH = "truth/page_views"
TRUTH_COLUMNS = ("message_id", "anonymous_id", "email", "contact_id", "url", "viewed_at", "is_shared_browser")
_BEFORE_START = DAY
_LATE_SHARE, _LATEST = 0.02, 2 * DAY
_2_TO_44 = 1 << 44


def event_files(start: int, end: int) -> Iterator[str]:
    """The file of every month from the day before `start` to before `end` (Unix seconds)."""
    at = start - _BEFORE_START
    while _file(at) != _file(end - 1):
        yield _file(at)
        moment = datetime.fromtimestamp(at, UTC)
        at = int(datetime(moment.year + moment.month // 12, moment.month % 12 + 1, 1, tzinfo=UTC).timestamp())
    yield _file(at)


@dataclass
class Browser:
    """One browser. `person` is whom its history belongs to in the end, None for nobody; `shared` by too many.

    `visits` takes what that person saw, on this browser and on others.

    Nothing that happens outside (start - 1 day, end) is written. Times in Unix seconds.
    """

    sink: Sink
    files: CsvFiles
    rng: Random
    start: int
    end: int
    person: Person | None = None
    shared: bool = False
    user: str | None = None
    visits: list[Visit] = field(default_factory=list)

    def __post_init__(self) -> None:
        digits = _hex(self.rng)
        self.id = "-".join((digits[:8], digits[8:12], "4" + digits[13:16], "a" + digits[17:20], digits[20:]))

    def see(self, url: str, at: int, referrer: str = "", channel: str = DIRECT) -> None:
        """A page view of `url` at `at`, which `channel` led to."""
        if not self._told(at):
            return
        id_, received = f"ajs-{_hex(self.rng)}", self._received(at)
        self.sink.write(_file(received), objects.page(id_, self.id, self.user, url, referrer, at, received))
        owner = self.person if self.person and not self.shared else None
        viewed = f"{datetime.fromtimestamp(at, UTC).isoformat()[:19]}Z"
        email, contact = (owner.primary, owner.contact_id) if owner else ("", "")
        if owner:
            self.visits.append(Visit(at, channel))
        self.files.write(TRUTH, (id_, self.id, email, contact, url, viewed, int(self.shared)))

    def identify(self, person: Person, email: str | None, at: int) -> None:
        """`person` says who they are at `at`, with an address or by the user id alone."""
        self.user = f"u_{person.contact_id}"
        if self._told(at):
            typed, received = as_typed(self.rng, email), self._received(at)
            id_ = f"ajs-{_hex(self.rng)}"
            self.sink.write(_file(received), objects.identify(id_, self.id, self.user, typed, at, received))

    def _told(self, at: int) -> bool:
        return self.start - _BEFORE_START < at < self.end

    def _received(self, at: int) -> int:
        """Servers receive most events at once, some when the phone is online again."""
        late = whole(self.rng, 60, _LATEST) if self.rng.random() < _LATE_SHARE else whole(self.rng, 0, 2)
        return min(at + late, self.end - 1)


def _hex(rng: Random) -> str:
    return "".join(f"{int(rng.random() * _2_TO_44):011x}" for _ in range(3))[:32]


def _file(at: int) -> str:
    return _of_day(at // DAY)


@cache
def _of_day(day: int) -> str:
    return f"web_events/events-{datetime.fromtimestamp(day * DAY, UTC).strftime('%Y-%m')}"
