"""The page of rows: conditions per column, groups, sorting, pages, and the same question as a download."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from catalog import public
from catalog.public import PublicEntry
from datasets.columns import Column, columns_from
from datasets.errors import Invalid
from datasets.query.engine import RowPage
from datasets.query.exporting import exported_columns
from datasets.query.parse import parse
from datasets.query.question import EVERYTHING, Query, to_pairs
from portal.messages import problem_text
from portal.pages.public_downloads import DownloadMenu, make_download_menu
from portal.pages.public_entry import ShownColumn, find_file, published_facts, shown_columns
from portal.pages.public_groups import Bars, make_bars, shown_groups
from portal.pages.rows_form import RowsForm, make_form
from portal.pages.rows_told import tell_question

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from catalog.feeds.records import RecordResource
    from portal.house import House

PAGE_ROWS = 50
MAX_PAGE_ROWS = 200
SHOWN_COLUMNS = 60
"""Columns of a page of rows where the question names none; files hold them all."""
RESOURCE = "_resource"


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
    form: RowsForm
    shown: tuple[SortedColumn, ...]
    rows: list[list[Any]]
    total: int
    all_rows: int
    first: int
    """Number of the first row shown, from 1; 0 when there is none."""
    sort: str
    is_filtered: bool
    is_grouped: bool
    bars: Bars | None
    """Of the first measure of a grouped answer; None where lengths would say nothing."""
    told: tuple[str, ...]
    """The question in words, one text for each part."""
    column_count: int
    """Columns of the file, of which `shown` may be the first only."""
    has_chosen_columns: bool
    """Whether the question names the columns that it wants."""
    is_answered: bool
    """Whether something was asked and understood: the form then stands closed over the answer."""
    problems: tuple[str, ...]
    previous: str | None
    following: str | None
    export_query: str
    downloads: DownloadMenu
    """Row parameters of the question without its page: "district=…", empty for everything."""
    resource_query: str
    """`_resource=…&` where the entry has several files."""
    question: str
    """The same with its page, for the addresses that are shown to be copied."""

    @property
    def last(self) -> int:
        """Number of the last row shown."""
        return self.first + len(self.rows) - 1 if self.rows else 0


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
        wanted = replace(query, limit=limit, after=None, columns=_shown_columns(query, columns))
        answer = house.pool.rows(path, columns, wanted, as_text=True)
    fixed = ((RESOURCE, resource.id),) if len(entry.record.files) > 1 else ()
    export_query = urlencode(to_pairs(replace(query, limit=None, offset=0, after=None)))
    return RowsPage(
        entry=entry,
        title=(entry.record.title_en if language == "en" else None) or entry.record.title,
        resource=resource,
        form=make_form(query, asked, columns, language),
        shown=_sorted_columns(_answer_columns(query, answer, columns, language), query, fixed, language),
        rows=_answer_rows(query, answer, language),
        total=answer.total if answer else 0,
        all_rows=facts.row_count,
        first=query.offset + 1 if answer and answer.rows else 0,
        sort=",".join(sort.text() for sort in query.sort),
        is_filtered=not query.selects_all,
        is_grouped=query.grouping is not None,
        bars=make_bars(query.grouping, answer.rows) if answer and query.grouping else None,
        told=tell_question(query, language),
        column_count=len(columns),
        has_chosen_columns=bool(query.columns),
        is_answered=bool(answer and (query.offset or not query.selects_all or query.grouping or query.sort)),
        problems=problems,
        previous=_page_href(query, query.offset - limit, fixed) if query.offset > 0 else None,
        following=_page_href(query, query.offset + limit, fixed)
        if answer and _has_more(query, limit, answer.total)
        else None,
        export_query=export_query,
        downloads=make_download_menu(exported_columns(columns, query), language),
        resource_query=urlencode(fixed) + "&" if fixed else "",
        question=urlencode(to_pairs(replace(query, after=None))),
    )


def _shown_columns(query: Query, columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns of the page: those of the question; of a wide table the first ones and those it is asked about."""
    if query.columns or query.grouping or len(columns) <= SHOWN_COLUMNS:
        return query.columns
    groups = (query.conditions, *query.alternatives)
    asked = {condition.column.key for group in groups for condition in group} | {one.column.key for one in query.sort}
    return tuple(column for place, column in enumerate(columns) if place < SHOWN_COLUMNS or column.key in asked)


def _answer_columns(query: Query, answer: RowPage | None, columns: list[Column], language: str) -> list[Column]:
    if query.grouping:
        return query.grouping.result_columns(language)
    return list(answer.columns) if answer else columns


def _answer_rows(query: Query, answer: RowPage | None, language: str) -> list[list[Any]]:
    if answer is None:
        return []
    return shown_groups(query.grouping, answer.rows, language) if query.grouping else answer.rows


def _understand(
    pairs: Sequence[tuple[str, str]], columns: list[Column], language: str
) -> tuple[Query, tuple[str, ...]]:
    try:
        return parse(pairs, columns), ()
    except Invalid as error:
        return EVERYTHING, tuple(problem_text(problem, language) for problem in error.problems)


def _sorted_columns(
    columns: Sequence[Column], query: Query, fixed: tuple[tuple[str, str], ...], language: str
) -> tuple[SortedColumn, ...]:
    present = {sort.column.key: sort.descends for sort in query.sort[:1]}
    result = []
    for column, shown in zip(columns, shown_columns(list(columns), language), strict=True):
        descends = present.get(column.key)
        order = "none" if descends is None else "descending" if descends else "ascending"
        first_down = query.grouping is not None and shown.is_number and descends is None
        wanted = f"-{column.key}" if descends is False or first_down else column.key
        pairs = [pair for pair in to_pairs(replace(query, sort=(), offset=0, after=None)) if pair[0] != "_sort"]
        result.append(SortedColumn(shown, order, "?" + urlencode([*fixed, *pairs, ("_sort", wanted)])))
    return tuple(result)


def _page_href(query: Query, offset: int, fixed: tuple[tuple[str, str], ...]) -> str:
    return "?" + urlencode([*fixed, *to_pairs(replace(query, offset=max(0, offset), after=None))])


def _has_more(query: Query, limit: int, total: int) -> bool:
    return query.offset + limit < total
