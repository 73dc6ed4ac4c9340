"""Reminders as people read them: of a department, of all of them, of one day."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from catalog.keyset import format_cursor, parse_cursor
from catalog.models import Department, Entry, Obligation, Reminder, Revision
from catalog.obligation_paths import Room, path_of
from catalog.permissions import Actor, require_allowed
from catalog.reminders import LADDER

_ABOVE = frozenset({"office"})
"""Roles that belong to no department."""
_NOON = dt.time(4, 0, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class ReminderFacts:
    """One reminder with what it is about, as the obligation stands now."""

    id: uuid.UUID
    step: str
    raised_on: dt.date
    kind: str
    period: str
    title: str
    entry_name: str | None
    department_id: uuid.UUID
    department_name: str
    department_slug: str
    due_on: dt.date
    grace_on: dt.date
    state: str
    obligation_id: uuid.UUID

    def path(self, room: Room) -> str:
        """Where it is dealt with on the desk or in the office."""
        return path_of(room, self.obligation_id, self.kind, self.period)


@dataclass(frozen=True, slots=True)
class Raised:
    """The first reminders of a day and how many there are in all."""

    rows: tuple[ReminderFacts, ...]
    total: int


def list_reminders(
    session: Session,
    *,
    by: Actor,
    department_id: uuid.UUID | None = None,
    after: str | None = None,
    limit: int = 50,
) -> tuple[list[ReminderFacts], str | None]:
    """Reminders of a department, or of all for the office, the newest first, and the cursor of the next page.

    O(limit) over an index of department and day. Raises Invalid("bad_cursor").
    """
    require_allowed(by, "obligation.view", department_id=department_id)
    if department_id is None:
        require_allowed(by, "office.view")
    query = _facts_query().order_by(Reminder.raised_on.desc(), Reminder.id.desc()).limit(limit + 1)
    if department_id is not None:
        query = query.where(Reminder.department_id == department_id)
    cursor = parse_cursor(after)
    if cursor is not None:
        day, last = cursor[0].date(), cursor[1]
        query = query.where(or_(Reminder.raised_on < day, and_(Reminder.raised_on == day, Reminder.id < last)))
    rows = [ReminderFacts(*row) for row in session.execute(query)]
    following = None
    if len(rows) > limit:
        following = format_cursor(dt.datetime.combine(rows[limit - 1].raised_on, _NOON), rows[limit - 1].id)
    return rows[:limit], following


def list_raised(
    session: Session,
    *,
    on: dt.date,
    department_id: uuid.UUID | None = None,
    kind: str | None = None,
    steps: tuple[str, ...] | None = None,
    limit: int = 50,
) -> Raised:
    """What was raised on the day `on`, the earliest due first; no permission is asked: for jobs and the desk."""
    chosen = [Reminder.raised_on == on]
    if department_id is not None:
        chosen.append(Reminder.department_id == department_id)
    if kind is not None:
        chosen.append(Obligation.kind == kind)
    if steps is not None:
        chosen.append(Reminder.step.in_(steps))
    return _list(session, chosen, limit)


def _list(session: Session, chosen: list[ColumnElement[bool]], limit: int) -> Raised:
    query = _facts_query().where(*chosen).order_by(Obligation.due_on, Reminder.id).limit(limit)
    counted = select(func.count()).select_from(Reminder).join(Obligation, Obligation.id == Reminder.obligation_id)
    total = session.scalar(counted.where(*chosen)) or 0
    return Raised(tuple(ReminderFacts(*row) for row in session.execute(query)), total)


def list_raised_for(session: Session, *, by: Actor, on: dt.date, limit: int = 5) -> Raised:
    """What was raised on the day `on` for a person of a department, by the roles that hear of each step."""
    codes = {
        (kind, step.code) for kind, steps in LADDER.items() for step in steps if by.roles & (set(step.roles) - _ABOVE)
    }
    if by.department_id is None or not codes:
        return Raised((), 0)
    heard = or_(*(and_(Obligation.kind == kind, Reminder.step == code) for kind, code in sorted(codes)))
    return _list(session, [Reminder.raised_on == on, Reminder.department_id == by.department_id, heard], limit)


def count_raised(session: Session, *, on: dt.date) -> list[tuple[uuid.UUID, str, str, int]]:
    """(department id, kind of obligation, step, how many) of one day."""
    query = (
        select(Reminder.department_id, Obligation.kind, Reminder.step, func.count())
        .join(Obligation, Obligation.id == Reminder.obligation_id)
        .where(Reminder.raised_on == on)
        .group_by(Reminder.department_id, Obligation.kind, Reminder.step)
    )
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(query)]


def _facts_query() -> Select[*tuple[Any, ...]]:
    """The columns of `ReminderFacts` in their order."""
    return (
        select(
            Reminder.id,
            Reminder.step,
            Reminder.raised_on,
            Obligation.kind,
            Obligation.period,
            func.coalesce(Revision.title, Obligation.label, Obligation.period),
            Entry.name,
            Reminder.department_id,
            Department.name,
            Department.slug,
            Obligation.due_on,
            Obligation.grace_on,
            Obligation.state,
            Obligation.id,
        )
        .join(Obligation, Obligation.id == Reminder.obligation_id)
        .join(Department, Department.id == Reminder.department_id)
        .outerjoin(Entry, Entry.id == Obligation.entry_id)
        .outerjoin(Revision, Revision.id == Entry.published_revision_id)
    )
