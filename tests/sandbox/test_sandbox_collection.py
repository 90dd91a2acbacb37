import random

import pytest

from connectors.sandbox.collection import Between, Collection, Wanted

COLUMNS = ("status", "tags", "due")


class Model:
    """The same list kept the plain way: (created, order of arrival, id, cells), sorted when asked."""

    def __init__(self):
        self.rows, self.arrivals = {}, 0

    def insert(self, created, id_, cells):
        self.arrivals += 1
        self.rows[id_] = (created, self.arrivals, cells)

    def newest_first(self):
        return sorted(self.rows, key=lambda id_: self.rows[id_][:2], reverse=True)


def cells(draw):
    return (draw.choice("abc"), tuple(draw.sample("xyz", 2)), draw.choice([None, 5, 9]))


@pytest.fixture
def both():
    """A collection and its model after the same 600 random inserts, replacements and removals."""
    draw, model = random.Random(3), Model()
    collection = Collection(columns=COLUMNS)
    collection.mentions("status", "a")  # a posting that exists from the start must be kept up to date
    for step in range(600):
        id_ = f"id_{step}"
        if step % 5 == 3 and model.rows:
            id_ = draw.choice(list(model.rows))
            del model.rows[id_]
            collection.remove(id_)
        elif step % 5 == 4:
            id_ = draw.choice(list(model.rows))
            created, arrival, _ = model.rows[id_]
            model.rows[id_] = (created, arrival, cells(draw))
            collection.replace(id_, id_.encode(), model.rows[id_][2])
        else:
            created, new = draw.randrange(-5, 30), cells(draw)
            model.insert(created, id_, new)
            collection.insert(created, id_, id_.encode(), new)
    return collection, model


def test_pages_after_any_changes_are_those_of_a_plain_sorted_list(both):
    collection, model = both
    draw = random.Random(4)
    for _ in range(300):
        low, high = sorted((draw.randrange(-6, 31), draw.randrange(-6, 31)))
        status, tag, limit = draw.choice(["", "a", "b"]), draw.choice(["", "x"]), draw.choice([1, 7, 1000])
        due = draw.choice([None, 6])
        window = collection.window(gt=low, lte=high)
        wanted = [Wanted(c, frozenset({v})) for c, v in (("status", status), ("tags", tag)) if v]
        page, more = collection.page(window, wanted, [] if due is None else [Between("due", due, None)], limit)
        expected = [
            id_
            for id_ in model.newest_first()
            if low < model.rows[id_][0] <= high
            and status in ("", model.rows[id_][2][0])
            and (not tag or tag in model.rows[id_][2][1])
            and (due is None or (model.rows[id_][2][2] or 0) >= due)
        ]
        assert [collection.ids[p] for p in page] == expected[:limit]
        assert more == (len(expected) > limit)


@pytest.mark.parametrize("limit", [1, 7, 50])
def test_walking_by_cursors_visits_every_object_once_in_both_directions(both, limit):
    collection, model = both

    def walk(cursor):
        seen, last = [], ""
        while True:
            window = collection.window()
            collection.beyond(window, **{"starting_after": "", "ending_before": "", cursor: last})
            page, more = collection.page(window, [], [], limit)
            ids = [collection.ids[p] for p in page]
            seen = [*seen, *ids] if cursor == "starting_after" else [*ids, *seen]
            if not more:
                return seen
            last = ids[-1] if cursor == "starting_after" else ids[0]

    expected = model.newest_first()
    assert walk("starting_after") == expected
    oldest = expected[-1]
    window = collection.window()
    collection.beyond(window, "", oldest)
    page, _ = collection.page(window, [], [], 1000)
    assert [collection.ids[p] for p in page] == expected[:-1]


def test_a_removed_objects_place_can_still_be_paged_from(both):
    collection, model = both
    expected = model.newest_first()
    middle = len(expected) // 2
    collection.remove(expected[middle])
    for cursor, rest in (("starting_after", expected[middle + 1 :]), ("ending_before", expected[:middle])):
        window = collection.window()
        collection.beyond(window, **{"starting_after": "", "ending_before": "", cursor: expected[middle]})
        assert [collection.ids[p] for p in collection.page(window, [], [], 1000)[0]] == rest


def test_values_gone_from_every_object_are_mentioned_no_more():
    collection = Collection.build([(1, "a", b"a", ("open",)), (2, "b", b"b", ("paid",))], ["status"])
    assert collection.mentions("status", "open")
    collection.replace("a", b"a", ("paid",))
    assert not collection.mentions("status", "open")
    assert list(collection.values("status")) == ["paid"]
