"""催办单: exactly what one department owes, on one sheet, for the office to send."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.departments import DepartmentFacts
from catalog.errors import NotFound
from catalog.models import Department, Entry, Obligation, Revision
from catalog.permissions import Actor, require_allowed
from catalog.plans.board import Countdown, count_down, newest_declarations
from catalog.plans.facts import PlanFacts, get_plan, list_plan_departments
from catalog.plans.progress import ExpectedItem, Progress, count_progress, list_expected
from catalog.timeliness import DUE_SOON_DAYS
from catalog.workdays import load_calendar

ENTRY_KINDS = ("update", "freshness")


@dataclass(frozen=True, slots=True)
class OwedNode:
    """A node that the department still owes; without a plan every node of every plan."""

    label: str
    title: str
    rule: str | None
    countdown: Countdown


@dataclass(frozen=True, slots=True)
class OwedUpdate:
    """A dataset whose update is owed: the earliest open period, and how many are open."""

    entry_name: str
    title: str
    countdown: Countdown
    grace_on: dt.date
    period_count: int


@dataclass(frozen=True, slots=True)
class ReturnedEntry:
    """An entry that came back and was not handed in again."""

    entry_name: str
    title: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class OwedRectification:
    """整改: a finding that is not mended."""

    code: str
    finding: str
    countdown: Countdown


@dataclass(frozen=True, slots=True)
class UrgingNote:
    """All that one department owes on the day `written_on`."""

    department: DepartmentFacts
    plan: PlanFacts | None
    written_on: dt.date
    nodes: tuple[OwedNode, ...]
    progress: Progress
    missing: tuple[ExpectedItem, ...]
    """Titles of the plan's list that are not done."""
    overdue: tuple[OwedUpdate, ...]
    """Updates whose days of grace are over."""
    due_soon: tuple[OwedUpdate, ...]
    """Updates that are due within a week or in their days of grace."""
    returned: tuple[ReturnedEntry, ...]
    rectifications: tuple[OwedRectification, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to urge for."""
        return not self.count

    @property
    def count(self) -> int:
        """How many things are owed."""
        lists: Sequence[Sequence[object]] = (
            *(self.nodes, self.missing, self.overdue, self.due_soon, self.returned, self.rectifications),
        )
        return sum(map(len, lists))

    @property
    def answer_by(self) -> dt.date | None:
        """The earliest date that is still to come, None where everything is overdue already."""
        owed = [
            *(node.countdown for node in self.nodes),
            *(update.countdown for update in self.due_soon),
            *(one.countdown for one in self.rectifications),
        ]
        days = [countdown.due_on for countdown in owed if countdown.days >= 0]
        return min(days, default=None)


def make_urging_note(
    session: Session, department_id: uuid.UUID, *, plan: str | None = None, today: dt.date, by: Actor
) -> UrgingNote:
    """The note for one department; with `plan` (its code) also the titles of its list that are not done.

    For the department itself and the office. Raises NotFound("department_not_found"), NotFound("plan_not_found").
    """
    require_allowed(by, "plan.view", department_id=department_id)
    return _make(session, [department_id], plan, today=today, by=by)[0]


def make_urging_notes(session: Session, plan: str, *, today: dt.date, by: Actor) -> list[UrgingNote]:
    """The notes for all departments of a plan that owe anything, in the order of the departments.

    A dozen queries whatever the number of departments; O(what is owed).
    """
    require_allowed(by, "plan.manage")
    ids = [department.id for department in list_plan_departments(session, plan)]
    return [note for note in _make(session, ids, plan, today=today, by=by) if not note.is_empty]


def _make(
    session: Session, ids: Sequence[uuid.UUID], code: str | None, *, today: dt.date, by: Actor
) -> list[UrgingNote]:
    plan = get_plan(session, code, by=by) if code else None
    calendar = load_calendar(session)

    def countdown(day: dt.date) -> Countdown:
        return count_down(day, today=today, calendar=calendar)

    departments = _departments(session, ids)
    items = _items(session, plan, ids)
    # A declaration that waits for the office is nothing to urge the department for.
    signed = {of: state for of, (state, _) in newest_declarations(session, plan.id).items()} if plan else {}
    nodes: dict[uuid.UUID, list[OwedNode]] = defaultdict(list)
    rectifications: dict[uuid.UUID, list[OwedRectification]] = defaultdict(list)
    for row in _owed_by_departments(session, ids):
        if row.kind == "rectification":
            found = OwedRectification(row.period, row.label or row.period, countdown(row.due_on))
            rectifications[row.department_id].append(found)
        elif (node := _node(plan, row, countdown(row.due_on))) is not None and not (
            node.rule == "catalog" and signed.get(row.department_id) == "signed"
        ):
            nodes[row.department_id].append(node)
    updates = _owed_updates(session, ids, today=today)
    returned = _returned(session, ids)
    notes = []
    for one in ids:
        owed = [
            OwedUpdate(name, title, countdown(due_on), grace_on, count)
            for name, title, due_on, grace_on, count in updates[one]
        ]
        notes.append(
            UrgingNote(
                department=departments[one],
                plan=plan,
                written_on=today,
                nodes=tuple(nodes[one]),
                progress=count_progress(items[one]),
                missing=tuple(item for item in items[one] if item.is_missing),
                overdue=tuple(update for update in owed if update.grace_on < today),
                due_soon=tuple(update for update in owed if update.grace_on >= today),
                returned=tuple(returned[one]),
                rectifications=tuple(rectifications[one]),
            )
        )
    return notes


def _departments(session: Session, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, DepartmentFacts]:
    names = ("id", "slug", "name", "name_en", "short_name", "kind", "credit_code", "phone", "is_active")
    rows = session.scalars(select(Department).where(Department.id.in_(ids)))
    found = {row.id: DepartmentFacts(*(getattr(row, name) for name in names)) for row in rows}
    if len(found) < len(set(ids)):
        raise NotFound("department_not_found", name="")
    return found


def _items(session: Session, plan: PlanFacts | None, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[ExpectedItem]]:
    items: dict[uuid.UUID, list[ExpectedItem]] = defaultdict(list)
    if plan is not None and plan.state != "closed":
        for item in list_expected(session, plan.id, ids[0] if len(ids) == 1 else None):
            items[item.department_id].append(item)
    return items


def _owed_by_departments(session: Session, ids: Collection[uuid.UUID]) -> Sequence[Obligation]:
    """Open nodes and rectifications, the earliest due first."""
    query = (
        select(Obligation)
        .where(Obligation.department_id.in_(ids), Obligation.state == "open")
        .where(Obligation.kind.in_(("node", "rectification")))
        .order_by(Obligation.due_on, Obligation.period)
    )
    return session.scalars(query).all()


def _node(plan: PlanFacts | None, row: Obligation, countdown: Countdown) -> OwedNode | None:
    """The node that this obligation is about; None for a node of another plan than the one asked about."""
    if plan is None:
        return OwedNode(row.label or row.period, row.label or row.period, None, countdown)
    for node in plan.nodes:
        if row.period == f"{plan.code}#{node.position}":
            return OwedNode(row.label or row.period, node.title, node.rule, countdown)
    return None


def _owed_updates(
    session: Session, ids: Collection[uuid.UUID], *, today: dt.date
) -> dict[uuid.UUID, list[tuple[str, str, dt.date, dt.date, int]]]:
    """Department → (name, title, due, grace, open periods) of each entry whose update is overdue or due soon."""
    query = (
        select(
            *(Obligation.department_id, Entry.name, Revision.title, Obligation.due_on, Obligation.grace_on),
        )
        .join(Entry, Entry.id == Obligation.entry_id)
        .join(Revision, Revision.id == Entry.published_revision_id)
        .where(Obligation.department_id.in_(ids), Obligation.state == "open", Obligation.kind.in_(ENTRY_KINDS))
        .where(Obligation.due_on <= today + dt.timedelta(days=DUE_SOON_DAYS))
        .order_by(Obligation.due_on, Revision.title, Entry.name)
    )
    found: dict[uuid.UUID, dict[str, tuple[str, str, dt.date, dt.date, int]]] = defaultdict(dict)
    for department_id, name, title, due_on, grace_on in session.execute(query):
        first = found[department_id].get(name, (name, title, due_on, grace_on, 0))
        found[department_id][name] = (*first[:4], first[4] + 1)
    return defaultdict(list, {key: list(rows.values()) for key, rows in found.items()})


def _returned(session: Session, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[ReturnedEntry]]:
    query = (
        select(Entry.department_id, Entry.name, Revision.title, Revision.return_reason)
        .join(Revision, Revision.id == Entry.open_revision_id)
        .where(Entry.department_id.in_(ids), Revision.state == "returned")
        .order_by(Revision.changed_at, Entry.name)
    )
    found: dict[uuid.UUID, list[ReturnedEntry]] = defaultdict(list)
    for department_id, name, title, reason in session.execute(query):
        found[department_id].append(ReturnedEntry(name, title, reason))
    return found
