"""超期数据公示: which public entries are overdue today, department by department, for everybody to see."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from catalog.models import CurrentRecord, Department
from catalog.timeliness import timeliness_clause
from catalog.workdays import Calendar, load_calendar

OVERDUE_CODES = ("overdue", "long_stale")
"""Codes of the vocabulary `timeliness` that this list shows."""
PER_BATCH = 1000


@dataclass(frozen=True, slots=True)
class OverdueRow:
    """An entry whose earliest owed update is overdue: the days of grace are over.

    `days` are calendar days, `workdays` working days after `due_on` until today.
    """

    entry_id: uuid.UUID
    name: str
    title: str
    title_en: str | None
    department_slug: str
    department_name: str
    department_name_en: str | None
    update_cycle: str
    data_updated_on: dt.date | None
    due_on: dt.date
    grace_on: dt.date
    timeliness: str
    """overdue, or long_stale: the grace of the following period is over too."""
    days: int
    workdays: int


@dataclass(frozen=True, slots=True)
class OverdueDepartment:
    """How many overdue entries a department has, and how many of them are long stale."""

    slug: str
    name: str
    name_en: str | None
    count: int
    long_stale: int


@dataclass(frozen=True, slots=True)
class OverduePage:
    """One page of the list; `page` counts from 1, `departments` count everything that is overdue."""

    rows: tuple[OverdueRow, ...]
    departments: tuple[OverdueDepartment, ...]
    total: int
    page: int
    per_page: int

    @property
    def page_count(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.per_page))


def list_overdue(
    session: Session, *, today: dt.date, department: str | None = None, page: int = 1, per_page: int = 50
) -> OverduePage:
    """One page of the overdue entries, the long stale ones first, then the earliest due; of one department by slug.

    Costs O(overdue entries) over an indexed column; kept by change number and day above.
    """
    departments = count_overdue(session, today=today)
    total = sum(one.count for one in departments if department in (None, one.slug))
    query = _rows(today, department).limit(per_page).offset((page - 1) * per_page)
    counter = _Workdays(load_calendar(session), today)
    rows = tuple(_row(row, today, counter) for row in session.execute(query))
    return OverduePage(rows, departments, total, page, per_page)


def read_overdue(session: Session, *, today: dt.date, department: str | None = None) -> Iterator[OverdueRow]:
    """The whole list in the same order, read in batches."""
    counter = _Workdays(load_calendar(session), today)
    rows = session.execute(_rows(today, department).execution_options(yield_per=PER_BATCH))
    return (_row(row, today, counter) for row in rows)


def count_overdue(session: Session, *, today: dt.date) -> tuple[OverdueDepartment, ...]:
    """The departments with overdue entries, the most first. O(overdue entries)."""
    query = (
        select(
            Department.slug,
            Department.name,
            Department.name_en,
            func.count(),
            func.count().filter(_is_long_stale(today)),
        )
        .join(CurrentRecord, CurrentRecord.department_id == Department.id)
        .where(_is_overdue(today))
        .group_by(Department.slug, Department.name, Department.name_en)
        .order_by(func.count().desc(), Department.slug)
    )
    return tuple(OverdueDepartment(*row) for row in session.execute(query))


class _Workdays:
    """Counts working days until today, once per due date: there are few of them."""

    def __init__(self, calendar: Calendar, today: dt.date) -> None:
        self._calendar = calendar
        self._today = today
        self._known: dict[dt.date, int] = {}

    def since(self, due_on: dt.date) -> int:
        """Working days after `due_on` up to and including today."""
        if due_on not in self._known:
            self._known[due_on] = self._calendar.workdays_between(due_on, self._today)
        return self._known[due_on]


def _is_overdue(today: dt.date) -> ColumnElement[bool]:
    """Overdue today; the first half lets the index on the due date serve."""
    return and_(CurrentRecord.next_due_on < today, timeliness_clause(CurrentRecord, OVERDUE_CODES, today))


def _is_long_stale(today: dt.date) -> ColumnElement[bool]:
    return timeliness_clause(CurrentRecord, ("long_stale",), today)


def _rows(today: dt.date, department: str | None) -> Select[Any]:
    is_long_stale = _is_long_stale(today)
    query = (
        select(
            CurrentRecord.entry_id,
            CurrentRecord.name,
            CurrentRecord.title,
            CurrentRecord.record["title_en"].as_string().label("title_en"),
            Department.slug.label("department_slug"),
            Department.name.label("department_name"),
            Department.name_en.label("department_name_en"),
            CurrentRecord.update_cycle,
            CurrentRecord.data_updated_on,
            CurrentRecord.next_due_on.label("due_on"),
            func.coalesce(CurrentRecord.overdue_after_on, CurrentRecord.next_due_on).label("grace_on"),
            is_long_stale.label("is_long_stale"),
        )
        .join(Department, Department.id == CurrentRecord.department_id)
        .where(_is_overdue(today))
        .order_by(is_long_stale.desc(), CurrentRecord.next_due_on, CurrentRecord.entry_id)
    )
    return query if department is None else query.where(Department.slug == department)


def _row(row: Any, today: dt.date, counter: _Workdays) -> OverdueRow:
    facts = dict(row._mapping)
    return OverdueRow(
        **{name: value for name, value in facts.items() if name != "is_long_stale"},
        timeliness="long_stale" if row.is_long_stale else "overdue",
        days=(today - row.due_on).days,
        workdays=counter.since(row.due_on),
    )
