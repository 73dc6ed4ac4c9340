"""A Query as SQL: physical names and bound values only; not one sign of what a person sent becomes SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from datasets.columns import Column
from datasets.query.question import Condition, Query, Sort
from datasets.rows import WIDE, Selection, printed_cell, typed_cell


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of SQL with the values for its question marks, in order."""

    sql: str
    params: tuple[object, ...] = ()


PRINTED_SIGNS = frozenset("0123456789+-.:e ")
"""All that numbers, days and moments are printed with."""


class Known(Protocol):
    """What is known of a row store, by which its questions get cheaper."""

    def shortcut(self, condition: Condition) -> Clause | None:
        """A cheaper way to say the condition, for some."""

    def is_ascii(self, column: Column) -> bool:
        """Whether it is known that no cell of that column holds more than ASCII."""


def where_clause(query: Query, columns: Sequence[Column], known: Known | None = None) -> Clause:
    """The condition on a row of `query`, whose words may stand in any of `columns`; empty where all rows are meant."""

    def said(condition: Condition) -> Clause:
        return (known.shortcut(condition) if known else None) or condition_clause(condition)

    def searched(word: str) -> Clause:
        is_foreign = not word.isascii() and word.lower() == word.upper()
        if known is None or not is_foreign or len(columns) > WIDE:
            return _word(word, columns)
        return _word(word, [column for column in columns if not known.is_ascii(column)])

    return _all_of(
        [
            *(said(condition) for condition in query.conditions),
            *(_any_of([said(condition) for condition in group]) for group in query.alternatives),
            *(searched(word) for word in query.words),
        ]
    )


def after_clause(sort: Sequence[Sort], anchor: Sequence[object], row: int) -> Clause:
    """The condition that a row comes behind row number `row`, whose sort cells are `anchor`, in the order of `sort`."""
    branches: list[Clause] = []
    ties: list[Clause] = []
    for item, value in zip(sort, anchor, strict=True):
        behind = _behind(item, value)
        if behind is not None:
            branches.append(_all_of([*ties, behind]))
        ties.append(Clause(f"{typed_cell(item.column)} IS NOT DISTINCT FROM ?", (value,)))
    branches.append(_all_of([*ties, Clause("_row > ?", (row,))]))
    return _any_of(branches)


def order_terms(sort: Sequence[Sort], names: Mapping[int, str] | None = None) -> str:
    """What follows ORDER BY: blanks last, ties in the order of the file.

    `names`: for columns by index, a physical name of the same order that is cheaper to sort by.
    """
    known = names or {}
    terms = [
        f"{known.get(item.column.index, typed_cell(item.column))} {'DESC' if item.descends else 'ASC'} NULLS LAST"
        for item in sort
    ]
    return ", ".join([*terms, "_row"])


def selection(query: Query, columns: Sequence[Column], *, in_file_order: bool) -> Selection:
    """The rows of an export: `query` without paging, but for its limit."""
    where = where_clause(query, columns)
    order = order_terms(query.sort) if query.sort or not in_file_order else ""
    return Selection(where=where.sql, order=order, limit=query.limit, params=where.params)


def both(first: Clause, second: Clause) -> Clause:
    """A condition that holds where both hold; either may be empty."""
    return _all_of([clause for clause in (first, second) if clause.sql])


def condition_clause(condition: Condition, cell: str | None = None) -> Clause:
    """One comparison, of the column or of what `cell` names."""
    operator = condition.operator
    name = cell or (typed_cell(condition.column) if condition.by_shadow else condition.column.physical)
    template = operator.sql
    if operator.folded and condition.text.lower() != condition.text.upper():
        template = operator.folded
    marks = ", ".join("?" * len(condition.values))
    return Clause(template.format(cell=name, marks=marks), condition.values)


def _word(word: str, columns: Sequence[Column]) -> Clause:
    """A word stands in some cell as it is printed, whatever its case."""
    has_case = word.lower() != word.upper()
    pattern = "contains(lower({0}), lower(?))" if has_case else "contains({0}, ?)"
    cells = [printed_cell(column) for column in columns if _may_print(column, word.lower())]
    if len(cells) > WIDE:  # no word holds the separator, because Python splits words at it
        cells = [f"concat_ws(chr(31), {', '.join(cells)})"]
    tests = [f"coalesce({pattern.format(cell)}, false)" for cell in cells]
    return Clause(" OR ".join(tests) or "false", (word,) * len(tests))


def _may_print(column: Column, word: str) -> bool:
    """Whether a cell of that type may hold the word when it is printed; spares reading columns of numbers for words."""
    match column.type:
        case "text":
            return True
        case "boolean":
            return word in "true" or word in "false"
        case _:
            return PRINTED_SIGNS.issuperset(word)


def _behind(item: Sort, value: object) -> Clause | None:
    """The condition that a cell comes behind `value`; None where nothing does, because blanks come last."""
    name = typed_cell(item.column)
    if value is None:
        return None
    return Clause(f"{name} {'<' if item.descends else '>'} ? OR {name} IS NULL", (value,))


def _all_of(clauses: Sequence[Clause]) -> Clause:
    return Clause(" AND ".join(f"({clause.sql})" for clause in clauses), _params(clauses))


def _any_of(clauses: Sequence[Clause]) -> Clause:
    return Clause(" OR ".join(f"({clause.sql})" for clause in clauses), _params(clauses))


def _params(clauses: Sequence[Clause]) -> tuple[object, ...]:
    return tuple(value for clause in clauses for value in clause.params)
