"""Digests: for each person one message a day with all that was raised for them, worst first.

A department's people get the reminders of their department that their roles hear of; the office gets the escalations
of all departments as a table. On the first working day of a month an editor's digest also names the irregular
entries that nobody has touched for a year: a question, not a debt.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from catalog.cycles import reminder_on
from catalog.models import Account, AccountRole, Department, Entry, Revision
from catalog.reminder_lists import ReminderFacts, count_raised, list_raised
from catalog.reminders import LADDER, STEP_ORDER
from catalog.workdays import load_calendar

GROUP_LIMIT = 40
"""Lines of one step in one digest; the desk shows the rest."""
PUBLIC_STATES = ("published", "withdrawal_review")


@dataclass(frozen=True, slots=True)
class DigestGroup:
    """One step of the ladder with its first lines; `total` counts them all."""

    step: str
    kind: str
    lines: tuple[ReminderFacts, ...]
    total: int


@dataclass(frozen=True, slots=True)
class DepartmentCount:
    """One line of the office's table: how many escalations of each kind a department has today."""

    name: str
    overdue: int
    stale: int
    missed: int
    slug: str = ""


@dataclass(frozen=True, slots=True)
class IrregularLine:
    """An entry without a fixed cycle that has rested for twelve months."""

    entry_name: str
    title: str
    updated_on: dt.date


@dataclass(frozen=True, slots=True)
class Digest:
    """What one person is told on the day `on`."""

    account_id: uuid.UUID
    email: str
    display_name: str
    department_id: uuid.UUID | None
    department_name: str | None
    on: dt.date
    groups: tuple[DigestGroup, ...] = ()
    departments: tuple[DepartmentCount, ...] = ()
    irregular: tuple[IrregularLine, ...] = ()

    @property
    def total(self) -> int:
        """How many reminders it tells of; the irregular entries are none."""
        return sum(group.total for group in self.groups) + sum(
            row.overdue + row.stale + row.missed for row in self.departments
        )


@dataclass(slots=True)
class _Person:
    account_id: uuid.UUID
    email: str
    display_name: str
    department_id: uuid.UUID | None
    department_name: str | None
    roles: set[str] = field(default_factory=set)


def list_digests(session: Session, *, on: dt.date) -> Iterator[Digest]:
    """The digests of the day, one for each active account with an address that has something to hear.

    On a day off there are none. O(departments concerned · steps) queries of GROUP_LIMIT rows.
    """
    calendar = load_calendar(session)
    if not calendar.is_workday(on):
        return
    counts: dict[uuid.UUID, dict[tuple[str, str], int]] = {}
    for department_id, kind, step, count in count_raised(session, on=on):
        counts.setdefault(department_id, {})[kind, step] = count
    is_first = calendar.last_workday_before(on).month != on.month
    query = select(Department.id, Department.name, Department.slug)
    names = {row[0]: (row[1], row[2]) for row in session.execute(query)}
    known: dict[uuid.UUID, tuple[tuple[DigestGroup, ...], tuple[IrregularLine, ...]]] = {}
    for person in _people(session):
        groups: tuple[DigestGroup, ...] = ()
        irregular: tuple[IrregularLine, ...] = ()
        own = person.department_id
        if own is not None and person.roles & {"editor", "reviewer", "head"}:
            if own not in known:
                resting = _list_irregular(session, own, on) if is_first else ()
                known[own] = _groups(session, own, on, counts.get(own, {})), resting
            groups = tuple(group for group in known[own][0] if _hears(person, group.kind, group.step))
            irregular = known[own][1] if "editor" in person.roles else ()
        table = _table(counts, names) if "office" in person.roles else ()
        if groups or irregular or table:
            yield Digest(
                person.account_id,
                person.email,
                person.display_name,
                own,
                person.department_name,
                on,
                groups,
                table,
                irregular,
            )


def _people(session: Session) -> list[_Person]:
    query = (
        select(Account.id, Account.email, Account.display_name, Account.department_id, Department.name)
        .add_columns(AccountRole.role)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .outerjoin(Department, Department.id == Account.department_id)
        .where(Account.is_active, Account.email.is_not(None))
        .order_by(Account.username)
    )
    people: dict[uuid.UUID, _Person] = {}
    for account_id, email, name, department_id, department_name, role in session.execute(query):
        person = people.setdefault(account_id, _Person(account_id, email, name, department_id, department_name))
        person.roles.add(role)
    return list(people.values())


def _hears(person: _Person, kind: str, code: str) -> bool:
    return any(step.code == code and person.roles & (set(step.roles) - {"office"}) for step in LADDER.get(kind, ()))


def _groups(
    session: Session, department_id: uuid.UUID, on: dt.date, counts: dict[tuple[str, str], int]
) -> tuple[DigestGroup, ...]:
    groups = []
    for kind, code in sorted(counts, key=lambda one: (STEP_ORDER.index(one[1]), one[0])):
        found = list_raised(session, on=on, department_id=department_id, kind=kind, steps=(code,), limit=GROUP_LIMIT)
        groups.append(DigestGroup(code, kind, found.rows, found.total))
    return tuple(groups)


def _table(
    counts: dict[uuid.UUID, dict[tuple[str, str], int]], names: dict[uuid.UUID, tuple[str, str]]
) -> tuple[DepartmentCount, ...]:
    rows = []
    for department_id, by_step in counts.items():
        sums = dict.fromkeys(("overdue", "stale", "missed"), 0)
        for (_, code), count in by_step.items():
            if code in sums:
                sums[code] += count
        if any(sums.values()):
            name, slug = names[department_id]
            rows.append(DepartmentCount(name, slug=slug, **sums))
    return tuple(sorted(rows, key=lambda row: (-(row.overdue + row.stale + row.missed), row.name)))


def _list_irregular(session: Session, department_id: uuid.UUID, on: dt.date) -> tuple[IrregularLine, ...]:
    updated_on = func.coalesce(Entry.data_updated_on, Entry.issued_on)
    query = (
        select(Entry.name, Revision.title, updated_on)
        .join(Revision, Revision.id == Entry.published_revision_id)
        .where(
            Entry.department_id == department_id,
            Entry.state.in_(PUBLIC_STATES),
            Revision.update_cycle == "irregular",
            or_(Revision.open_type.is_(None), Revision.open_type != "closed"),
            updated_on <= on - dt.timedelta(days=365),
        )
        .order_by(updated_on, Entry.name)
        .limit(GROUP_LIMIT)
    )
    return tuple(IrregularLine(*row) for row in session.execute(query) if reminder_on(row[2]) <= on)
