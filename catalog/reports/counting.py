"""Counts a figure, in all and by department, and lists the records behind it: one statement for both."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, cast, func, literal, null, select
from sqlalchemy.orm import Session

from catalog.errors import NotFound
from catalog.models import Department, Entry, Obligation, Rectification, Resource, Revision
from catalog.permissions import Actor, require_allowed
from catalog.reports.figures import FIGURES, Figure, Span
from datasets.clock import day_of
from datasets.models import DataVersion, UsageCount

PAGE_SIZE = 100
AnySelect = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Source:
    """How records of one kind are reached, and how they are shown in a list."""

    joined: Callable[[AnySelect], AnySelect]
    department: ColumnElement[uuid.UUID] | Any
    title: ColumnElement[str] | Any
    entry_name: ColumnElement[str] | Any
    day: ColumnElement[Any] | Any
    detail: ColumnElement[Any] | Any
    key: ColumnElement[Any] | Any
    number: ColumnElement[int] | Any = field(default_factory=lambda: literal(1))


def _with_entry(query: AnySelect) -> AnySelect:
    return query.select_from(Entry).outerjoin(Revision, Revision.id == Entry.published_revision_id)


def _with_version(query: AnySelect) -> AnySelect:
    return (
        query.select_from(DataVersion)
        .join(Resource, Resource.id == DataVersion.resource_id)
        .join(Entry, Entry.id == Resource.entry_id)
        .outerjoin(Revision, Revision.id == Entry.published_revision_id)
    )


def _with_obligation(query: AnySelect) -> AnySelect:
    return (
        query.select_from(Obligation)
        .outerjoin(Entry, Entry.id == Obligation.entry_id)
        .outerjoin(Revision, Revision.id == Entry.published_revision_id)
    )


def _with_usage(query: AnySelect) -> AnySelect:
    return (
        query.select_from(UsageCount)
        .join(Entry, Entry.id == UsageCount.subject_id)
        .outerjoin(Revision, Revision.id == Entry.published_revision_id)
    )


SOURCES: Mapping[str, Source] = {
    "entry": Source(
        _with_entry, Entry.department_id, Revision.title, Entry.name, Entry.issued_on, Entry.state, Entry.id
    ),
    "version": Source(
        _with_version,
        Entry.department_id,
        Revision.title,
        Entry.name,
        DataVersion.published_at,
        DataVersion.file_name,
        DataVersion.id,
    ),
    "obligation": Source(
        _with_obligation,
        Obligation.department_id,
        func.coalesce(Revision.title, Obligation.label),
        Entry.name,
        Obligation.due_on,
        Obligation.period,
        Obligation.id,
    ),
    "department": Source(
        lambda query: query.select_from(Department),
        Department.id,
        Department.name,
        null(),
        cast(null(), Date),
        Department.kind,
        Department.id,
    ),
    "rectification": Source(
        lambda query: query.select_from(Rectification),
        Rectification.department_id,
        Rectification.finding,
        null(),
        Rectification.found_on,
        Rectification.code,
        Rectification.id,
    ),
    "usage": Source(
        _with_usage,
        Entry.department_id,
        Revision.title,
        Entry.name,
        UsageCount.day,
        UsageCount.kind,
        UsageCount.subject_id,
        UsageCount.count,
    ),
}
"""Kind of record → where it lies; `day` may be an instant, shown as its day in Shanghai."""


@dataclass(frozen=True, slots=True)
class FigureRecord:
    """One record behind a figure. `entry_name` leads to the entry, where there is one; `number` is what it counts."""

    department_id: uuid.UUID
    department: str
    title: str
    entry_name: str | None
    on: dt.date | None
    detail: str
    number: int


@dataclass(frozen=True, slots=True)
class FigurePage:
    """One page of the records behind a figure, and the figure itself."""

    figure: Figure
    total: int
    records: tuple[FigureRecord, ...]
    page: int
    page_count: int


def count_figure(session: Session, figure: Figure, span: Span) -> int:
    """The figure of the whole district."""
    source = SOURCES[figure.kind]
    query = source.joined(select(func.coalesce(func.sum(source.number), 0))).where(figure.clause(span))
    return int(session.scalar(query) or 0)


def count_by_department(session: Session, figure: Figure, span: Span) -> dict[uuid.UUID, int]:
    """The figure of each department that has any."""
    source = SOURCES[figure.kind]
    query = source.joined(select(source.department, func.sum(source.number))).where(figure.clause(span))
    return {row[0]: int(row[1]) for row in session.execute(query.group_by(source.department))}


def list_records(
    session: Session,
    code: str,
    span: Span,
    *,
    by: Actor,
    department_id: uuid.UUID | None = None,
    page: int = 1,
) -> FigurePage:
    """The records that a figure counts, by department and day; PAGE_SIZE a page.

    Raises NotAllowed, NotFound("no_such_figure").
    """
    require_allowed(by, "report.make")
    if code not in FIGURES:
        raise NotFound("no_such_figure", figure=code[:40])
    figure = FIGURES[code]
    source = SOURCES[figure.kind]
    clause = figure.clause(span)
    if department_id is not None:
        clause = clause & (source.department == department_id)
    counting = source.joined(select(func.count(), func.coalesce(func.sum(source.number), 0))).where(clause)
    rows, total = (int(value) for value in session.execute(counting).one())
    names = ("department", "title", "entry_name", "day", "detail", "number")
    columns = [getattr(source, name).label(name) for name in names]
    query = source.joined(select(*columns)).where(clause).order_by(source.department, source.day, source.key)
    page_count = max(1, -(-rows // PAGE_SIZE))
    page = min(max(1, page), page_count)
    known = {row.id: row.short_name for row in session.execute(select(Department.id, Department.short_name))}
    found = session.execute(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))
    records = tuple(
        FigureRecord(row[0], known[row[0]], row[1] or "", row[2], _day(row[3]), str(row[4] or ""), int(row[5]))
        for row in found
    )
    return FigurePage(figure, total, records, page, page_count)


def _day(value: dt.date | dt.datetime | None) -> dt.date | None:
    return day_of(value) if isinstance(value, dt.datetime) else value
