"""Who visits the website: contacts before and after their opt-in, visitors who never say who they are, one office."""

from collections.abc import Callable, Sequence
from random import Random

from connectors.sandbox.generator.arrivals import Arrival, came_from, click_id
from connectors.sandbox.generator.browsers import Browser
from connectors.sandbox.generator.campaigns import SITE, Ad
from connectors.sandbox.generator.credits import DIRECT, Visit
from connectors.sandbox.generator.csv_files import CsvFiles
from connectors.sandbox.generator.draws import DAY, Rhythm, pick, whole
from connectors.sandbox.generator.meta_campaigns import SocialAd
from connectors.sandbox.generator.people import Person
from connectors.sandbox.generator.sink import Sink

_TRACKED_SHARE, _EARLY_SHARE, _SECOND_DEVICE_SHARE, _CHECKOUT_SHARE = 0.78, 0.45, 0.15, 0.6
_VISITORS_PER_CONTACT = 0.7
_EARLIEST = 15
_READING = ("/blog/estimates", "/blog/roadmaps", "/plans", "/course")
_LETTER = f"{SITE}/blog/roadmaps?utm_source=newsletter&utm_medium=email&utm_campaign=weekly_letter"
_OFFICE_PERSONS, _OFFICE_FROM, _OFFICE_UNTIL = 7, 45, 25

Clicked = Callable[[Ad | SocialAd, int], None]


class Visits:
    """Tells visits from the day before `start` to `end` (Unix seconds); `clicked` hears of every click of an ad."""

    def __init__(self, sink: Sink, files: CsvFiles, clicked: Clicked, seed: int, start: int, end: int) -> None:
        self._sink, self._files = sink, files
        self._clicked = clicked
        self._seed = seed
        self._start, self._end = start, end
        self._colleagues: list[Person] = []

    def of_contact(self, person: Person, arrival: Arrival, created: int, bought: Sequence[int]) -> list[Visit]:
        """Everything of one contact, created at `created` by opting in; `bought` are the times of purchases."""
        rng = Random(f"{self._seed}/{person.index}/web")
        if arrival.url is None or rng.random() >= _TRACKED_SHARE:
            return []
        browser = self._browser(rng, person)
        early = rng.random() < _EARLY_SHARE and created - _EARLIEST * DAY > self._start
        first = created - (whole(rng, 1, _EARLIEST - 1) * DAY + whole(rng, 0, 7200) if early else whole(rng, 90, 900))
        self._land(browser, arrival, first)
        if early:
            self._read(browser, first, whole(rng, 0, 2))
            browser.see(f"{SITE}/", created - whole(rng, 60, 600))
        browser.see(f"{SITE}/newsletter", created - whole(rng, 5, 50), f"{SITE}/")
        other = person.additional if rng.random() < 0.2 else ""
        browser.identify(person, other or person.primary, created)
        self._return(browser, created)
        for at in bought:
            if rng.random() < _CHECKOUT_SHARE:
                browser.see(f"{SITE}/plans", at - whole(rng, 400, 900))
                browser.see(f"{SITE}/checkout", at - whole(rng, 60, 300), f"{SITE}/plans")
        if rng.random() < _SECOND_DEVICE_SHARE:
            self._second_device(rng, person, created, browser.visits)
        if len(self._colleagues) < _OFFICE_PERSONS and created < self._end - _OFFICE_FROM * DAY:
            self._colleagues.append(person)
        return browser.visits

    def of_nobody(self, contacts: int, rhythm: Rhythm) -> None:
        """Visitors who look and leave, in proportion to the contacts."""
        for number in range(round(contacts * _VISITORS_PER_CONTACT)):
            rng = Random(f"{self._seed}/visitor {number}")
            source, ad = came_from(rng, rng)
            at = rhythm.moment(rng)
            browser = self._browser(rng, None)
            self._land(browser, Arrival(source, ad, click_id(rng) if ad else ""), at)
            self._read(browser, at, int(rng.random() * 2.4))

    def of_the_office(self) -> None:
        """One computer at which several contacts log in within three weeks; a world with too few has no office."""
        if len(self._colleagues) < _OFFICE_PERSONS:
            return
        rng = Random(f"{self._seed}/office")
        browser = self._browser(rng, None, shared=True)
        for person in self._colleagues:
            at = self._end - whole(rng, _OFFICE_UNTIL * DAY, _OFFICE_FROM * DAY)
            browser.see(f"{SITE}/login", at - 30)
            browser.identify(person, person.primary, at)
            browser.see(f"{SITE}/app", at + 5, f"{SITE}/login")

    def _browser(self, rng: Random, person: Person | None, shared: bool = False) -> Browser:
        return Browser(self._sink, self._files, rng, self._start, self._end, person, shared)

    def _land(self, browser: Browser, arrival: Arrival, at: int) -> None:
        browser.see(arrival.url or f"{SITE}/", at, arrival.referrer, arrival.led_by)
        if arrival.ad:
            self._clicked(arrival.ad, at)

    def _read(self, browser: Browser, at: int, pages: int) -> None:
        for _ in range(pages):
            at += whole(browser.rng, 20, 240)
            browser.see(f"{SITE}{pick(browser.rng, _READING)}", at, f"{SITE}/")

    def _return(self, browser: Browser, created: int) -> None:
        """Later visits, half of them from the newsletter, ever further apart."""
        rng, at = browser.rng, created
        for _ in range(int(rng.random() * 4.5)):
            at += whole(rng, 1, 45) * DAY + whole(rng, 0, DAY)
            by_letter = rng.random() < 0.5
            browser.see(_LETTER if by_letter else f"{SITE}/", at, channel="email" if by_letter else DIRECT)
            self._read(browser, at, int(rng.random() * 2.2))

    def _second_device(self, rng: Random, person: Person, created: int, visits: list[Visit]) -> None:
        """A phone: first anonymous, then logged in by the user id alone."""
        phone = self._browser(rng, person)
        phone.visits = visits
        at = created + whole(rng, 1, 60) * DAY + whole(rng, 0, DAY)
        if at + 600 >= self._end:
            return
        phone.see(f"{SITE}/login", at)
        phone.identify(person, None, at + 30)
        phone.see(f"{SITE}/app", at + 40, f"{SITE}/login")
        self._return(phone, at)
