"""Website events from Postgres schemas as three vendors fill them, and from files, into a real Postgres."""

import gzip
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from connectors import warehouse_address
from connectors.connector import Connection
from connectors.errors import ConfigError
from connectors.sync.run import SyncResult, sync
from connectors.warehouse import resolve
from connectors.web_events.source import CONNECTOR, probe

SEGMENT = """
create schema javascript;
create table javascript.pages (id varchar primary key, anonymous_id varchar, user_id varchar, url varchar,
  title varchar,
  type varchar, context_campaign_name varchar, "timestamp" timestamptz, received_at timestamptz, uuid_ts timestamptz);
create table javascript.identifies (id varchar primary key, anonymous_id varchar, user_id varchar, email varchar,
  "timestamp" timestamptz, received_at timestamptz, uuid_ts timestamptz);
create table javascript.tracks (id varchar primary key, anonymous_id varchar, user_id varchar, event varchar,
  "timestamp" timestamptz, received_at timestamptz, uuid_ts timestamptz);
insert into javascript.pages
  select 'p' || n, 'a' || n % 3, null, 'https://x.com/' || n, 'T', 'article', 'spring', t, t, t + interval '5 minutes'
  from generate_series(1, 25) n, lateral (select timestamptz '2026-01-01 00:00+00' + n * interval '1 hour' as t) times;
insert into javascript.identifies values ('i1', 'a1', 'u1', 'a@x.com', '2026-01-02', '2026-01-02', '2026-01-02');
insert into javascript.tracks values ('t1', 'a1', 'u1', 'signed_up', '2026-01-02', '2026-01-02', '2026-01-02');
"""
JITSU = """
create schema jitsu;
create table jitsu.events (message_id text primary key, type text, event text, anonymous_id text, user_id text,
  context_page_url text, context_traits_email text, "timestamp" timestamp, received_at timestamp);
insert into jitsu.events values
  ('p1', 'page', null, 'a1', null, 'https://x.com/', null, '2026-01-01 10:00', '2026-01-01 10:01'),
  ('i1', 'identify', null, 'a1', 'u1', null, 'a@x.com', '2026-01-01 10:02', '2026-01-01 10:03'),
  ('t1', 'track', 'signed_up', 'a1', 'u1', null, null, '2026-01-01 10:02', '2026-01-01 10:03'),
  ('g1', 'group', null, 'a1', 'u1', null, null, '2026-01-01 10:02', '2026-01-01 10:03'),
  ('n1', 'page', null, null, null, 'https://x.com/', null, '2026-01-01 10:02', '2026-01-01 10:03');
"""
RUDDER = """
create schema "Shop Site";
create table "Shop Site".pages (id text primary key, anonymous_id text, user_id text, context_page_url text,
  context_traits_email text, original_timestamp timestamptz, "timestamp" timestamptz, sent_at timestamptz,
  received_at timestamptz, uuid_ts timestamptz);
insert into "Shop Site".pages values ('p1', 'a1', 'u1', 'https://x.com/?utm_source=x', 'a@x.com', '2026-01-01',
  '2026-01-01', '2026-01-01', '2026-01-01', '2026-01-01');
"""


def message(number: int, **fields: object) -> dict:
    page = {"url": f"https://x.com/{number}", "referrer": "https://google.com"}
    return {"type": "page", "messageId": f"m{number}", "anonymousId": "a1", "timestamp": "2026-01-31T16:15:00Z",
            "context": {"page": page}} | fields  # fmt: skip


def lines(*messages: dict) -> str:
    return "".join(json.dumps(one) + "\n" for one in messages)


@pytest.fixture
def db(warehouse_url: str) -> psycopg.Connection:
    return psycopg.connect(warehouse_url, autocommit=True)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "events").mkdir()
    monkeypatch.setenv("SOURCES__WEB_EVENTS__SOURCE", str(tmp_path / "events"))
    return tmp_path / "events"


def run() -> SyncResult:
    return sync(CONNECTOR, Connection("web_events"), resolve())


def counts(result: SyncResult, what: str) -> dict[str, int]:
    return {table.table: getattr(table, what) for table in result.tables}


def held(db: psycopg.Connection, table: str) -> dict[str, dict]:
    return dict(db.execute(f"select id, data from raw_web_events.{table} where not is_deleted").fetchall())


def refused(db: psycopg.Connection) -> list[str]:
    return [reason for (reason,) in db.execute("select reason from ingest.quarantine order by 1").fetchall()]


def test_segments_schema_is_read_once_and_then_by_load_time(
    db: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    db.execute(SEGMENT)
    monkeypatch.setenv("SOURCES__WEB_EVENTS__SOURCE", "warehouse://javascript")
    assert counts(run(), "written") == {"pages": 25, "identifies": 1, "tracks": 1}
    assert held(db, "pages")["p1"] == {
        "id": "p1", "anonymous_id": "a1", "url": "https://x.com/1", "title": "T", "type": "article",
        "context_campaign_name": "spring", "timestamp": "2026-01-01T01:00:00+00:00",
        "received_at": "2026-01-01T01:00:00+00:00", "uuid_ts": "2026-01-01T01:05:00+00:00",
    }  # fmt: skip
    again = run()
    assert counts(again, "written") == {"pages": 0, "identifies": 0, "tracks": 0}
    assert counts(again, "read") == {"pages": 4, "identifies": 1, "tracks": 1}  # loaded in the last three hours
    db.execute(
        "insert into javascript.pages (id, anonymous_id, timestamp, uuid_ts) values"
        " ('late', 'a1', '2025-12-01', '2026-01-01 23:00+00'), ('new', 'a1', '2026-01-03', '2026-01-03')"
    )
    assert counts(run(), "written") == {"pages": 2, "identifies": 0, "tracks": 0}
    assert len(held(db, "pages")) == 27


def test_jitsus_one_table_is_taken_apart_by_type(db: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    db.execute(JITSU)
    monkeypatch.setenv("SOURCES__WEB_EVENTS__SOURCE", "warehouse://jitsu")
    result = run()
    assert counts(result, "written") == {"pages": 1, "identifies": 1, "tracks": 1}
    assert result.notes == ("messages not kept: 1 of type group",)
    assert refused(db) == ["jitsu.events: it names nobody; anonymousId or userId is expected"]
    assert held(db, "identifies")["i1"]["context_traits_email"] == "a@x.com"


def test_rudderstacks_schema_in_another_database_and_a_role_that_may_only_read(
    db: psycopg.Connection, cluster: str, warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    db.execute(RUDDER)
    name = f"reader_{os.getpid()}_{id(db)}"
    db.execute(f"create role {name} login password 's3cret'")
    try:
        address = warehouse_address.parse(warehouse_url)
        own = f"postgresql://{name}:s3cret@{address.host}:{address.port}/{address.dbname}?schema=Shop%20Site"
        monkeypatch.setenv("SOURCES__WEB_EVENTS__SOURCE", own)
        with pytest.raises(ConfigError, match=f"grant select on all tables in schema Shop Site to {name}"):
            run()
        db.execute(
            f'grant usage on schema "Shop Site" to {name}; grant select on all tables in schema "Shop Site" to {name}'
        )
        assert counts(run(), "written") == {"pages": 1, "identifies": 0, "tracks": 0}
        monkeypatch.setenv("SOURCES__WEB_EVENTS__SOURCE", own.replace("s3cret", "wr0ng"))
        with pytest.raises(ConfigError, match="SOURCES__WEB_EVENTS__SOURCE does not let us in") as no:
            run()
        assert "wr0ng" not in str(no.value)
    finally:
        db.execute(f"drop owned by {name}; drop role {name}")


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("warehouse://nowhere", "holds no table pages, identifies, tracks or events"),
        ("warehouse://", "names no schema"),
        ("postgresql://u:p@127.0.0.1:1/db", "names no schema"),
        ("postgresql://u:p@127.0.0.1:1/db?schema=x", "does not let us in"),
        ("/no/such/folder", "names no folder"),
    ],
)
def test_a_source_that_leads_nowhere_is_refused_with_its_variable(
    warehouse_url: str, monkeypatch: pytest.MonkeyPatch, source: str, says: str
) -> None:
    monkeypatch.setenv("SOURCES__WEB_EVENTS__SOURCE", source)
    for look in (run, lambda: probe(Connection("web_events"))):
        with pytest.raises(ConfigError, match=says) as no:
            look()
        assert "SOURCES__WEB_EVENTS__SOURCE" in str(no.value)


def test_files_of_messages_land_by_type_and_bad_lines_are_kept_aside(folder: Path, db: psycopg.Connection) -> None:
    identify = {"type": "identify", "messageId": "i1", "anonymousId": "a1", "traits": {"email": "a@x.com"},
                "timestamp": "2026-01-31T16:15:00.123456789Z"}  # fmt: skip
    (folder / "2026-01-31.jsonl.gz").write_bytes(gzip.compress(lines(message(1), identify, message(1)).encode()))
    (folder / "flat.csv").write_text(
        "messageId,type,anonymousId,timestamp,context.page.url\nc1,page,a1,2026-01-31,https://x.com/c\n"
    )
    bad = [message(2, type="page", timestamp="31/01/2026"), message(3, type="video"), {"type": "page"}]
    (folder / "bad.jsonl").write_text(lines(*bad, message(4, type="screen")) + '{"type": "pa\n' + "[1]\n")
    result = run()
    assert counts(result, "written") == {"pages": 2, "identifies": 1, "tracks": 0}
    assert held(db, "pages")["c1"]["context"] == {"page": {"url": "https://x.com/c"}}
    assert result.notes == ("messages not kept: 1 of type screen",)
    said = refused(db)
    assert [text.split(";")[0] for text in said] == [
        "bad.jsonl, line 1: its time is '31/01/2026', expected ISO 8601, such as 2026-01-31T16:15:00Z",
        "bad.jsonl, line 2: type is 'video', expected one of page, identify, track, screen, group, alias",
        "bad.jsonl, line 3: it has no id",
        said[3].split(";")[0],
        "bad.jsonl, line 6: JSON, but no object",
    ]
    assert said[3].startswith("bad.jsonl, line 5: no JSON (")


def test_a_file_taken_away_leaves_its_events_where_they_are(folder: Path, db: psycopg.Connection) -> None:
    (folder / "one.jsonl").write_text(lines(message(1)))
    (folder / "two.jsonl").write_text(lines(message(2)))
    run()
    (folder / "one.jsonl").unlink()
    (folder / "two.jsonl").write_text(lines(message(3)))
    os.utime(folder / "two.jsonl", (datetime(2027, 1, 1, tzinfo=UTC).timestamp(),) * 2)
    run()
    assert held(db, "pages").keys() == {"m1", "m2", "m3"}
