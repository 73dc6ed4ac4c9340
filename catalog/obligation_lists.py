"""The ledger as people read it: obligations of a department or of all, by state, period and due date."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from catalog.keyset import format_cursor, parse_cursor
from catalog.models import Department, Entry, Obligation, ObligationAct, Revision
from catalog.permissions import Actor, is_allowed, require_allowed
from catalog.workdays import Calendar, load_calendar

STATES_OF: Mapping[str, tuple[str, ...]] = {
    "open": ("open",),
    "overdue": ("open",),
    "on_time": ("on_time",),
    "late": ("late",),
    "missed": ("missed",),
    "excused": ("excused",),
    "void": ("void",),
    "done": ("on_time", "late", "missed", "excused"),
    "all": ("open", "on_time", "late", "missed", "excused"),
}
"""What a list may be narrowed to → states of the rows. `overdue`: open after the days of grace; `all` leaves out what
fell away."""

LedgerSelect = Select[*tuple[Any, ...]]

OLDEST_FIRST = frozenset({"open", "overdue"})
"""What is still to be done is listed by the earliest due date, everything else by the latest."""

EXPORT_ROWS = 50_000
"""Rows of one download at most; narrower filters give the rest."""


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """Which obligations are asked for; `state` is a key of STATES_OF, `since` and `until` bound the due date."""

    state: str = "all"
    department_id: uuid.UUID | None = None
    entry_id: uuid.UUID | None = None
    kind: str | None = None
    period: str | None = None
    """Part of the key of the period."""
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One obligation. `countdown_workdays`: working days from today to the due date, negative after it; None once it
    is settled. `open_act`: kind of the request that waits for the office."""

    id: uuid.UUID
    kind: str
    period: str
    label: str | None
    entry_id: uuid.UUID | None
    entry_name: str | None
    title: str
    department_id: uuid.UUID
    department_slug: str
    department_short_name: str
    starts_on: dt.date
    due_on: dt.date
    first_due_on: dt.date | None
    grace_on: dt.date
    is_provisional: bool
    state: str
    is_overdue: bool
    countdown_workdays: int | None
    late_workdays: int | None
    settled_on: dt.date | None
    settled_by: str | None
    reason: str | None
    open_act: str | None = None


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """One page; `next` is the cursor of the following page, None on the last."""

    rows: tuple[LedgerRow, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class LedgerCounts:
    """How many are open, how many of them overdue, and how many requests wait for the office."""

    open: int
    overdue: int
    waiting: int


def list_ledger(
    session: Session,
    asked: LedgerFilter,
    *,
    by: Actor,
    today: dt.date,
    after: str | None = None,
    limit: int = 50,
) -> LedgerPage:
    """A page of the ledger: the office sees all departments, everybody else their own.

    One query per state over (state, due date) or (department, state, due date), merged: O(page), not O(ledger). A kind
    is sifted out of the index; a part of a period that hardly matches reads all rows of the state.
    Raises NotAllowed for another department, Invalid("bad_cursor").
    """
    rows, following = _page(session, _scope(asked, by), by=by, today=today, after=after, limit=limit)
    waiting = _open_acts(session, [row.id for row in rows])
    return LedgerPage(tuple(replace(row, open_act=waiting.get(row.id)) for row in rows), following)


def iter_ledger(session: Session, asked: LedgerFilter, *, by: Actor, today: dt.date) -> Iterator[LedgerRow]:
    """All rows of the filtered list for a download, at most EXPORT_ROWS; reads a thousand at a time."""
    asked, after, count = _scope(asked, by), None, 0
    while count < EXPORT_ROWS:
        rows, after = _page(session, asked, by=by, today=today, after=after, limit=min(1000, EXPORT_ROWS - count))
        yield from rows
        count += len(rows)
        if after is None:
            return


def count_ledger(
    session: Session, *, by: Actor, today: dt.date, department_id: uuid.UUID | None = None
) -> LedgerCounts:
    """What stands open: three counts over the open rows of a department, or of all."""
    scope = _scope(LedgerFilter(department_id=department_id), by)

    def count(*clauses: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(Obligation).where(Obligation.state == "open", *clauses)
        if scope.department_id is not None:
            query = query.where(Obligation.department_id == scope.department_id)
        return session.scalar(query) or 0

    waiting = select(func.count()).select_from(ObligationAct).where(ObligationAct.state == "open")
    if scope.department_id is not None:
        waiting = waiting.where(ObligationAct.department_id == scope.department_id)
    return LedgerCounts(count(), count(Obligation.grace_on < today), session.scalar(waiting) or 0)


def count_provisional(session: Session, since: dt.date, until: dt.date) -> int:
    """Open obligations whose provisional days of grace end from `since` through `until`: one count by (state, …)."""
    query = select(func.count()).select_from(Obligation).where(Obligation.state == "open", Obligation.is_provisional)
    return session.scalar(query.where(Obligation.grace_on.between(since, until))) or 0


class Countdown:
    """Working days from today to a due date, each date counted once: a page holds few different ones."""

    def __init__(self, calendar: Calendar, today: dt.date) -> None:
        self._calendar, self._today = calendar, today
        self._known: dict[dt.date, int] = {}

    def __call__(self, due_on: dt.date) -> int:
        if due_on not in self._known:
            self._known[due_on] = self._calendar.workdays_between(self._today, due_on)
        return self._known[due_on]


def _scope(asked: LedgerFilter, by: Actor) -> LedgerFilter:
    require_allowed(by, "obligation.view", department_id=asked.department_id)
    if asked.department_id is None and not is_allowed(by, "office.view"):
        return replace(asked, department_id=by.department_id)
    return asked


def _page(
    session: Session, asked: LedgerFilter, *, by: Actor, today: dt.date, after: str | None, limit: int
) -> tuple[list[LedgerRow], str | None]:
    is_ascending = asked.state in OLDEST_FIRST
    order = [column.asc() if is_ascending else column.desc() for column in (Obligation.due_on, Obligation.id)]
    narrowed = _narrow(joined_ledger(), asked, today)
    cursor = parse_cursor(after)
    if cursor is not None:
        narrowed = narrowed.where(_behind(cursor[0].date(), cursor[1], is_ascending))
    found: list[Any] = []
    for state in STATES_OF[asked.state]:
        found += session.execute(narrowed.where(Obligation.state == state).order_by(*order).limit(limit + 1)).all()
    found.sort(key=lambda one: (one[0].due_on, one[0].id.bytes), reverse=not is_ascending)
    countdown = Countdown(load_calendar(session), today)
    rows = [make_row(one, today, countdown) for one in found[:limit]]
    if len(found) <= limit:
        return rows, None
    at = dt.datetime.combine(rows[-1].due_on, dt.time(), dt.UTC)
    return rows, format_cursor(at, rows[-1].id)


def _behind(due_on: dt.date, obligation_id: uuid.UUID, is_ascending: bool) -> ColumnElement[bool]:
    same_day = Obligation.due_on == due_on
    if is_ascending:
        return or_(Obligation.due_on > due_on, and_(same_day, Obligation.id > obligation_id))
    return or_(Obligation.due_on < due_on, and_(same_day, Obligation.id < obligation_id))


def joined_ledger() -> LedgerSelect:
    """Obligations with the names and titles that `make_row` reads."""
    shown = func.coalesce(Entry.published_revision_id, Entry.open_revision_id)
    return (
        select(Obligation, Entry.name, Revision.title, Department.slug, Department.short_name, Department.name)
        .join(Department, Department.id == Obligation.department_id)
        .outerjoin(Entry, Entry.id == Obligation.entry_id)
        .outerjoin(Revision, Revision.id == shown)
    )


def _narrow(query: LedgerSelect, asked: LedgerFilter, today: dt.date) -> LedgerSelect:
    if asked.state == "overdue":
        query = query.where(Obligation.grace_on < today)
    if asked.department_id is not None:
        query = query.where(Obligation.department_id == asked.department_id)
    if asked.entry_id is not None:
        query = query.where(Obligation.entry_id == asked.entry_id)
    if asked.kind:
        query = query.where(Obligation.kind == asked.kind)
    if asked.period:
        query = query.where(Obligation.period.contains(asked.period, autoescape=True))
    if asked.since is not None:
        query = query.where(Obligation.due_on >= asked.since)
    if asked.until is not None:
        query = query.where(Obligation.due_on <= asked.until)
    return query


def make_row(found: Any, today: dt.date, countdown: Countdown) -> LedgerRow:
    """A row of `joined_ledger` as people read it."""
    one, entry_name, title, slug, short_name, name = found
    is_open = one.state == "open"
    return LedgerRow(
        id=one.id,
        kind=one.kind,
        period=one.period,
        label=one.label,
        entry_id=one.entry_id,
        entry_name=entry_name,
        title=title or one.label or one.period,
        department_id=one.department_id,
        department_slug=slug,
        department_short_name=short_name or name,
        starts_on=one.starts_on,
        due_on=one.due_on,
        first_due_on=one.first_due_on,
        grace_on=one.grace_on,
        is_provisional=one.is_provisional,
        state=one.state,
        is_overdue=is_open and one.grace_on < today,
        countdown_workdays=countdown(one.due_on) if is_open else None,
        late_workdays=one.late_workdays,
        settled_on=one.settled_on,
        settled_by=one.settled_by,
        reason=one.reason,
    )


def _open_acts(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    query = select(ObligationAct.obligation_id, ObligationAct.kind)
    query = query.where(ObligationAct.obligation_id.in_(ids), ObligationAct.state == "open")
    return {row.obligation_id: row.kind for row in session.execute(query)} if ids else {}
