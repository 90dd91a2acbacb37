"""A folder of files as a connector, into a real Postgres: what lands, what is refused, what is read again."""

import csv
import gzip
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fsspec
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.connector import Connection
from connectors.errors import ConfigError
from connectors.files.contract import columns_table
from connectors.files.currencies import EXPONENTS
from connectors.files.source import CONNECTOR, probe, tables_of
from connectors.folders.fitting import each
from connectors.folders.listing import File
from connectors.sync.run import SyncResult, sync
from connectors.warehouse import resolve

ORDERS = "id,email,currency,amount,date_created\n"


class Shelf:
    """The folder and what the warehouse holds of it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url, self.day = folder, url, 1

    def put(self, name: str, text: str | bytes, day: int | None = None) -> Path:
        """Write a file, a day later than the one before unless said."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        self.day += 1
        seconds = datetime(2026, 1, day or self.day, tzinfo=UTC).timestamp()
        os.utime(path, (seconds, seconds))
        return path

    def sync(self) -> SyncResult:
        return sync(CONNECTOR, Connection("files"), resolve())

    def rows(self, table: str) -> dict[str, dict]:
        """The living rows, without our own marks."""
        with psycopg.connect(self.url) as db:
            found = db.execute(f"select id, data from raw_files.{table} where not is_deleted").fetchall()
        return {i: {k: v for k, v in data.items() if not k.startswith("_")} for i, data in found}

    def refused(self) -> list[str]:
        with psycopg.connect(self.url) as db:
            return [r for (r,) in db.execute("select reason from ingest.quarantine order by data->>'line', reason")]


@pytest.fixture
def shelf(tmp_path: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    folder = tmp_path / "exports"
    folder.mkdir()
    monkeypatch.setenv("SOURCES__FILES__URL", str(folder))
    return Shelf(folder, warehouse_url)


def written(result: SyncResult) -> dict[str, int]:
    return {table.table: table.written for table in result.tables if table.written}


def test_each_format_lands_the_same_records(shelf: Shelf) -> None:
    shelf.put(
        "orders.csv", "\ufeffid;Email;currency;amount;date_created\r\n1;a@x.com;usd;19.99;2026-01-31 16:15:00\r\n"
    )
    line = {"id": 2, "email": "b@x.com", "currency": "JPY", "amount": 500, "date_created": "2026-01-31"}
    shelf.put("2026/orders_january.jsonl.gz", gzip.compress(json.dumps(line).encode() + b"\n"))
    table = pa.table({"id": ["3"], "contact_id": ["c"], "currency": ["kwd"], "amount": [1.234],
                      "date_created": [datetime(2026, 1, 31, 15, tzinfo=UTC)]})  # fmt: skip
    pq.write_table(table, shelf.folder / "orders-more.parquet")
    shelf.put(
        "orders/any name.tsv", "id\temail\tcurrency\tamount\tdate_created\n4\td@x.com\teur\t1\t2026-01-31T00:00Z\n"
    )
    assert written(shelf.sync()) == {"orders": 4}
    assert shelf.rows("orders") == {
        "1": {"id": "1", "email": "a@x.com", "currency": "usd", "amount": "19.99",
              "date_created": "2026-01-31 16:15:00"},
        "2": line,
        "3": {"id": "3", "contact_id": "c", "currency": "kwd", "amount": "1.234",
              "date_created": "2026-01-31T15:00:00+00:00"},
        "4": {"id": "4", "email": "d@x.com", "currency": "eur", "amount": "1", "date_created": "2026-01-31T00:00Z"},
    }  # fmt: skip
    assert shelf.refused() == []


def test_what_does_not_fit_is_kept_aside_with_file_line_and_reason_and_the_rest_loads(shelf: Shelf) -> None:
    shelf.put(
        "orders.csv",
        ORDERS
        + "1,a@x.com,usd,19.99,2026-01-31\n"
        + "2,a@x.com,usd,19.999,2026-01-31\n"
        + "3,a@x.com,jpy,19.5,2026-01-31\n"
        + "4,a@x.com,kwd,19.999,2026-01-31\n"
        + "5,a@x.com,usd,19,03/04/2026\n"
        + '6,a@x.com,usd,"1,234.00",2026-01-31\n'
        + "7,a@x.com,btc,1,2026-01-31\n"
        + ",a@x.com,usd,1,2026-01-31\n"
        + "8,,usd,1,2026-01-31\n"
        + "9,a@x.com,usd,1\n"
        + "10,nonsense,usd,1,2026-01-31\n"
        + "11,a@x.com,usd,1,2026-02-30\n"
        + "12,a@x.com,jpy,5.00,2026-01-31\n",
    )
    result = shelf.sync()
    assert shelf.rows("orders").keys() == {"1", "4", "12"}
    assert shelf.refused() == [
        "orders.csv, line 10: none of contact_id, email is given",
        "orders.csv, line 11: 4 fields, but the header has 5",
        "orders.csv, line 12: email is 'nonsense', expected an email address",
        "orders.csv, line 13: date_created is '2026-02-30', expected ISO 8601, 2026-01-31, 2026-01-31 16:15:00 or"
        " 2026-01-31T16:15:00+01:00; without a zone it is UTC",
        "orders.csv, line 3: amount is '19.999', expected at most 2 decimal places and an amount below"
        " 1,000,000,000,000,000",
        "orders.csv, line 4: amount is '19.5', expected at most 0 decimal places and an amount below"
        " 1,000,000,000,000,000",
        "orders.csv, line 6: date_created is '03/04/2026', expected ISO 8601, 2026-01-31, 2026-01-31 16:15:00 or"
        " 2026-01-31T16:15:00+01:00; without a zone it is UTC",
        "orders.csv, line 7: amount is '1,234.00', expected a decimal number in major units, 45.00, with a point and no"
        " more places than the currency has",
        "orders.csv, line 8: currency is 'btc', expected the ISO 4217 code, usd",
        "orders.csv, line 9: id is missing",
    ]
    assert [t.quarantined for t in result.tables if t.table == "orders"] == [10]


def test_hostile_content_neither_stops_the_load_nor_swallows_its_neighbours(shelf: Shelf) -> None:
    row = "a@x.com,usd,1,2026-01-31\n"
    lines = [
        ORDERS.encode(),
        f"1,{row}".encode(),
        b"2,\xff\xfe@x.com,usd,1,2026-01-31\n",
        f'3,"open quote{row}'.encode(),
        f"4,{row}".encode(),
        f"=cmd|'/c calc'!A0,{row}".encode(),
        f"nul\x00l,{row}".encode(),
        b"5," + b"x" * 10_000_000 + b"@x.com,usd,1,2026-01-31\n",
        f"{'6' * 600},{row}".encode(),
        f"7,{row}".encode(),
    ]
    shelf.put("orders.csv", b"".join(lines))
    long = json.dumps({"id": "8", "name": "x" * 10_000_000})
    shelf.put(
        "products.jsonl",
        f'{{"id": "7", "name": "a\\u0000b\\ud800"}}\n{long}\n{{"id": NaN, "name": "n"}}\n{{"id": "9", "name": "n"}}\n',
    )
    shelf.put("refunds.csv.gz", gzip.compress(b"id,order_id,currency,amount,date\n1,1,usd,1,2026-01-31\n" * 500)[:60])
    shelf.put("subscriptions.parquet", b"PAR1 no such thing PAR1")
    shelf.put("contacts.csv", "contact_id,email\n".encode("utf-16"))
    shelf.put("ad_days.csv", "date;spend;Contact\n2026-01-31;1;x\n")
    shelf.sync()
    assert shelf.rows("orders").keys() == {"1", "4", "7", "=cmd|'/c calc'!A0", "nul\ufffdl"}
    assert shelf.rows("products") == {"7": {"id": "7", "name": "a\ufffdb\ufffd"}, "9": {"id": "9", "name": "n"}}
    said = sorted(shelf.refused())
    expected = [
        "ad_days.csv: no column currency, account_id or campaign_id or adset_id or ad_id; found date, spend, Contact",
        "contacts.csv: the file is UTF-16; save it as UTF-8",
        "orders.csv, line 3: not UTF-8; save the file as UTF-8",
        "orders.csv, line 4: no CSV (",
        "orders.csv, line 8: no CSV (field larger than field limit (131072)); is a quote not closed?",
        "orders.csv, line 9: its id is longer than 500 characters",
        "products.jsonl, line 2: the line is longer than 1,000,000 bytes",
        "products.jsonl, line 3: no JSON (NaN is no number)",
        "refunds.csv.gz: the file breaks off or is not readable",
        "subscriptions.parquet: the file is no readable Parquet",
    ]
    assert len(said) == len(expected)
    for found, start in zip(said, expected, strict=True):
        assert found.startswith(start)


def test_an_unchanged_file_is_not_read_again_and_a_changed_one_as_a_whole(shelf: Shelf) -> None:
    shelf.put("orders-a.csv", ORDERS + "1,a@x.com,usd,1,2026-01-31\n2,a@x.com,usd,2,2026-01-31\n")
    shelf.put("orders-b.csv", ORDERS + "3,a@x.com,usd,3,2026-01-31\n")
    shelf.sync()
    again = shelf.sync()
    assert {(t.read, t.written) for t in again.tables} == {(0, 0)}
    shelf.put("orders-a.csv", ORDERS + "1,a@x.com,usd,1,2026-01-31\n4,a@x.com,usd,4.00,2026-01-31\n")
    changed = shelf.sync()
    assert next(t.read for t in changed.tables if t.table == "orders") == 3  # two records and a tombstone
    assert {i: row["amount"] for i, row in shelf.rows("orders").items()} == {"1": "1", "3": "3", "4": "4.00"}
    assert {(t.read, t.written) for t in shelf.sync().tables} == {(0, 0)}


def test_an_older_copy_put_back_counts_as_the_change_it_is(shelf: Shelf) -> None:
    shelf.put("orders.csv", ORDERS + "1,a@x.com,usd,1,2026-01-31\n", day=20)
    shelf.sync()
    shelf.put("orders.csv", ORDERS + "1,a@x.com,usd,2.50,2026-01-31\n", day=10)
    shelf.sync()
    assert shelf.rows("orders")["1"]["amount"] == "2.50"
    shelf.put("orders.csv", ORDERS, day=5)
    shelf.sync()
    assert shelf.rows("orders") == {}
    shelf.put("orders.csv", ORDERS + "1,a@x.com,usd,3,2026-01-31\n", day=2)
    shelf.sync()
    assert shelf.rows("orders")["1"]["amount"] == "3"


def test_the_later_file_and_line_win_and_what_vanished_there_is_found_in_the_other(shelf: Shelf) -> None:
    one = "{0},a@x.com,usd,{1},2026-01-31\n"
    shelf.put("orders-z.csv", ORDERS + one.format(1, 10) + one.format(2, 20), day=2)
    shelf.put("orders-a.csv", ORDERS + one.format(1, 11) + one.format(1, 12), day=3)
    notes = shelf.sync().notes
    assert notes == ("orders: 2 ids stood more than once; the later file or line won",)
    assert {i: row["amount"] for i, row in shelf.rows("orders").items()} == {"1": "12", "2": "20"}
    shelf.put("orders-a.csv", ORDERS, day=4)
    shelf.sync()
    assert {i: row["amount"] for i, row in shelf.rows("orders").items()} == {"1": "10", "2": "20"}
    shelf.put("orders-z.csv", ORDERS + one.format(1, 13), day=3)
    shelf.sync()
    assert {i: row["amount"] for i, row in shelf.rows("orders").items()} == {"1": "13"}


def test_a_file_gone_takes_its_records_along_and_brings_them_back(shelf: Shelf) -> None:
    kept = shelf.put("products-a.csv", "id,name\n1,Book\n2,Course\n")
    shelf.put("products-b.csv", "id,name\n3,Poster\n")
    shelf.sync()
    text = kept.read_text()
    kept.unlink()
    assert shelf.sync().notes == ("files gone, and their records with them: products-a.csv",)
    assert shelf.rows("products").keys() == {"3"}
    assert shelf.sync().notes == ()
    shelf.put("products-a.csv", text, day=2)
    shelf.sync()
    assert shelf.rows("products").keys() == {"1", "2", "3"}
    (shelf.folder / "products-a.csv").rename(shelf.folder / "products-moved.csv")
    shelf.sync()
    assert shelf.rows("products").keys() == {"1", "2", "3"}


def test_an_emptied_folder_or_a_broken_file_takes_nothing_away(shelf: Shelf) -> None:
    shelf.put("products.csv", "id,name\n1,Book\n")
    shelf.put("orders.csv", ORDERS + "1,a@x.com,usd,1,2026-01-31\n")
    shelf.sync()
    shelf.put("products.csv", "id,title\n1,Book\n")
    shelf.put("orders.csv", ORDERS + "1,a@x.com,usd,1.234,2026-01-31\n")
    shelf.sync()
    assert shelf.rows("products").keys() == shelf.rows("orders").keys() == {"1"}
    assert len(shelf.refused()) == 2
    shelf.put("products.csv", "id,name\n1,Book\n")
    shelf.sync()
    assert [reason[:10] for reason in shelf.refused()] == ["orders.csv"]
    for path in shelf.folder.iterdir():
        path.unlink()
    with pytest.raises(ConfigError, match="held files and holds none now"):
        shelf.sync()
    assert shelf.rows("products").keys() == {"1"}


def test_a_crash_between_two_files_resumes_with_the_second(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.put("products-a.csv", "id,name\n1,Book\n2,Course\n")
    shelf.put("products-b.csv", "id,name\n3,Poster\n4,Card\n")
    opened: list[str] = []

    def dying_at_b(file: File, *others: Any) -> None:
        opened.append(file.path)
        each(file, *others)
        if file.path == "products-b.csv":
            raise KeyboardInterrupt

    monkeypatch.setattr("connectors.folders.follow.LANDED_AT_ONCE", 3)
    monkeypatch.setattr("connectors.folders.follow.each", dying_at_b)
    with pytest.raises(KeyboardInterrupt):
        shelf.sync()
    assert shelf.rows("products").keys() == {"1", "2", "3"}
    with pytest.raises(KeyboardInterrupt):
        shelf.sync()
    assert opened == ["products-a.csv", "products-b.csv", "products-b.csv"]
    monkeypatch.setattr("connectors.folders.follow.each", each)
    shelf.sync()
    assert shelf.rows("products").keys() == {"1", "2", "3", "4"}


def test_settings_fill_in_the_currency_and_say_that_amounts_are_cents(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.put(
        "orders.csv", "id,email,amount,date_created,shoe\n1,a@x.com,4500,2026-01-31,42\n2,a@x.com,45.00,2026-01-31,\n"
    )
    monkeypatch.setenv("SOURCES__FILES__CURRENCY", "USD")
    monkeypatch.setenv("SOURCES__FILES__AMOUNTS", "minor")
    assert shelf.sync().notes == ("orders: columns kept that mean nothing here: shoe",)
    with psycopg.connect(shelf.url) as db:
        assert db.execute("select data from raw_files.orders").fetchall() == [
            ({"id": "1", "email": "a@x.com", "amount": "4500", "date_created": "2026-01-31", "shoe": "42",
              "currency": "usd", "_amounts": "minor", "_file": "orders.csv", "_line": 2},)
        ]  # fmt: skip
    assert shelf.refused() == [
        "orders.csv, line 3: amount is '45.00', expected a whole number of minor units, 4500, without a point"
    ]


def test_orders_carry_their_items_and_one_bad_item_refuses_the_order(shelf: Shelf) -> None:
    order = {"contact_id": 4, "currency": "usd", "amount": "45.00", "date_created": "2018-10-03 11:14:32"}
    items = [{"name": "Round Tuit", "product_id": 1556402307145, "amount": 40.0}, {"name": "Trinket", "amount": "5"}]
    bad = [{"name": "Book", "amount": "4.999"}]
    shelf.put(
        "orders.jsonl",
        "".join(json.dumps(order | {"id": n, "items": i}) + "\n" for n, i in ((1, items), (2, bad), (3, "x"))),
    )
    shelf.sync()
    assert shelf.rows("orders")["1"]["items"] == [items[0] | {"amount": "40.0"}, items[1]]
    assert shelf.rows("orders").keys() == {"1"}
    assert [reason[:58] for reason in shelf.refused()] == [
        "orders.jsonl, line 2: item 1: amount is '4.999', expected ",
        "orders.jsonl, line 3: items is no list of objects",
    ]


def test_a_blank_field_is_no_value_in_any_format(shelf: Shelf) -> None:
    order = {"id": "2", "email": "b@x.com", "currency": "usd", "amount": "5", "date_created": "2026-01-31"}
    blank = {"processor": " ", "paid": "", "status": "", "date_paid": " "}
    item = {"name": "Trinket", "amount": "5"}
    shelf.put("orders.csv", f"processor,paid,status,{ORDERS} , , ,1,a@x.com,usd,5,2026-01-31\n")
    shelf.put("orders-more.jsonl", json.dumps(order | blank | {"items": [item | {"quantity": " "}]}) + "\n")
    shelf.sync()
    assert shelf.rows("orders") == {"1": order | {"id": "1", "email": "a@x.com"}, "2": order | {"items": [item]}}
    assert shelf.refused() == []


def test_records_of_two_processors_with_one_number_stay_apart(shelf: Shelf) -> None:
    header = "id,processor,order_id,currency,amount,date\n"
    shelf.put(
        "refunds.csv", f"{header}1,paypal,7,usd,1,2026-01-31\n1,gumroad,7,usd,2,2026-01-31\n1,,7,usd,3,2026-01-31\n"
    )
    shelf.sync()
    assert {i: row["amount"] for i, row in shelf.rows("refunds").items()} == {
        "paypal/1": "1",
        "gumroad/1": "2",
        "1": "3",
    }


@pytest.mark.parametrize(
    ("path", "table"),
    [
        ("contacts.csv", "contacts"),
        ("contact_tags-2026.jsonl.gz", "contact_tags"),
        ("ORDER_ITEMS 1.TSV", "order_items"),
        ("2026/ad_days/x.parquet", "ad_days"),
        ("orders/readme.txt", None),
        ("ordersheet.csv", None),
        ("mycontacts.csv", None),
        ("notes.csv", None),
    ],
)
def test_a_file_fills_the_table_it_or_its_folder_is_named_after(path: str, table: str | None) -> None:
    assert tables_of(path) == ((table,) if table else ())


def test_files_of_no_known_name_are_named_and_a_folder_of_none_is_refused_when_connecting(shelf: Shelf) -> None:
    shelf.put("clients.csv", "id\n1\n")
    shelf.put("readme.txt", "hello")
    assert shelf.sync().notes == (
        "files not read, for their names begin with no table's (contacts, contact_tags, orders, order_items, refunds,"
        " subscriptions, products, exchange_rates, ad_days): clients.csv",
    )
    with pytest.raises(ConfigError, match="holds no file whose name begins with"):
        probe(Connection("files"))
    shelf.put("products.csv", "id,name\n")
    assert probe(Connection("files")).title == "a folder of files"


def test_a_folder_in_a_bucket_is_read_the_same_way(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = fsspec.filesystem("memory")  # stands for s3 and gs: the same interface, no account
    bucket.pipe("/exports/products.csv", b"id,name\n1,Book\n")
    bucket.pipe("/exports/deep/orders.csv.gz", gzip.compress(f"{ORDERS}1,a@x.com,usd,1,2026-01-31\n".encode()))
    monkeypatch.setenv("SOURCES__FILES__URL", "memory://exports")
    try:
        assert written(shelf.sync()) == {"orders": 1, "products": 1}
        assert written(shelf.sync()) == {}
    finally:
        bucket.rm("/exports", recursive=True)
    with pytest.raises(ConfigError, match="lists no file"):
        shelf.sync()
    monkeypatch.setenv("SOURCES__FILES__URL", "s3://bucket/folder")
    with pytest.raises(ConfigError, match=r"s3:// needs s3fs: pip install s3fs|cannot be listed"):
        shelf.sync()


def test_the_readme_holds_the_columns_as_they_are_declared() -> None:
    readme = Path(__file__).parents[2] / "connectors" / "files" / "README.md"
    assert columns_table() in readme.read_text()


def test_currencies_have_the_decimal_places_the_reports_give_them() -> None:
    seed = Path(__file__).parents[2] / "dbt_project" / "seeds" / "currencies.csv"
    with seed.open() as file:
        assert {row["currency"]: int(row["exponent"]) for row in csv.DictReader(file)} == EXPONENTS
    three = {currency for currency, places in EXPONENTS.items() if places == 3}
    assert three == {"bhd", "iqd", "jod", "kwd", "lyd", "omr", "tnd"}  # as in ISO 4217
