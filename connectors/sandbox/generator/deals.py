"""HubSpot deals of the few contacts sales talks to, and the owners who do the talking."""

from random import Random
from typing import Any

from connectors.sandbox.generator.catalogue import PLANS
from connectors.sandbox.generator.contacts import iso
from connectors.sandbox.generator.draws import DAY, Weighted, pick, whole
from connectors.sandbox.generator.people import Person
from connectors.sandbox.generator.sink import Sink

_SHARE = 0.08
_FIRST_ID = 50_001
_OWNERS = (("71", "Ingrid", "Solberg"), ("72", "Mateo", "Ruiz"), ("73", "Priya", "Nair"))
_OPEN_STAGES = ("appointmentscheduled", "qualifiedtobuy", "decisionmakerboughtin", "contractsent")
_ENDS = Weighted([("closedwon", 0.45), ("closedlost", 0.55)])


class Deals:
    """Writes deals and owners as they stand at `end` (Unix seconds) into `sink`."""

    def __init__(self, sink: Sink, start: int, end: int) -> None:
        self._sink = sink
        self._start, self._end = start, end
        self._written = 0

    def consider(self, person: Person, created: int, rng: Random) -> None:
        """A deal with the contact created at `created`, for some."""
        opened = created + whole(rng, 1, 40) * DAY
        if rng.random() >= _SHARE or opened >= self._end:
            return
        closes = opened + whole(rng, 14, 75) * DAY
        closed = closes < self._end
        stage = _ENDS.draw(rng) if closed else pick(rng, _OPEN_STAGES)
        plan, seats = pick(rng, PLANS["usd", "year"]), whole(rng, 2, 12)
        cents = plan.amount * seats
        changed = closes if closed else opened + int(rng.random() * (self._end - opened))
        id_ = str(_FIRST_ID + self._written)
        self._written += 1
        self._sink.write(
            "hubspot/deals",
            {
                "id": id_,
                "properties": {
                    "amount": f"{cents // 100}.{cents % 100:02d}",
                    "closedate": iso(closes),
                    "createdate": iso(opened),
                    "deal_currency_code": "USD",
                    "dealname": f"{person.name}, {plan.product.name} × {seats}",
                    "dealstage": stage,
                    "hs_is_closed": str(closed).lower(),
                    "hs_is_closed_won": str(stage == "closedwon").lower(),
                    "hs_lastmodifieddate": iso(changed),
                    "hs_object_id": id_,
                    "hubspot_owner_id": pick(rng, _OWNERS)[0],
                    "pipeline": "default",
                },
                "createdAt": iso(opened),
                "updatedAt": iso(changed),
                "archived": False,
                "associations": {
                    "contacts": {"results": [{"id": person.contact_id, "type": "deal_to_contact"}]},
                },
            },
        )

    def write_owners(self) -> None:
        """Write the people deals belong to."""
        joined = iso(self._start - 25 * DAY)
        for id_, first, last in _OWNERS:
            owner: dict[str, Any] = {
                "id": id_, "email": f"{first}.{last}@company.example.com".lower(), "type": "PERSON",
                "firstName": first, "lastName": last, "userId": 9000 + int(id_),
                "userIdIncludingInactive": 9000 + int(id_), "createdAt": joined, "updatedAt": joined,
                "archived": False,
            }  # fmt: skip
            self._sink.write("hubspot/owners", owner)
