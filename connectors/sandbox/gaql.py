"""The Google Ads Query Language read into a `Query`: syntax only, no rows and no HTTP.

    SELECT field, ... FROM resource [WHERE field op value AND ...] [ORDER BY field [ASC|DESC], ...] [LIMIT n]
    [PARAMETERS ...]

Operators: = != < <= > >= IN, NOT IN, BETWEEN. LIKE, REGEXP_MATCH, CONTAINS, IS NULL and DURING are not played.
"""

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"\s*(?:'([^']*)'|\"([^\"]*)\"|([A-Za-z_][\w.]*)|(-?\d+(?:\.\d+)?)|(<=|>=|!=|[=<>,()]))")
_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_NOT_PLAYED = ("LIKE", "REGEXP_MATCH", "CONTAINS", "IS", "DURING")


class GaqlError(Exception):
    """A query Google would refuse: `code` is its queryError."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Condition:
    """One term of WHERE: `operator` is a comparison, IN, NOT IN or BETWEEN; values are as written, unquoted."""

    field: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Query:
    """A parsed query; `order` holds (field, descending)."""

    fields: tuple[str, ...]
    resource: str
    conditions: tuple[Condition, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    limit: int | None = None


def parse(text: str) -> Query:
    """Parse `text`; raises `GaqlError` for what the grammar does not allow."""
    return _Parser(_tokens(text)).query()


@dataclass(frozen=True)
class _Token:
    text: str
    quoted: bool = False

    def says(self, *words: str) -> bool:
        return not self.quoted and self.text.upper() in words


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position, end)
        if match is None:
            raise GaqlError("UNEXPECTED_INPUT", f"Error in query: unexpected input {text[position:].strip()[:20]!r}.")
        quoted = match[1] if match[1] is not None else match[2]
        tokens.append(_Token(quoted, True) if quoted is not None else _Token(match[0].strip()))
        position = match.end()
    return tokens


class _Parser:
    """Reads the tokens once, from left to right."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0

    def query(self) -> Query:
        self._expect("SELECT", "EXPECTED_SELECT")
        fields = self._fields()
        self._expect("FROM", "EXPECTED_FROM")
        resource = self._field()
        conditions: list[Condition] = []
        order: list[tuple[str, bool]] = []
        limit = None
        if self._accept("WHERE"):
            conditions.append(self._condition())
            while self._accept("AND"):
                conditions.append(self._condition())
        if self._accept("ORDER"):
            self._expect("BY", "EXPECTED_BY")
            order.append(self._ordering())
            while self._accept(","):
                order.append(self._ordering())
        if self._accept("LIMIT"):
            limit = self._positive()
        if self._accept("PARAMETERS"):
            self._next = len(self._tokens)
        if self._next < len(self._tokens):
            raise GaqlError("UNEXPECTED_INPUT", f"Error in query: unexpected input {self._peek().text}.")
        return Query(tuple(fields), resource, tuple(conditions), tuple(order), limit)

    def _condition(self) -> Condition:
        field, operator = self._field(), self._take()
        if not operator.quoted and operator.text in _COMPARISONS:
            return Condition(field, operator.text, (self._value(),))
        if operator.says("BETWEEN"):
            low = self._value()
            self._expect("AND", "EXPECTED_AND")
            return Condition(field, "BETWEEN", (low, self._value()))
        if operator.says("NOT"):
            self._expect("IN", "BAD_OPERATOR")
            return Condition(field, "NOT IN", self._list())
        if operator.says("IN"):
            return Condition(field, "IN", self._list())
        hint = " (it is not played by this sandbox)" if operator.says(*_NOT_PLAYED) else ""
        raise GaqlError("BAD_OPERATOR", f"Error in WHERE clause: invalid operator {operator.text!r}{hint}.")

    def _list(self) -> tuple[str, ...]:
        self._expect("(", "EXPECTED_LIST")
        values = [self._value()]
        while self._accept(","):
            values.append(self._value())
        self._expect(")", "EXPECTED_LIST")
        return tuple(values)

    def _fields(self) -> list[str]:
        fields = [self._field()]
        while self._accept(","):
            fields.append(self._field())
        return fields

    def _ordering(self) -> tuple[str, bool]:
        field = self._field()
        if self._accept("DESC"):
            return field, True
        self._accept("ASC")
        return field, False

    def _field(self) -> str:
        token = self._take()
        if token.quoted or not re.fullmatch(r"[A-Za-z_][\w.]*", token.text):
            raise GaqlError("BAD_FIELD_NAME", f"Error in query: expected a field name, found {token.text!r}.")
        return token.text

    def _value(self) -> str:
        token = self._take()
        if not token.quoted and not re.fullmatch(r"[\w.-]+", token.text):
            raise GaqlError("BAD_VALUE", f"Error in WHERE clause: expected a value, found {token.text!r}.")
        return token.text

    def _positive(self) -> int:
        token = self._take()
        if not token.text.isdigit() or int(token.text) == 0:
            raise GaqlError(
                "BAD_LIMIT_COUNT", f"Error in LIMIT clause: expected a positive number, found {token.text!r}."
            )
        return int(token.text)

    def _peek(self) -> _Token:
        if self._next >= len(self._tokens):
            raise GaqlError("UNEXPECTED_END_OF_QUERY", "Error in query: unexpected end of the query.")
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._peek()
        self._next += 1
        return token

    def _accept(self, word: str) -> bool:
        if self._next < len(self._tokens) and self._tokens[self._next].says(word):
            self._next += 1
            return True
        return False

    def _expect(self, word: str, code: str) -> None:
        if not self._accept(word):
            found = self._tokens[self._next].text if self._next < len(self._tokens) else "the end of the query"
            raise GaqlError(code, f"Error in query: expected {word}, found {found}.")
