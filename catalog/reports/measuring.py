"""The facts of one half-year: figures beside last year's, departments, and the shortcomings by name."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.models import Department, Entry, Obligation, Rectification, Revision
from catalog.permissions import Actor, require_allowed
from catalog.reports.counting import count_by_department, count_figure
from catalog.reports.figures import FIGURES, Figure, Span
from catalog.reports.spans import year_before
from catalog.statistics import OPEN_TYPES
from catalog.timely_rates import TimelyShares, timely_shares
from catalog.vocabularies import VOCABULARIES

LINE_FIGURES = (
    *("entries", "entries_new", "versions_renewed", "updates_due", "updates_on_time", "updates_late"),
    *("updates_missed", "updates_overdue", "nodes_due", "nodes_met", "nodes_late", "nodes_open"),
)
"""Figures that the table of departments shows."""
NAMED_TITLES = 5
"""Titles that a shortcoming names before it says how many more there are."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure now and in the same span of the year before."""

    figure: Figure
    value: int
    before: int

    @property
    def growth(self) -> float | None:
        """Change against the year before, 0.25 for a quarter more; None where there was nothing to grow from."""
        return (self.value - self.before) / self.before if self.before else None


@dataclass(frozen=True, slots=True)
class DepartmentLine:
    """One department in the table: its figures by code."""

    department_id: uuid.UUID
    slug: str
    name: str
    short_name: str
    values: Mapping[str, int]

    @property
    def timely_rate(self) -> float | None:
        """Updates on time among those due, 0 to 1; None where none was due."""
        return self.values["updates_on_time"] / self.values["updates_due"] if self.values["updates_due"] else None


@dataclass(frozen=True, slots=True)
class NodeLine:
    """One node of a plan that fell due: how many departments met it, and who did not."""

    label: str
    due_on: dt.date
    met: int
    late: int
    due: int
    open_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shortcoming:
    """One shortcoming by name: whose it is, how many, and the first titles."""

    code: str
    """overdue, rectification"""
    name: str
    count: int
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HalfYear:
    """All that a report says of one half-year."""

    span: Span
    before: Span
    figures: Mapping[str, Measured]
    lines: tuple[DepartmentLine, ...]
    nodes: tuple[NodeLine, ...]
    next_nodes: tuple[NodeLine, ...]
    """Nodes that fall due in the half-year after it."""
    shares: TimelyShares
    silent: tuple[str, ...]
    """Departments that owed updates and delivered none."""
    empty: tuple[str, ...]
    """Departments with nothing public."""
    shortcomings: tuple[Shortcoming, ...]
    domains_covered: tuple[str, ...]
    domains_empty: tuple[str, ...]

    @property
    def open_rate(self) -> float | None:
        """Open entries among the public ones, 0 to 1."""
        total = self.figures["entries"].value
        return self.figures["entries_open"].value / total if total else None


def measure_half_year(session: Session, span: Span, *, by: Actor, today: dt.date) -> HalfYear:
    """Count everything: two statements for each figure, by department and for the year before. Raises NotAllowed."""
    require_allowed(by, "report.make")
    before = year_before(span, today=today)
    counts = {code: count_by_department(session, figure, span) for code, figure in FIGURES.items()}
    figures = {
        code: Measured(figure, sum(counts[code].values()), count_figure(session, figure, before))
        for code, figure in FIGURES.items()
    }
    lines = _lines(session, {code: counts[code] for code in LINE_FIGURES})
    names = {line.department_id: line.short_name for line in lines}
    covered = _domains(session, span)
    return HalfYear(
        span=span,
        before=before,
        figures=figures,
        lines=lines,
        nodes=_nodes(session, span.starts_on, span.as_of, names),
        next_nodes=_nodes(session, span.ends_on + dt.timedelta(days=1), _half_after(span), names),
        shares=timely_shares(session, since=span.starts_on, until=span.as_of, today=span.as_of),
        silent=tuple(name for key, name in names.items() if key in counts["departments_silent"]),
        empty=tuple(name for key, name in names.items() if key in counts["departments_empty"]),
        shortcomings=(*_overdue(session, span, names), *_unmended(session, span, names)),
        domains_covered=tuple(term.zh for term in VOCABULARIES["domain"].terms if term.code in covered),
        domains_empty=tuple(term.zh for term in VOCABULARIES["domain"].terms if term.code not in covered),
    )


def _half_after(span: Span) -> dt.date:
    return dt.date(span.ends_on.year + 1, 6, 30) if span.ends_on.month == 12 else dt.date(span.ends_on.year, 12, 31)


def _lines(session: Session, columns: Mapping[str, Mapping[uuid.UUID, int]]) -> tuple[DepartmentLine, ...]:
    """The active departments and those that have any figure, in their order; `columns` by figure and department."""
    known = {key for column in columns.values() for key in column}
    query = select(Department).order_by(Department.position, Department.name)
    return tuple(
        DepartmentLine(
            row.id,
            row.slug,
            row.name,
            row.short_name,
            {code: column.get(row.id, 0) for code, column in columns.items()},
        )
        for row in session.scalars(query)
        if row.is_active or row.id in known
    )


def _nodes(session: Session, since: dt.date, until: dt.date, names: Mapping[uuid.UUID, str]) -> tuple[NodeLine, ...]:
    query = (
        select(Obligation.period, Obligation.label, Obligation.due_on, Obligation.state, Obligation.department_id)
        .where(Obligation.kind == "node", Obligation.due_on.between(since, until))
        .where(Obligation.state.not_in(("void", "excused")))
        .order_by(Obligation.due_on, Obligation.period)
    )
    groups = defaultdict(list)
    for row in session.execute(query):
        groups[row.period, row.due_on].append(row)
    return tuple(
        NodeLine(
            label=rows[0].label or period,
            due_on=due_on,
            met=sum(row.state == "on_time" for row in rows),
            late=sum(row.state == "late" for row in rows),
            due=len(rows),
            open_names=tuple(
                name
                for key, name in names.items()
                if any(row.department_id == key and row.state in ("open", "missed") for row in rows)
            ),
        )
        for (period, due_on), rows in groups.items()
    )


def _overdue(session: Session, span: Span, names: Mapping[uuid.UUID, str]) -> list[Shortcoming]:
    """Departments by how many updates are overdue, with the titles that have been so for longest."""
    query = (
        select(Obligation.department_id, Revision.title)
        .join(Entry, Entry.id == Obligation.entry_id)
        .join(Revision, Revision.id == Entry.published_revision_id)
        .where(FIGURES["updates_overdue"].clause(span))
        .order_by(Obligation.due_on, Revision.title)
    )
    titles: defaultdict[uuid.UUID, list[str]] = defaultdict(list)
    for department_id, title in session.execute(query):
        titles[department_id].append(title)
    found = [
        Shortcoming("overdue", names[key], len(own), tuple(dict.fromkeys(own))[:NAMED_TITLES])
        for key, own in titles.items()
    ]
    return sorted(found, key=lambda one: -one.count)


def _unmended(session: Session, span: Span, names: Mapping[uuid.UUID, str]) -> list[Shortcoming]:
    query = (
        select(Rectification.department_id, func.count())
        .where(Rectification.found_on <= span.as_of, Rectification.due_on < span.as_of)
        .where((Rectification.closed_on.is_(None)) | (Rectification.closed_on > span.as_of))
        .group_by(Rectification.department_id)
    )
    return [Shortcoming("rectification", names[key], count, ()) for key, count in session.execute(query)]


def _domains(session: Session, span: Span) -> set[str]:
    query = (
        select(Revision.domain)
        .join(Entry, Entry.published_revision_id == Revision.id)
        .where(FIGURES["entries"].clause(span), Revision.open_type.in_(OPEN_TYPES))
        .distinct()
    )
    return {domain for domain in session.scalars(query) if domain}
