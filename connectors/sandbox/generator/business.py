"""The business as a whole: who comes when, who buys, who is a stranger to the CRM; told person by person.

Each person's objects are written in their last state before the next person begins, so memory does not grow with them;
only the balance (`balance.py`) waits for the last.
"""

from pathlib import Path
from random import Random

from connectors.sandbox.generator import billing_objects
from connectors.sandbox.generator.ads import AdSpend
from connectors.sandbox.generator.arrivals import Arrival, came_from, click_id
from connectors.sandbox.generator.balance import Balance
from connectors.sandbox.generator.biller import Biller
from connectors.sandbox.generator.campaigns import Ad
from connectors.sandbox.generator.catalogue import PRICES, PRODUCTS
from connectors.sandbox.generator.checkouts import Checkouts
from connectors.sandbox.generator.contacts import contact
from connectors.sandbox.generator.contracts import Shop
from connectors.sandbox.generator.csv_files import CsvFiles
from connectors.sandbox.generator.daily_books import DailyBooks, Known
from connectors.sandbox.generator.deals import Deals
from connectors.sandbox.generator.draws import DAY, Deck, Rhythm, whole
from connectors.sandbox.generator.exchange_rates import write_rates
from connectors.sandbox.generator.ledger import Ledger, matches
from connectors.sandbox.generator.lists import Lists
from connectors.sandbox.generator.meta_campaigns import SocialAd
from connectors.sandbox.generator.meta_spend import SocialSpend
from connectors.sandbox.generator.mrr import MrrBook
from connectors.sandbox.generator.one_off import OneOff
from connectors.sandbox.generator.payer import Payer
from connectors.sandbox.generator.payment_objects import customer
from connectors.sandbox.generator.people import People, Person, as_typed
from connectors.sandbox.generator.plan_dealing import PlanStories
from connectors.sandbox.generator.pricing_objects import Object, discount
from connectors.sandbox.generator.second_processor import SecondProcessor
from connectors.sandbox.generator.sink import Sink
from connectors.sandbox.generator.spend_book import SpendBook
from connectors.sandbox.generator.subscriptions import Subscriptions
from connectors.sandbox.generator.terms import FRIENDS, Offers
from connectors.sandbox.generator.till import Till
from connectors.sandbox.generator.visits import Visits

DAYS = 548
_FIRST_CONTACT_ID = 1001
_BUYER_SHARE = 0.36
_STRANGERS_PER_CONTACT = 0.027
_SUBSCRIBER_SHARE, _ALSO_ONCE_SHARE, _AGAIN_SHARE = 0.45, 0.35, 0.45
_TEST_PAYERS = 4
_OPEN_BASKETS_PER_CONTACT = 0.002
_LONGEST_OPEN = 20 * 3600
_DISCOUNTS = ((False, 9), (True, 1))
_LAST_CHECKOUT = 2 * 3600


class Business:
    """Tells `DAYS` days of a shop up to `end`, a UTC midnight in Unix seconds."""

    def __init__(self, sink: Sink, files: CsvFiles, ledger: Ledger, seed: int, end: int) -> None:
        self._sink = sink
        self._ledger = ledger
        self._seed = seed
        self._start, self._end = end - DAYS * DAY, end
        self._rng = Random(f"{seed}/business")
        self._rhythm = Rhythm(self._start, end)
        self._people = People(self._rng)
        self._ads, self._social = AdSpend(), SocialSpend()
        self._opened = self._start - 30 * DAY
        self._offers = Offers(sink, self._opened)
        self._discounts = Deck(self._rng, _DISCOUNTS)
        self._balance = Balance(sink, self._start, end)
        till = Till(sink, self._balance, self._rng, end)
        biller = Biller(sink, till, self._opened)
        checkouts = Checkouts(sink, self._offers, self._rng, end, self._opened)
        self._one_off = OneOff(till, biller, checkouts, self._rng, end)
        self._subscriptions = Subscriptions(sink, biller, end, self._opened)
        self._lists = Lists(sink, files, self._start, end)
        self._deals = Deals(sink, self._start, end)
        self._mrr = MrrBook(files, end)
        self._books = DailyBooks(self._start, end)
        self._stories = self._plan_stories(sink)
        self._second = SecondProcessor(files, seed, self._start, end)
        write_rates(files, seed, self._start, end)
        self._visits = Visits(sink, files, self._clicked, seed, self._start, end)

    def tell(self, contacts: int, truth: Path) -> None:
        """Write everything; `contacts` is how many contacts the CRM ends up with."""
        for product in PRODUCTS:
            self._sink.write("stripe/products", billing_objects.product(product, self._opened))
        for price in PRICES:
            self._sink.write("stripe/prices", billing_objects.price(price, self._opened))
        for index, at in enumerate(sorted(self._rhythm.moment(self._rng) for _ in range(contacts))):
            self._contact(index, at)
        strangers = round(contacts * _STRANGERS_PER_CONTACT)
        for index in range(strangers):
            self._stranger(contacts + index, live=True)
        for index in range(_TEST_PAYERS):
            self._stranger(-1 - index, live=False)
        for index in range(max(1, round(contacts * _OPEN_BASKETS_PER_CONTACT))):
            self._hesitant(contacts + strangers + index)
        self._offers.write()
        self._balance.settle(truth)
        self._mrr.write(truth)
        self._second.of_strangers(contacts, self._rhythm)
        self._books.note_payer([], self._second.told)
        self._visits.of_nobody(contacts, self._rhythm)
        self._visits.of_the_office()
        self._lists.write()
        self._deals.write_owners()
        self._spend(truth)
        self._books.write(truth)

    def _contact(self, index: int, at: int) -> None:
        """One contact: how it came, what it bought, and its CRM record."""
        rng = Random(f"{self._seed}/{index}")
        buys = rng.random() < _BUYER_SHARE
        person = self._people.make(rng, index, str(_FIRST_CONTACT_ID + index), buys)
        own = Random(f"{self._seed}/{index}/crm")  # what is not Stripe's draws here, and leaves Stripe's story alone
        source, ad = came_from(rng, own)
        if isinstance(ad, SocialAd):
            self._social.brought(ad, at)
        elif ad:
            self._ads.brought(ad, at)
        payer = self._payer(person, rng, live=True)
        if not buys:
            self._stories.deal(payer, at, Random(f"{self._seed}/{index}/plan"))
        else:
            wait = int(rng.random() ** 3 * 110) * DAY + whole(rng, 120, 7200)
            late = person.habit == "late"
            self._shop(payer, max(self._start, at - whole(rng, 3600, 5 * DAY)) if late else at + wait)
        changed = max(at, payer.last_seen)
        elsewhere = self._second.of_contact(person, at, payer.orders)
        buyer = bool(payer.orders) or elsewhere is not None
        click = click_id(rng if isinstance(ad, Ad) else own) if ad else ""
        arrival = Arrival(source, ad, click)
        self._sink.write("hubspot/contacts", contact(person, at, max(changed, elsewhere or 0), buyer, arrival))
        self._ledger.contacts += 1
        paid = [order.ordered_at for order in payer.orders if order.collected]
        first = min([*paid, *([elsewhere] if elsewhere else [])], default=None)
        lists = self._lists.join(person.contact_id, at, first, own)
        self._deals.consider(person, at, own)
        bought = [order.ordered_at for order in payer.orders if order.id.startswith("pi_")]
        visits = self._visits.of_contact(person, arrival, at, bought)
        self._close(payer, first)
        self._books.note_payer(self._second.told, [])
        led = [order for order, match in matches(person.contact_id, payer.orders) if match]
        self._books.note_contact(Known(at, lists, visits), [*led, *self._second.told])

    def _plan_stories(self, sink: Sink) -> PlanStories:
        """The scripted subscriptions, whose till draws for itself and leaves everybody else's story alone."""
        till = Till(sink, self._balance, Random(f"{self._seed}/plans"), self._end)
        return PlanStories(Shop(sink, Biller(sink, till, self._opened), self._offers, self._end, self._opened))

    def _clicked(self, ad: Ad | SocialAd, at: int) -> None:
        """The website saw a click of `ad`."""
        if isinstance(ad, SocialAd):
            self._social.visited(ad, at)
        else:
            self._ads.visited(ad, at)

    def _spend(self, truth: Path) -> None:
        book, seed = SpendBook(), self._seed
        self._ads.write(self._sink, book, Random(f"{seed}/ads"), Random(f"{seed}/max"), self._start, self._end)
        self._social.write(self._sink, book, Random(f"{seed}/social"), self._start, self._end)
        book.write(truth)

    def _stranger(self, index: int, live: bool) -> None:
        """Somebody who pays and whom the CRM does not know; not `live`: an object of Stripe's test mode."""
        rng = Random(f"{self._seed}/{index}")
        payer = self._payer(self._people.make(rng, abs(index), "", buys=live), rng, live)
        self._shop(payer, self._rhythm.moment(rng))
        self._close(payer)

    def _hesitant(self, index: int) -> None:
        """Somebody whose checkout is still open at the end."""
        rng = Random(f"{self._seed}/{index}")
        payer = self._payer(self._people.make(rng, index, "", buys=True), rng, live=True)
        self._one_off.leave_open(payer, self._end - whole(rng, 60, _LONGEST_OPEN))
        self._close(payer)

    def _payer(self, person: Person, rng: Random, live: bool) -> Payer:
        if not person.has_customer:
            return Payer(person, rng, "", None, live)
        return Payer(person, rng, self._sink.id("cus"), as_typed(rng, person.address(person.customer_kind)), live)

    def _shop(self, payer: Payer, at: int) -> None:
        """All purchases of one payer, the first at `at`."""
        rng, anchors = payer.rng, payer.person.habit == "same_customer"
        once = True
        if payer.customer and payer.live and at < self._end - _LAST_CHECKOUT and self._discounts.draw():
            payer.discount = self._sink.id("di")
            self._offers.redeemed[FRIENDS.coupon] += 1
        if payer.customer and not anchors and rng.random() < _SUBSCRIBER_SHARE and at < self._end - _LAST_CHECKOUT:
            self._subscriptions.subscribe(payer, at)
            at += whole(rng, 5, 60) * DAY
            once = rng.random() < _ALSO_ONCE_SHARE
        while once and at < self._end - _LAST_CHECKOUT:
            self._one_off.buy(payer, at)
            once = rng.random() < _AGAIN_SHARE or (anchors and len(payer.orders) == 1)
            at += whole(rng, 4, 120) * DAY + whole(rng, 0, 3600)

    def _close(self, payer: Payer, first_paid: int | None = None) -> None:
        """Write the customer object and note the orders; Stripe's test mode is noted nowhere.

        `first_paid` is when a contact first paid anything, here or elsewhere.
        """
        person = payer.person
        if payer.customer and payer.first_seen is not None:
            created = payer.first_seen - whole(payer.rng, 0, 40)
            self._sink.write(
                "stripe/customers",
                customer(
                    payer.customer, created, payer.email, person.name, person.country, person.currency,
                    payer.invoices, payer.live, self._discount(payer, created),
                ),
            )  # fmt: skip
        if payer.live:
            self._ledger.note(person.contact_id, payer.orders)
            self._ledger.zero_amount_invoices += payer.zero_invoices
            paid = [order.ordered_at for order in payer.orders if order.collected]
            self._mrr.note(person.contact_id, payer.held, first_paid or min(paid, default=None))
            found = matches(person.contact_id, payer.orders)
            self._books.note_payer([o for o, match in found if match], [o for o, match in found if not match])

    def _discount(self, payer: Payer, start: int) -> Object | None:
        if not payer.discount:
            return None
        return discount(
            payer.discount, start, customer=payer.customer, coupon=FRIENDS.coupon,
            promotion_code=FRIENDS.promotion_code,
        )  # fmt: skip
