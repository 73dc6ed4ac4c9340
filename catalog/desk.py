"""The desk of a department: a countdown and what to do first.

Every list is short (LIST_LIMIT rows) with its total beside it; the page links to the full list. About a dozen queries
over indexed columns of one department, whatever the size of the catalog.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from catalog.cycles import reminder_on
from catalog.errors import NotAllowed
from catalog.gaps import completeness
from catalog.models import Account, Entry, EntryStep, Obligation, Resource, Revision
from catalog.permissions import Actor, is_allowed, require_allowed
from catalog.plans import Countdown, NextNode, count_down, find_next_node
from catalog.rectification_lists import OwedFindings, find_owed
from catalog.revision_texts import item_values, revision_values
from catalog.timeliness import timeliness, timeliness_clause
from catalog.workdays import Calendar, load_calendar
from datasets.models import DataVersion

LIST_LIMIT = 8
PUBLIC_STATES = ("published", "withdrawal_review")
KEPT_DAYS = 366
"""Over how many days the desk sums up which updates came on time."""

T = TypeVar("T")
AnySelect = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class DeskList(Generic[T]):
    """The first rows of a list and how many there are in all."""

    rows: tuple[T, ...]
    total: int

    def __bool__(self) -> bool:
        return self.total > 0


@dataclass(frozen=True, slots=True)
class DueRow:
    """An entry whose update is due, with how far its due date is."""

    entry_name: str
    title: str
    update_cycle: str
    due_on: dt.date
    grace_on: dt.date
    left: Countdown
    timeliness: str


@dataclass(frozen=True, slots=True)
class ReturnedRow:
    """A revision that came back with a reason."""

    entry_name: str
    title: str
    reason: str
    returned_by: str
    returned_at: dt.datetime


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A revision or a data version on its way. `is_own`: the person looking submitted it and cannot sign it."""

    kind: str
    """revision or version"""
    entry_name: str
    title: str
    state: str
    since: dt.datetime | None
    submitted_by: str
    is_own: bool
    resource_id: uuid.UUID | None = None
    version_number: int | None = None


@dataclass(frozen=True, slots=True)
class GapRow:
    """A draft; `completeness` in per cent."""

    entry_name: str
    title: str
    gap_count: int
    completeness: int
    changed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class ReminderRow:
    """An entry of irregular cycle that nobody has updated for a year: a question, not a debt."""

    entry_name: str
    title: str
    updated_on: dt.date


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of thing to do, with how many there are; kinds: see `tasks` in summarise_desk."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Desk:
    """All that the desk shows. `kept` of `settled` updates of the last year were on time."""

    countdown: DueRow | None
    """The next update to come due, overdue ones aside."""
    node: NextNode | None
    """The next node of a work plan that is still owed."""
    findings: OwedFindings
    """Findings that the department has to mend."""
    overdue: DeskList[DueRow]
    due: DeskList[DueRow]
    returned: DeskList[ReturnedRow]
    to_sign: DeskList[WaitingRow]
    """What waits for a reviewer of this department."""
    waiting: DeskList[WaitingRow]
    """What waits for the data office."""
    gaps: DeskList[GapRow]
    ready: DeskList[GapRow]
    """Drafts without gaps: to be submitted."""
    reminders: DeskList[ReminderRow]
    published: int
    kept: int
    settled: int
    tasks: tuple[Task, ...]
    """What to do first, the most pressing first; only what the person looking can do."""


@dataclass(frozen=True, slots=True)
class _Scope:
    session: Session
    department_id: uuid.UUID
    by: Actor
    today: dt.date
    calendar: Calendar


def summarise_desk(session: Session, *, by: Actor, today: dt.date) -> Desk:
    """The desk of the acting person's own department; raises NotAllowed to people without one."""
    require_allowed(by, "desk.view", department_id=by.department_id)
    if by.department_id is None:
        raise NotAllowed("not_allowed", act="desk.view")
    scope = _Scope(session, by.department_id, by, today, load_calendar(session))
    overdue = _due(scope, ("overdue", "long_stale"))
    due = _due(scope, ("due_soon",))
    returned = _returned(scope)
    to_sign, waiting = _waiting(scope, "department_review"), _waiting(scope, "office_review")
    gaps, ready = _drafts(scope, has_gaps=True), _drafts(scope, has_gaps=False)
    kept, settled = _kept(scope)
    node = find_next_node(session, by.department_id, today=today)
    findings = find_owed(session, by.department_id, today=today, calendar=scope.calendar)
    tasks = (
        ("plan.view", "node", node.soon_count if node else 0),
        ("rectification.answer", "finding", findings.count),
        ("data.upload", "overdue", overdue.total),
        ("entry.edit", "returned", returned.total),
        ("entry.sign", "sign", to_sign.total),
        ("data.upload", "due", due.total),
        ("entry.submit", "submit", ready.total),
        ("entry.edit", "gaps", gaps.total),
    )
    return Desk(
        countdown=_countdown(scope),
        node=node,
        findings=findings,
        overdue=overdue,
        due=due,
        returned=returned,
        to_sign=to_sign,
        waiting=waiting,
        gaps=gaps,
        ready=ready,
        reminders=_reminders(scope),
        published=_count(session, select(Entry.id).where(*_public(scope))),
        kept=kept,
        settled=settled,
        tasks=tuple(Task(kind, count) for act, kind, count in tasks if count and is_allowed(by, act)),
    )


def _public(scope: _Scope) -> tuple[ColumnElement[bool], ...]:
    return Entry.department_id == scope.department_id, Entry.state.in_(PUBLIC_STATES)


def _count(session: Session, query: AnySelect) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _due_query(scope: _Scope) -> AnySelect:
    return (
        select(
            Entry.name,
            Revision.title,
            Revision.update_cycle,
            Entry.next_due_on,
            Entry.overdue_after_on,
            Entry.stale_after_on,
        )
        .join(Revision, Revision.id == Entry.published_revision_id)
        .where(*_public(scope), Entry.next_due_on.is_not(None))
        .order_by(Entry.next_due_on, Entry.name)
    )


def _due(scope: _Scope, codes: tuple[str, ...]) -> DeskList[DueRow]:
    query = _due_query(scope).where(timeliness_clause(Entry, codes, scope.today))
    rows = scope.session.execute(query.limit(LIST_LIMIT)).all()
    return DeskList(tuple(_due_row(scope, row) for row in rows), _count(scope.session, query))


def _countdown(scope: _Scope) -> DueRow | None:
    query = _due_query(scope).where(timeliness_clause(Entry, ("normal", "due_soon"), scope.today))
    row = scope.session.execute(query.limit(1)).one_or_none()
    return _due_row(scope, row) if row is not None else None


def _due_row(scope: _Scope, row: Row[Any]) -> DueRow:
    return DueRow(
        entry_name=row.name,
        title=row.title,
        update_cycle=row.update_cycle,
        due_on=row.next_due_on,
        grace_on=row.overdue_after_on or row.next_due_on,
        left=count_down(row.next_due_on, today=scope.today, calendar=scope.calendar),
        timeliness=timeliness(row.next_due_on, row.overdue_after_on, row.stale_after_on, scope.today),
    )


def _open_revisions(scope: _Scope, *states: str) -> Select[Revision, str]:
    return (
        select(Revision, Entry.name)
        .join(Entry, Entry.open_revision_id == Revision.id)
        .where(Entry.department_id == scope.department_id, Revision.state.in_(states))
    )


def _returned(scope: _Scope) -> DeskList[ReturnedRow]:
    query = _open_revisions(scope, "returned").order_by(Revision.changed_at.desc(), Revision.id)
    found = scope.session.execute(query.limit(LIST_LIMIT)).all()
    steps = _last_steps(scope.session, [revision.id for revision, _ in found])
    rows = []
    for revision, name in found:
        step = steps.get(revision.id)
        by_name, at = (step.by_name, step.at) if step else ("", revision.changed_at)
        rows.append(ReturnedRow(name, revision.title, revision.return_reason or "", by_name, at))
    return DeskList(tuple(rows), _count(scope.session, query))


def _last_steps(session: Session, revision_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, EntryStep]:
    """Revision → the last step by which it was returned."""
    query = select(EntryStep).where(EntryStep.revision_id.in_(revision_ids), EntryStep.to_state == "returned")
    return {step.revision_id: step for step in session.scalars(query.order_by(EntryStep.at)) if step.revision_id}


def _waiting(scope: _Scope, state: str) -> DeskList[WaitingRow]:
    """Revisions and data versions of the department in this state of review, the oldest first."""
    states = (state, "approved") if state == "office_review" else (state,)
    revisions = _revisions_waiting(scope, states)
    versions = _versions_waiting(scope, state)
    rows = [
        *(_waiting_row(scope, "revision", row) for row in scope.session.execute(revisions.limit(LIST_LIMIT))),
        *(_waiting_row(scope, "version", row) for row in scope.session.execute(versions.limit(LIST_LIMIT))),
    ]
    rows.sort(key=lambda row: (row.since is None, row.since, row.title))
    return DeskList(tuple(rows[:LIST_LIMIT]), _count(scope.session, revisions) + _count(scope.session, versions))


def _revisions_waiting(scope: _Scope, states: tuple[str, ...]) -> AnySelect:
    return (
        select(
            Entry.name,
            Revision.title,
            Revision.state,
            Revision.submitted_at.label("since"),
            Revision.submitted_by,
            Account.display_name,
        )
        .join(Entry, Entry.open_revision_id == Revision.id)
        .outerjoin(Account, Account.id == Revision.submitted_by)
        .where(Entry.department_id == scope.department_id, Revision.state.in_(states))
        .order_by(Revision.submitted_at, Revision.id)
    )


def _versions_waiting(scope: _Scope, state: str) -> AnySelect:
    """New data of entries that are public already; first versions travel with their revision."""
    return (
        select(
            Entry.name,
            Revision.title,
            DataVersion.state,
            DataVersion.created_at.label("since"),
            DataVersion.submitted_by,
            Account.display_name,
            Resource.id.label("resource_id"),
            DataVersion.number,
        )
        .join(Resource, Resource.id == DataVersion.resource_id)
        .join(Entry, Entry.id == Resource.entry_id)
        .join(Revision, Revision.id == Entry.published_revision_id)
        .outerjoin(Account, Account.id == DataVersion.submitted_by)
        .where(Entry.department_id == scope.department_id, DataVersion.state == state)
        .order_by(DataVersion.created_at, DataVersion.id)
    )


def _waiting_row(scope: _Scope, kind: str, row: Row[Any]) -> WaitingRow:
    facts = row._mapping
    return WaitingRow(
        kind=kind,
        entry_name=row.name,
        title=row.title,
        state=row.state,
        since=row.since,
        submitted_by=row.display_name or "",
        is_own=row.submitted_by is not None and row.submitted_by == scope.by.account_id,
        resource_id=facts.get("resource_id"),
        version_number=facts.get("number"),
    )


def _drafts(scope: _Scope, *, has_gaps: bool) -> DeskList[GapRow]:
    """Drafts with or without gaps, the one nearest to completion first."""
    gap_count = func.json_array_length(Revision.gaps)
    query = _open_revisions(scope, "draft").where(gap_count > 0 if has_gaps else gap_count == 0)
    ordered = query.order_by(gap_count, Revision.changed_at.desc(), Revision.id).limit(LIST_LIMIT)
    found = scope.session.execute(ordered.options(selectinload(Revision.items))).all()
    rows = tuple(
        GapRow(
            entry_name=name,
            title=revision.title,
            gap_count=len(revision.gaps),
            completeness=completeness(revision_values(revision), [item_values(item) for item in revision.items]),
            changed_at=revision.changed_at,
        )
        for revision, name in found
    )
    return DeskList(rows, _count(scope.session, query))


def _reminders(scope: _Scope) -> DeskList[ReminderRow]:
    updated_on = func.coalesce(Entry.data_updated_on, Entry.issued_on)
    published = aliased(Revision)
    query = (
        select(Entry.name, published.title, updated_on.label("updated_on"))
        .join(published, published.id == Entry.published_revision_id)
        .where(
            *_public(scope),
            published.update_cycle == "irregular",
            or_(published.open_type.is_(None), published.open_type != "closed"),
            and_(updated_on.is_not(None), updated_on <= _year_before(scope.today)),
        )
        .order_by(updated_on, Entry.name)
    )
    rows = scope.session.execute(query.limit(LIST_LIMIT)).all()
    return DeskList(
        tuple(ReminderRow(row.name, row.title, row.updated_on) for row in rows), _count(scope.session, query)
    )


def _year_before(today: dt.date) -> dt.date:
    """The last day whose reminder is due on `today`."""
    day = today - dt.timedelta(days=366)
    while reminder_on(day + dt.timedelta(days=1)) <= today:
        day += dt.timedelta(days=1)
    return day


def _kept(scope: _Scope) -> tuple[int, int]:
    query = (
        select(Obligation.state, func.count())
        .where(
            Obligation.department_id == scope.department_id,
            Obligation.state.in_(("on_time", "late", "missed")),
            Obligation.due_on >= scope.today - dt.timedelta(days=KEPT_DAYS),
        )
        .group_by(Obligation.state)
    )
    counts = {row[0]: row[1] for row in scope.session.execute(query)}
    return counts.get("on_time", 0), sum(counts.values())
