"""Persons against an independent union-find, on contacts nobody would think of."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dbt_project.dbt_runs import Dbt

Key = tuple[str, str]
CONTACTS = st.integers(1, 9).map(str)
CONNECTIONS = st.sampled_from(["hubspot", "kit"])
KEYS = st.tuples(CONNECTIONS, CONTACTS)
ADDRESSES = st.lists(st.tuples(KEYS, st.sampled_from("abcde"), st.sampled_from(["primary", "additional", "former"])))
MERGES = st.lists(st.tuples(KEYS, CONTACTS), max_size=4)


@pytest.fixture(scope="module")
def components(new_database: Callable[[], str], dbt: Dbt) -> Iterator[tuple[psycopg.Connection[Any], str]]:
    """A database with empty contacts, and the SQL of int_contact_components over it."""
    url = new_database()
    result = dbt.run(url, "run", "--select", "+int_contact_components")
    assert result.success, result.exception
    sql = next(r.node.compiled_code for r in result.result if r.node.name == "int_contact_components")
    with psycopg.connect(url, autocommit=True) as db:
        yield db, sql


def persons_by_union_find(born: dict[Key, int], edges: list[tuple[Key, Key]]) -> dict[Key, str]:
    """Each contact's person, named after its oldest contact; those only a merge names are the youngest."""
    group = {key: {key} for key in {*born, *(key for edge in edges for key in edge)}}
    for one, other in edges:
        if group[one] is not group[other]:
            group[one] |= group[other]
            for key in group[other]:
                group[key] = group[one]
    oldest = {key: min(keys, key=lambda k: (k not in born, born.get(k, 0), k)) for key, keys in group.items()}
    return {key: ":".join(name) for key, name in oldest.items()}


@given(born=st.dictionaries(KEYS, st.integers(0, 3), min_size=1), addresses=ADDRESSES, merges=MERGES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_persons_are_the_components_an_independent_union_find_finds(
    components: tuple[psycopg.Connection[Any], str],
    born: dict[Key, int],
    addresses: list[tuple[Key, str, str]],
    merges: list[tuple[Key, str]],
) -> None:
    db, sql = components
    held = [row for row in addresses if row[0] in born]
    known_merges = [(key, merged) for key, merged in merges if key in born]
    edges = [(key, (key[0], merged)) for key, merged in known_merges]
    current = [(key, address) for key, address, kind in held if kind != "former"]
    edges += [(one, other) for one, a in current for other, b in current if a == b]
    with db.transaction(force_rollback=True):
        for (connection, contact), day in born.items():
            db.execute(
                "insert into intermediate.int_contacts (connection, contact_id, created_at)"
                " values (%s, %s, timestamptz '2026-01-01' + %s * interval '1 day')",
                [connection, contact, day],
            )
        for (connection, contact), address, kind in held:
            db.execute(
                "insert into intermediate.int_contact_emails (connection, contact_id, email_normalized, email_kind)"
                " values (%s, %s, %s, %s)",
                [connection, contact, address, kind],
            )
        for (connection, contact), merged in known_merges:
            db.execute(
                "insert into intermediate.int_contact_merges (connection, contact_id, merged_contact_id)"
                " values (%s, %s, %s)",
                [connection, contact, merged],
            )
        found = db.execute(f"select connection, contact_id, person_id from ({sql}) as components").fetchall()
    assert {(row[0], row[1]): row[2] for row in found} == persons_by_union_find(born, edges)
