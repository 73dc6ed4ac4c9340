"""The page of rows: conditions per column, sorting, pages, and the same question as a download."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from catalog import public
from catalog.public import PublicEntry
from datasets.columns import Column, columns_from
from datasets.errors import Invalid
from datasets.query.operators import OPERATORS
from datasets.query.parse import parse
from datasets.query.question import EVERYTHING, Query, to_pairs
from portal.messages import problem_text
from portal.pages.public_entry import ShownColumn, find_file, published_facts, shown_columns

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from catalog.feeds.records import RecordResource
    from portal.house import House

PAGE_ROWS = 50
MAX_PAGE_ROWS = 200
SPARE_CONDITIONS = 1
"""Empty lines for new conditions below those that hold already."""
RESOURCE = "_resource"
FORM_COLUMN, FORM_OPERATOR, FORM_VALUE = "_c", "_o", "_v"
"""Names of the filter form's fields; `address_of_form` turns them into row parameters."""
NO_VALUE = frozenset(operator.key for operator in OPERATORS.values() if operator.values == "none")


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """One line of the filter form."""

    column: str = ""
    operator: str = "eq"
    value: str = ""


@dataclass(frozen=True, slots=True)
class SortedColumn:
    """A column of the table with the address that sorts by it, or turns the order round."""

    column: ShownColumn
    order: str
    """"ascending", "descending" or "none"."""
    href: str


@dataclass(frozen=True, slots=True)
class RowsPage:
    """All that /dataset/{name}/explore shows."""

    entry: PublicEntry
    title: str
    resource: RecordResource
    columns: tuple[ShownColumn, ...]
    """All columns, for the form."""
    shown: tuple[SortedColumn, ...]
    rows: list[list[Any]]
    total: int
    all_rows: int
    first: int
    """Number of the first row shown, from 1; 0 when there is none."""
    operators: tuple[tuple[str, str], ...]
    lines: tuple[ConditionLine, ...]
    words: str
    sort: str
    is_filtered: bool
    is_paging: bool
    """Whether this is not the first page: the form then stands closed."""
    problems: tuple[str, ...]
    previous: str | None
    following: str | None
    export_query: str
    """Row parameters of the question without its page: "district=…", empty for everything."""

    @property
    def last(self) -> int:
        """Number of the last row shown."""
        return self.first + len(self.rows) - 1 if self.rows else 0


def address_of_form(pairs: Iterable[tuple[str, str]]) -> str | None:
    """The query of the address that a sent filter form means; None when `pairs` are row parameters already."""
    listed = list(pairs)
    fields: dict[str, list[str]] = {FORM_COLUMN: [], FORM_OPERATOR: [], FORM_VALUE: []}
    kept: list[tuple[str, str]] = []
    for name, value in listed:
        if name in fields:
            fields[name].append(value)
        elif value.strip():
            kept.append((name, value))
    if not fields[FORM_COLUMN]:
        return None
    for column, operator, value in zip(fields[FORM_COLUMN], fields[FORM_OPERATOR], fields[FORM_VALUE], strict=False):
        if column and operator in NO_VALUE:
            kept.append((f"{column}__{operator}", "1"))
        elif column and value.strip():
            kept.append((column if operator == "eq" else f"{column}__{operator}", value.strip()))
    return urlencode(kept)


def make_rows_page(
    session: Session, house: House, name: str, pairs: Sequence[tuple[str, str]], *, today: dt.date, language: str
) -> RowsPage:
    """Answer the row parameters `pairs`. What is wrong with them is told in `problems`, beside the unfiltered form.

    Raises NotFound and Gone for the entry or its file, Busy and TooLarge for the question.
    """
    entry = public.get_public(session, name, today=today)
    resource = find_file(entry.record, next((value for key, value in pairs if key == RESOURCE), None))
    facts = published_facts(session, resource)
    columns = columns_from(facts.columns)
    asked = [(key, value) for key, value in pairs if key != RESOURCE]
    query, problems = _understand(asked, columns, language)
    limit = min(query.limit or PAGE_ROWS, MAX_PAGE_ROWS)
    answer = None
    if not problems:
        path = house.row_stores.path_of(facts.row_store)
        answer = house.pool.rows(path, columns, replace(query, limit=limit, after=None), as_text=True)
    shown = list(answer.columns) if answer else columns
    fixed = ((RESOURCE, resource.id),) if len(entry.record.files) > 1 else ()
    return RowsPage(
        entry=entry,
        title=(entry.record.title_en if language == "en" else None) or entry.record.title,
        resource=resource,
        columns=shown_columns(columns, language),
        shown=_sorted_columns(shown, query, fixed, language),
        rows=answer.rows if answer else [],
        total=answer.total if answer else 0,
        all_rows=facts.row_count,
        first=query.offset + 1 if answer and answer.rows else 0,
        operators=tuple(
            (operator.key, operator.en if language == "en" else operator.zh) for operator in OPERATORS.values()
        ),
        lines=_lines(asked, query, bool(problems)),
        words=" ".join(query.words) or next((value for key, value in asked if key == "_q"), ""),
        sort=",".join(sort.text() for sort in query.sort),
        is_filtered=not query.selects_all,
        is_paging=query.offset > 0,
        problems=problems,
        previous=_page_href(query, query.offset - limit, fixed) if query.offset > 0 else None,
        following=_page_href(query, query.offset + limit, fixed)
        if answer and _has_more(query, limit, answer.total)
        else None,
        export_query=urlencode(to_pairs(replace(query, limit=None, offset=0, after=None))),
    )


def _understand(
    pairs: Sequence[tuple[str, str]], columns: list[Column], language: str
) -> tuple[Query, tuple[str, ...]]:
    try:
        return parse(pairs, columns), ()
    except Invalid as error:
        return EVERYTHING, tuple(problem_text(problem, language) for problem in error.problems)


def _lines(pairs: Sequence[tuple[str, str]], query: Query, is_wrong: bool) -> tuple[ConditionLine, ...]:
    """The conditions of the question as form lines; those of a wrong one as they were sent."""
    if is_wrong:
        sent = [(*_split(key), value) for key, value in pairs if not key.startswith("_") and value.strip()]
        lines = [ConditionLine(column, operator, value) for column, operator, value in sent]
    else:
        lines = [
            ConditionLine(one.column.key, one.operator_key, "" if one.operator_key in NO_VALUE else one.text)
            for one in query.conditions
        ]
    return (*lines, *([ConditionLine()] * SPARE_CONDITIONS))


def _split(key: str) -> tuple[str, str]:
    column, mark, operator = key.rpartition("__")
    return (column, operator) if mark and operator in OPERATORS else (key, "eq")


def _sorted_columns(
    columns: Sequence[Column], query: Query, fixed: tuple[tuple[str, str], ...], language: str
) -> tuple[SortedColumn, ...]:
    present = {sort.column.key: sort.descends for sort in query.sort[:1]}
    result = []
    for column, shown in zip(columns, shown_columns(list(columns), language), strict=True):
        descends = present.get(column.key)
        order = "none" if descends is None else "descending" if descends else "ascending"
        wanted = f"-{column.key}" if descends is False else column.key
        pairs = [pair for pair in to_pairs(replace(query, sort=(), offset=0, after=None)) if pair[0] != "_sort"]
        result.append(SortedColumn(shown, order, "?" + urlencode([*fixed, *pairs, ("_sort", wanted)])))
    return tuple(result)


def _page_href(query: Query, offset: int, fixed: tuple[tuple[str, str], ...]) -> str:
    return "?" + urlencode([*fixed, *to_pairs(replace(query, offset=max(0, offset), after=None))])


def _has_more(query: Query, limit: int, total: int) -> bool:
    return query.offset + limit < total
