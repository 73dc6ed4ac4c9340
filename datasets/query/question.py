"""A question about rows as a value: what `parse` makes of an address and `to_pairs` turns back into one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from datasets.columns import Column
from datasets.query.grouping import Grouping
from datasets.query.operators import OPERATORS, Operator
from datasets.query.values import Value

DEFAULT_LIMIT = 100
MAX_LIMIT = 10_000
MAX_OFFSET = 10**12

RESERVED = ("_columns", "_q", "_sort", "_group", "_measure", "_limit", "_after", "_offset", "_or")


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison that must hold: the text as the person gave it, and the values it was parsed to."""

    column: Column
    operator_key: str
    text: str
    values: tuple[Value, ...]

    @property
    def operator(self) -> Operator:
        """The row of OPERATORS."""
        return OPERATORS[self.operator_key]

    @property
    def by_shadow(self) -> bool:
        """Whether the column's typed shadow is compared instead of its text."""
        return self.operator.by_shadow and self.column.shadow_type is not None

    def pair(self) -> tuple[str, str]:
        """The parameter of an address that says this."""
        if self.operator_key == "eq" and self.column.key not in RESERVED:
            return self.column.key, self.text
        return f"{self.column.key}__{self.operator_key}", self.text


@dataclass(frozen=True, slots=True)
class Sort:
    """One column to order by; blanks come last either way."""

    column: Column
    descends: bool = False

    def text(self) -> str:
        """As in `_sort`."""
        return ("-" if self.descends else "") + self.column.key


@dataclass(frozen=True, slots=True)
class Query:
    """A row question. All conditions must hold, and of each of `alternatives` at least one; each of `words` must stand
    in some cell of the row.

    With `grouping` the answer has a row for each group of the fitting rows, and `sort` names columns of that answer.
    Empty `columns` means all. `limit` None means the default on a page and every row in an export. `after` is the
    number of the row behind which to go on: row stores never change, so it is all that keyset paging needs.
    """

    conditions: tuple[Condition, ...] = ()
    alternatives: tuple[tuple[Condition, ...], ...] = ()
    words: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    sort: tuple[Sort, ...] = ()
    limit: int | None = None
    offset: int = 0
    after: int | None = None
    grouping: Grouping | None = None

    @property
    def selects_all(self) -> bool:
        """Whether no row is left out by a condition or a word."""
        return not self.conditions and not self.alternatives and not self.words

    @property
    def page_size(self) -> int:
        """Rows of one page."""
        return DEFAULT_LIMIT if self.limit is None else self.limit

    def at(self, *, limit: int | None = None, offset: int = 0, after: int | None = None) -> Query:
        """The same question for another page."""
        return replace(self, limit=self.limit if limit is None else limit, offset=offset, after=after)


EVERYTHING = Query()


def to_pairs(query: Query) -> list[tuple[str, str]]:
    """The parameters of an address that say `query`, in one fixed order; `parse` understands them."""
    pairs = sorted(condition.pair() for condition in query.conditions)
    pairs += sorted(("_or", urlencode(sorted(one.pair() for one in group))) for group in query.alternatives)
    if query.words:
        pairs.append(("_q", " ".join(query.words)))
    pairs += [("_columns", column.key) for column in query.columns]
    if query.grouping:
        pairs += [("_group", key.text()) for key in query.grouping.keys]
        pairs += [("_measure", measure.text()) for measure in query.grouping.measures]
    pairs += [("_sort", sort.text()) for sort in query.sort]
    if query.limit is not None:
        pairs.append(("_limit", str(query.limit)))
    if query.offset:
        pairs.append(("_offset", str(query.offset)))
    if query.after is not None:
        pairs.append(("_after", str(query.after)))
    return pairs


def canonical(query: Query) -> str:
    """One text per question, in whatever order it was asked: a key for caches and files."""
    return urlencode(to_pairs(query))


def canonical_filter(query: Query) -> str:
    """The same for what decides the number of rows, or of groups, only."""
    grouping = Grouping(query.grouping.keys) if query.grouping else None
    filters = Query(conditions=query.conditions, alternatives=query.alternatives, words=query.words, grouping=grouping)
    return canonical(filters)
