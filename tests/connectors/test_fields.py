"""Fields that a vendor's objects gain or lose, seen in samples of what every sync reads."""

from collections import Counter
from datetime import UTC, datetime

import psycopg
import pyarrow as pa
import pytest

from connectors.connector import Connection
from connectors.sync import fields, ledger
from connectors.sync.fields import LEAST_OBJECTS, Changes, Sample, sample

AT = datetime(2026, 3, 1, tzinfo=UTC)
STRIPE = Connection("stripe")


@pytest.fixture
def db(warehouse_url: str) -> psycopg.Connection:
    connection = psycopg.connect(warehouse_url, autocommit=True)
    ledger.create(connection)
    return connection


def seen(*names: str, objects: int = LEAST_OBJECTS, **some: int) -> Sample:
    """So many objects that all have the fields `names`, and some of them the others."""
    return Sample(objects, Counter({**dict.fromkeys(names, objects), **some}))


def note(db: psycopg.Connection, what: Sample) -> Changes:
    return fields.note(db, STRIPE, "charges", what, AT)


def test_the_first_look_tells_of_nothing_and_later_ones_of_what_came_and_went(db: psycopg.Connection) -> None:
    assert note(db, seen("id", "amount")) == Changes()
    assert note(db, seen("id", "amount")) == Changes()
    assert note(db, seen("id", "amount", "surcharge")) == Changes(new=("surcharge",))
    assert note(db, seen("id", "surcharge")) == Changes(gone=("amount",))
    assert note(db, seen("id", "surcharge")) == Changes()
    assert note(db, seen("id", "amount", "surcharge")) == Changes(new=("amount",))


def test_a_field_that_only_some_objects_have_is_never_taken_for_gone(db: psycopg.Connection) -> None:
    note(db, seen("id", "coupon"))
    assert note(db, seen("id", coupon=3)) == Changes()
    assert note(db, seen("id")) == Changes()


def test_a_few_objects_without_a_field_prove_nothing(db: psycopg.Connection) -> None:
    note(db, seen("id", "amount"))
    assert note(db, seen("id", objects=LEAST_OBJECTS - 1)) == Changes()
    assert note(db, Sample()) == Changes()


def test_tombstones_are_not_looked_into() -> None:
    rows = pa.table({"data": ['{"id": 1, "old": 2}', '{"id": 2}'], "is_deleted": [True, False]})
    assert sample(rows) == Sample(1, Counter({"id": 1}))
