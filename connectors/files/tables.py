"""The tables a folder of files can fill, as data: their columns, which are needed, what they mean.

The names follow SegMetrics' Import API, so that an export made for it needs few changes; currency, processor and
refunds are added. Does not belong here: reading files (`source.py`), the checks themselves (`columns.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from connectors.connector import Object, Table
from connectors.files.columns import Column
from connectors.folders.moments import moment

_PROCESSOR = Column("processor", "text", "Who took the money, such as paypal; part of the id, so give it everywhere.")
_CURRENCY = Column("currency", "currency", "Currency of the amounts; the setting `currency` fills it in.", True)
_CONTACT = (
    Column("contact_id", "text", "The contact's id; this or `email` is needed."),
    Column("email", "email", "The contact's address; this or `contact_id` is needed."),
)
_UTM = tuple(Column(f"utm_{part}", "text", f"UTM {part} of the first visit.")
             for part in ("source", "medium", "campaign", "content", "term"))  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class FileTable(Table):
    """A table with the columns its files may have; `key` are the columns that make a record's id.

    `one_of` are columns of which each record needs one; `stands_in` names the column that a missing one of the key is
    taken from.
    """

    identify: Any = field(default=None, repr=False)
    created: Any = field(default=None, repr=False)
    indexes: tuple[str, ...] = ("(connection, (data ->> '_file'))",)
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    created_column: str = ""
    one_of: tuple[str, ...] = ()
    stands_in: Mapping[str, str] = field(default_factory=lambda: {"contact_id": "email", "tag_id": "tag_name"})

    def __post_init__(self) -> None:
        """Fill in id and time from the columns; refuse a key or a time that is no column."""
        super().__post_init__()
        names = {column.name for column in self.columns}
        if not names.issuperset({*self.key, *self.one_of, *filter(None, [self.created_column])}):
            raise ValueError(f"table {self.name} names a column it has not")
        object.__setattr__(self, "identify", _identifier(self.key, self.stands_in))
        object.__setattr__(self, "created", lambda obj: moment(obj.get(self.created_column)))

    @property
    def required(self) -> tuple[str, ...]:
        """The columns every record needs."""
        return tuple(column.name for column in self.columns if column.is_required)


def _identifier(key: tuple[str, ...], stands_in: Mapping[str, str]) -> Callable[[Object], str | None]:
    """The id of a record: one column as it is, or several joined by `/`; None when the last of the key is missing."""

    def identify(obj: Object) -> str | None:
        parts = [_text(obj, name) or _text(obj, stands_in.get(name, "")).lower() for name in key]
        if not parts[-1]:
            return None
        if key[0] == "processor" and not parts[0]:
            parts.pop(0)
        return parts[0] if len(parts) == 1 else "/".join(quote(part, safe=" @:.+") for part in parts)

    return identify


def _text(obj: Object, name: str) -> str:
    value = obj.get(name)
    return "" if value is None else str(value).strip()


ITEM_COLUMNS = (
    Column("product_id", "text", "The product's id."),
    Column("name", "text", "The product's name."),
    Column("quantity", "count", "How many (1 unless said)."),
    Column("amount", "money", "Price of the whole line.", True),
    Column("total_paid", "money", "What was paid of it."),
    Column("subscription_id", "text", "The subscription it belongs to."),
)

TABLES = (
    FileTable(
        name="contacts",
        description="One row per contact of the files.",
        key=("contact_id",),
        one_of=("contact_id", "email"),
        created_column="date_created",
        remembers=("email", "additional_emails"),
        columns=(
            *_CONTACT,
            Column("additional_emails", "text", "Further addresses, separated by semicolons."),
            Column("first_name", "text", "First name."),
            Column("last_name", "text", "Last name."),
            Column("status", "word", "Opt-in status.", allowed=("active", "inactive")),
            Column("lifecycle_stage", "text", "Lifecycle stage, such as lead or customer."),
            Column("date_created", "time", "When the contact was created.", True),
            Column("last_updated", "time", "When it was changed last."),
            *_UTM,
            Column("referring_url", "text", "Page the first visit came from."),
            Column("optin_url", "text", "Page of the opt-in."),
        ),
    ),
    FileTable(
        name="contact_tags",
        description="One row per addition of a tag or list to a contact, of the files.",
        key=("contact_id", "tag_kind", "tag_id", "date"),
        one_of=("contact_id", "email"),
        created_column="date",
        columns=(
            *_CONTACT,
            Column("tag_id", "text", "The tag's id; its name unless given."),
            Column("tag_name", "text", "The tag's name.", True),
            Column("tag_kind", "word", "What it is (tag unless given).",
                   allowed=("tag", "list", "automation", "form", "sequence")),
            Column("date", "time", "When it was added; another time is another addition.", True),
            Column("date_removed", "time", "When it was removed; empty while it is on."),
        ),
    ),
    FileTable(
        name="orders",
        description="One row per order of the files.",
        key=("processor", "id"),
        one_of=("contact_id", "email"),
        created_column="date_created",
        columns=(
            Column("id", "text", "The order's id.", True),
            _PROCESSOR,
            *_CONTACT,
            Column("status", "word", "State (paid once `paid` reaches `amount`, else open, unless given).",
                   allowed=("paid", "open", "failed", "uncollectible")),
            _CURRENCY,
            Column("amount", "money", "Order total.", True),
            Column("paid", "money", "What was paid of it (all of it unless given or the status says otherwise)."),
            Column("tax", "money", "Tax in it."),
            Column("discount", "money", "Discount on it."),
            Column("shipping", "money", "Shipping in it."),
            Column("is_refunded", "flag", "Refunded as a whole, where no refunds are listed."),
            Column("date_created", "time", "When it was ordered.", True),
            Column("date_paid", "time", "When it was paid (when ordered unless given)."),
            Column("external_id", "text", "The order's id elsewhere, to find it twice."),
            Column("items", "items", "The order's lines, in JSONL or Parquet; or give a file of order_items."),
        ),
    ),
    FileTable(
        name="order_items",
        description="One row per line of an order, of the files.",
        key=("processor", "order_id", "id"),
        columns=(
            Column("id", "text", "The line's id or number within its order.", True),
            Column("order_id", "text", "The order's id.", True),
            _PROCESSOR,
            _CURRENCY,
            *ITEM_COLUMNS,
        ),
    ),
    FileTable(
        name="refunds",
        description="One row per refund, in part or whole, of the files.",
        key=("processor", "id"),
        created_column="date",
        columns=(
            Column("id", "text", "The refund's id.", True),
            Column("order_id", "text", "The order's id.", True),
            _PROCESSOR,
            _CURRENCY,
            Column("amount", "money", "What was paid back, as a positive amount.", True),
            Column("date", "time", "When it was paid back.", True),
            Column("reason", "text", "Why."),
        ),
    ),
    FileTable(
        name="subscriptions",
        description="One row per subscription of the files.",
        key=("processor", "id"),
        one_of=("contact_id", "email"),
        created_column="start_date",
        remembers=("amount", "quantity", "billing_cycle", "frequency"),
        columns=(
            Column("id", "text", "The subscription's id.", True),
            _PROCESSOR,
            *_CONTACT,
            _CURRENCY,
            Column("amount", "money", "What one billing costs, all units.", True),
            Column("product_id", "text", "The product's id."),
            Column("name", "text", "The product's name."),
            Column("quantity", "count", "Units (1 unless said)."),
            Column("billing_cycle", "word", "How often it is billed.", True, ("year", "month", "week", "day")),
            Column("frequency", "count", "Cycles between two billings (1 unless said)."),
            Column("start_date", "time", "When it started.", True),
            Column("last_bill_date", "time", "When it was billed last."),
            Column("trial_end_date", "time", "End of its trial."),
            Column("canceled_date", "time", "When it was cancelled."),
            Column("end_date", "time", "When it ends or ended."),
        ),
    ),
    FileTable(
        name="products",
        description="One row per product of the files.",
        key=("id",),
        columns=(
            Column("id", "text", "The product's id.", True),
            Column("name", "text", "The product's name.", True),
        ),
    ),
    FileTable(
        name="exchange_rates",
        description="One row per pair of currencies and day with a rate of the files.",
        key=("base_currency", "quote_currency", "date"),
        created_column="date",
        columns=(
            Column("base_currency", "currency", "The currency one unit of which is worth `rate`.", True),
            Column("quote_currency", "currency", "The currency of `rate`.", True),
            Column("date", "day", "From which day it holds: until the next one, at most 31 days.", True),
            Column("rate", "rate", "Units of the quote currency for one of the base currency.", True),
        ),
    ),
    FileTable(
        name="ad_days",
        description="One row per ad and day with its spend, of the files.",
        key=("account_id", "campaign_id", "adset_id", "ad_id", "date"),
        one_of=("account_id", "campaign_id", "adset_id", "ad_id"),
        remembers=("spend", "currency", "impressions", "clicks"),
        columns=(
            Column("date", "day", "The ad account's local day.", True),
            Column("account_id", "text", "The ad account's id."),
            Column("account_name", "text", "The ad account's name."),
            Column("campaign_id", "text", "The campaign's id."),
            Column("campaign_name", "text", "The campaign's name."),
            Column("adset_id", "text", "The ad set's (ad group's) id."),
            Column("adset_name", "text", "The ad set's name."),
            Column("ad_id", "text", "The ad's id; empty for spend that no ad carries."),
            Column("ad_name", "text", "The ad's name."),
            _CURRENCY,
            Column("spend", "money", "What was spent.", True),
            Column("impressions", "count", "Impressions."),
            Column("clicks", "count", "Clicks."),
            Column("time_zone", "text", "The ad account's IANA time zone."),
            Column("landing_url", "text", "Where the ad leads, with its UTM parameters."),
        ),
    ),
)  # fmt: skip
