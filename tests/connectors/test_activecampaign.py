"""ActiveCampaign followed: what each sync asks for, and lists that move while they are read, played into a Postgres."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from connectors.activecampaign import follow
from connectors.activecampaign.client import ActiveCampaignApi
from connectors.activecampaign.source import CONNECTOR
from connectors.activecampaign.tables import TABLES
from connectors.connector import Connection
from connectors.errors import ConfigError, StopError
from connectors.registry import SyncResult, sync
from connectors.sandbox.activecampaign_api import ActiveCampaignError
from connectors.sandbox.activecampaign_settings import ActiveCampaignSettings
from connectors.sandbox.activecampaign_world import ActiveCampaignWorld
from connectors.sandbox.serving import serving
from connectors.sandbox.settings import Settings
from connectors.sandbox.world import World
from connectors.warehouse import resolve
from tests.connectors.scripted_server import Answer, scripted

HOUR, DAY = 3_600, 86_400
CONNECTION = Connection("activecampaign")
CONTACTS, TAGS = (next(table for table in TABLES if table.name == name) for name in ("contacts", "contact_tags"))


class Account(ActiveCampaignWorld):
    """A world that does something just before the n-th answer from a list, and its clock."""

    def __init__(self) -> None:
        super().__init__()
        self.before: dict[str, Any] = {}
        self.clock: Any = None

    def shown(self, name: str) -> Sequence[dict[str, Any]]:
        if self.before.get(name):
            self.before[name].pop(0)()
        return super().shown(name)

    def contact(self, id_: int, email: str | None = None, at: float | None = None) -> None:
        when = datetime.fromtimestamp(at or self.clock.now() - 30 * DAY, UTC).isoformat()
        self.put("contacts", {"id": str(id_), "email": email or f"p{id_}@x.org", "cdate": when, "udate": when})

    def tag(self, id_: int, contact: int = 1, tag: int = 1) -> None:
        cdate = datetime.fromtimestamp(self.clock.now(), UTC).isoformat()
        self.put("contact_tags", {"id": str(id_), "contact": str(contact), "tag": str(tag), "cdate": cdate})


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with ExitStack() as stack:

        def start(**settings: Any) -> Account:
            account = Account()
            others = {"activecampaign": ActiveCampaignSettings(**settings)}
            world = World(settings=replace(Settings(), others=others), others={"activecampaign": account})
            account.clock = world.clock
            world.clock.stop(at=datetime.now(UTC).timestamp() - 2 * HOUR)
            account.contact(1)
            for name, value in stack.enter_context(serving(world)).env.items():
                monkeypatch.setenv(name, value)
            return account

        yield start


def run(*tables: str) -> SyncResult:
    return sync(CONNECTOR, CONNECTION, resolve(), tables=tables or None)


def written(result: SyncResult) -> dict[str, int]:
    return {table.table: table.written for table in result.tables if table.written}


def living(url: str, table: str) -> set[int]:
    with psycopg.connect(url) as db:
        return {int(i) for (i,) in db.execute(f"select id from raw_activecampaign.{table} where not is_deleted")}


def test_a_changed_contact_is_asked_for_alone_and_its_former_address_stays(warehouse_url: str, play) -> None:
    account = play()
    for n in range(1, 251):
        account.contact(n)
    run("contacts")
    assert len(account.asked) == 4, "three pages and the end"
    account.asked.clear()
    account.contact(77, "new@x.org", at=account.clock.now())
    account.clock.advance(HOUR)
    assert written(run("contacts")) == {"contacts": 1}
    assert len(account.asked) == 2 and all("updated_after" in asked for asked in account.asked)
    with psycopg.connect(warehouse_url) as db:
        past = db.execute("select id, data from raw_activecampaign.contacts_past").fetchall()
    assert past == [("77", {"email": "p77@x.org"})]


def test_additions_are_seen_at_the_next_sync_and_removals_within_a_day(warehouse_url: str, play) -> None:
    account = play()
    account.clock.advance(-DAY)
    for n in range(1, 301):
        account.tag(n)
    run("contacts", "contact_tags")
    account.asked.clear()
    account.remove("contact_tags", 300)
    account.tag(301)
    with psycopg.connect(warehouse_url) as db:
        db.execute("update ingest.cursors set cursor = now()::text where name like '% whole'")
    assert written(run("contact_tags")) == {"contact_tags": 1}
    assert len(account.asked) == 1, "newest first, down to what is known"
    with psycopg.connect(warehouse_url) as db:
        db.execute("update ingest.cursors set cursor = (now() - interval '25 hours')::text where name like '% whole'")
    account.clock.advance(DAY)
    assert written(run("contact_tags")) == {"contact_tags": 1}
    with psycopg.connect(warehouse_url) as db:
        gone = db.execute("select id, version from raw_activecampaign.contact_tags where is_deleted").fetchall()
    assert gone == [("300", int(account.clock.now()) * 1_000_000)], "dated by the vendor's clock"
    assert living(warehouse_url, "contact_tags") == set(account.lists["contact_tags"])


def test_rows_that_move_up_while_a_list_is_read_are_not_missed_nor_taken_for_gone(warehouse_url: str, play) -> None:
    account = play()
    for n in range(1, 401):
        account.tag(n)
    run("contact_tags")
    with psycopg.connect(warehouse_url) as db:
        db.execute("update ingest.cursors set cursor = '2020-01-01T00:00:00+00:00' where name like '% whole'")

    def delete(*ids: int):
        return lambda: [account.remove("contact_tags", n) for n in ids]

    account.before["contact_tags"] = [delete(), delete(*range(1, 61)), delete(), delete(*range(61, 66))]
    account.clock.advance(HOUR)
    run("contact_tags")
    # What was deleted after it had been shown stays until the next reading; nothing that is there is buried.
    assert living(warehouse_url, "contact_tags") >= set(account.lists["contact_tags"])
    with psycopg.connect(warehouse_url) as db:
        db.execute("update ingest.cursors set cursor = '2020-01-01T00:00:00+00:00' where name like '% whole'")
    run("contact_tags")
    assert living(warehouse_url, "contact_tags") == set(account.lists["contact_tags"])


def test_a_list_that_shrinks_below_the_place_where_it_is_read_is_gone_back_over(play) -> None:
    account = play()
    for n in range(1, 161):
        account.tag(n)
    account.before["contact_tags"] = [
        lambda: None,
        lambda: [account.remove("contact_tags", n) for n in range(1, 116)],
    ]
    steps = list(ActiveCampaignApi(CONNECTION).walk(TAGS))
    assert {int(obj["id"]) for step in steps for obj in step.page.objects} >= set(range(116, 161))
    assert not steps[-1].page.has_more


def test_a_list_that_shows_less_than_it_says_it_has_buries_nothing(
    warehouse_url: str, play, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = play()
    account.clock.advance(-2 * DAY)
    for n in range(1, 121):
        account.tag(n)
    run("contact_tags")
    ask = ActiveCampaignApi._ask

    def overstated(api: Any, table: Any, query: Any) -> Any:
        page, total = ask(api, table, query)
        return page, total + 5

    account.remove("contact_tags", 1)
    with monkeypatch.context() as patch:
        patch.setattr(ActiveCampaignApi, "_ask", overstated)
        again = run("contact_tags")
    assert again.notes == ("contact_tags was not shown whole, so nothing of it was taken for gone.",)
    assert len(living(warehouse_url, "contact_tags")) == 120
    assert again.requests == 3, "it does not search on for what is not there"


def test_an_order_that_is_ignored_is_noticed_and_the_list_read_whole(warehouse_url: str, play) -> None:
    account = play()
    for n in range(1, 151):
        account.tag(n)
    run("contact_tags")
    account.heeds_order = False
    account.tag(151)
    account.remove("contact_tags", 3)
    account.clock.advance(HOUR)
    again = run("contact_tags")
    assert again.notes == ("contact_tags did not come newest first, so it was read whole.",)
    assert living(warehouse_url, "contact_tags") == set(account.lists["contact_tags"])


def test_a_killed_history_goes_on_where_it_stopped(
    warehouse_url: str, play, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    account = play()
    for n in range(1, 451):
        account.contact(n)
        account.tag(n, contact=n)
    monkeypatch.setattr(follow, "BATCH_ROWS", 100)

    def fail() -> None:
        raise ActiveCampaignError(404, "not now")

    for name, begins in (("contacts", "id_greater=200"), ("contact_tags", "offset=194")):
        account.before[name] = [lambda: None] * 3 + [fail]
        with pytest.raises(StopError, match="not now"):
            run(name)
        account.asked.clear()
        run(name)
        assert begins in account.asked[0]
        assert living(warehouse_url, name) == set(account.lists[name])


def test_the_limit_of_the_account_is_kept_and_part_of_it_left_to_others(play) -> None:
    account = play(requests_per_second=2)
    for n in range(1, 401):
        account.contact(n)
    api = ActiveCampaignApi(CONNECTION)
    assert api.budget.allowed == pytest.approx(1.6)
    assert sum(len(step.page.objects) for step in api.walk(CONTACTS)) == 400
    assert (api.budget.sent, account.refused) == (5, 0)


def test_settings_that_cannot_be_are_named(play, monkeypatch: pytest.MonkeyPatch) -> None:
    play()
    for name, wrong in (("API_URL", "youraccount"), ("RATE_LIMIT", "fast")):
        with monkeypatch.context() as patch, pytest.raises(ConfigError, match=f"SOURCES__ACTIVECAMPAIGN__{name}"):
            patch.setenv(f"SOURCES__ACTIVECAMPAIGN__{name}", wrong)
            ActiveCampaignApi(CONNECTION)
    monkeypatch.setenv("SOURCES__ACTIVECAMPAIGN__API_URL", "https://shop.api-us1.com/api/3/")
    assert CONNECTOR.probe
    assert CONNECTOR.probe(CONNECTION).title == "shop.api-us1.com (Sandy Box)"
    monkeypatch.setenv("SOURCES__ACTIVECAMPAIGN__API_TOKEN", "secret-and-wrong")
    with pytest.raises(ConfigError, match="SOURCES__ACTIVECAMPAIGN__API_TOKEN") as refused:
        CONNECTOR.probe(CONNECTION)
    assert "secret-and-wrong" not in str(refused.value)


def test_an_address_is_the_accounts_over_https_or_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCES__ACTIVECAMPAIGN__API_TOKEN", "token")
    with scripted(Answer({"user": {"firstName": "Sandy"}})) as script:
        monkeypatch.setenv("SOURCES__ACTIVECAMPAIGN__API_URL", script.url)
        assert ActiveCampaignApi(CONNECTION).me() == {"firstName": "Sandy"}
        assert script.asked[0].path == "/api/3/users/me"
    for address in ("http://shop.api-us1.com", "shop.api-us1.com", "https://shop.api-us1.com/admin"):
        monkeypatch.setenv("SOURCES__ACTIVECAMPAIGN__API_URL", address)
        with pytest.raises(ConfigError, match="is no address such as"):
            ActiveCampaignApi(CONNECTION)


DATE = {"Date": "Mon, 23 Nov 2026 00:00:00 GMT"}


def test_another_server_is_refused(play, monkeypatch: pytest.MonkeyPatch) -> None:
    play()
    with (
        scripted(Answer({"hello": 1}, headers=DATE)) as script,
        pytest.raises(StopError, match="no `contacts` of objects"),
    ):
        monkeypatch.setenv("SOURCES__ACTIVECAMPAIGN__BASE_URL", script.url)
        list(ActiveCampaignApi(CONNECTION).walk(CONTACTS))


def walked(script: Any, monkeypatch: pytest.MonkeyPatch, table: Any) -> list[Any]:
    monkeypatch.setenv("SOURCES__ACTIVECAMPAIGN__BASE_URL", script.url)
    monkeypatch.setenv("SOURCES__ACTIVECAMPAIGN__RATE_LIMIT", "100000")
    steps = list(ActiveCampaignApi(CONNECTION).walk(table))
    assert not steps[-1].page.has_more
    return sorted({obj["id"] for step in steps for obj in step.page.objects}, key=int)


@pytest.mark.parametrize("ids", [[1, 2, 3, 4], [4, 2, 3, 1]])
def test_contacts_come_by_offset_where_paging_by_id_is_not_heeded(
    play, monkeypatch: pytest.MonkeyPatch, ids: list[int]
) -> None:
    play()
    page = {"contacts": [{"id": id_} for id_ in ids], "meta": {"total": 4}}
    with scripted(Answer(page, headers=DATE)) as script:
        assert walked(script, monkeypatch, CONTACTS) == [1, 2, 3, 4]
    assert script.asked[-1].query["offset"] == ["0"]


@pytest.mark.parametrize("meta", [{}, {"meta": []}, {"meta": {"total": None}}])
def test_a_list_that_does_not_say_how_long_it_is_is_read_to_its_end(
    play, monkeypatch: pytest.MonkeyPatch, meta: dict[str, Any]
) -> None:
    play()

    def page(*ids: int) -> Answer:
        return Answer({"contactTags": [{"id": str(id_)} for id_ in ids], **meta}, headers=DATE)

    with scripted(page(*range(1, 101)), page(*range(98, 121)), page(118, 119, 120)) as script:
        assert len(walked(script, monkeypatch, TAGS)) == 120
    assert [asked.query["offset"] for asked in script.asked] == [["0"], ["97"], ["117"]]
