"""更新承诺: how one entry has kept its promise to be updated, for everybody to see.

Public are the periods, their days and what became of them; never who asked for what, nor the reason of an excuse.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from catalog.errors import Invalid
from catalog.models import Delivery, Obligation
from catalog.workdays import Calendar, load_calendar

PROMISE_PERIODS = 12
"""Over how many periods an entry says "11 of 12 on time"."""

ENTRY_KINDS = ("update", "freshness")
"""Kinds of obligations that are about an entry's data."""

OVER_STATES = ("on_time", "late", "missed", "excused")
"""States of a period that is settled, whichever way."""


@dataclass(frozen=True, slots=True)
class PublicPeriod:
    """One expected update. `state` is that of the obligation, or "overdue": open, and its days of grace are over.

    `late_workdays` counts the working days after `due_on`: until it was settled, of an overdue one until today.
    `first_due_on` is None unless the due date was extended.
    """

    id: uuid.UUID
    period: str
    kind: str
    starts_on: dt.date
    due_on: dt.date
    first_due_on: dt.date | None
    grace_on: dt.date
    is_provisional: bool
    state: str
    settled_on: dt.date | None
    settled_by: str | None
    late_workdays: int | None


@dataclass(frozen=True, slots=True)
class Promise:
    """What an entry promises and how it kept it.

    `periods` are the last twelve that are over, oldest first. Of `settled` ones `kept` were on time; overdue periods
    count among them, excused ones do not.
    """

    next: PublicPeriod | None
    """The earliest that is still owed."""
    confirmed_unchanged_on: dt.date | None
    """The last day on which the department checked that the data had not changed."""
    periods: tuple[PublicPeriod, ...]

    @property
    def settled(self) -> int:
        """Periods that count: over and not excused."""
        return sum(one.state != "excused" for one in self.periods)

    @property
    def kept(self) -> int:
        """Periods that were on time."""
        return sum(one.state == "on_time" for one in self.periods)

    @property
    def excused(self) -> int:
        """Periods that were excused, and so are not counted."""
        return sum(one.state == "excused" for one in self.periods)


@dataclass(frozen=True, slots=True)
class History:
    """One page of an entry's periods, the latest due first; `next` is the cursor of the following page."""

    periods: tuple[PublicPeriod, ...]
    total: int
    next: str | None


def get_promise(session: Session, entry_id: uuid.UUID, *, today: dt.date) -> Promise:
    """The promise of an entry as of `today`; O(its periods), at most a few hundred."""
    over = or_(Obligation.state.in_(OVER_STATES), and_(Obligation.state == "open", Obligation.grace_on < today))
    latest = session.execute(_of(entry_id).where(over).order_by(*_LATEST_FIRST).limit(PROMISE_PERIODS)).all()
    first_open = _of(entry_id).where(Obligation.state == "open").order_by(Obligation.due_on, Obligation.id).limit(1)
    owed = session.execute(first_open).one_or_none()
    calendar = _calendar(session, [*latest, *([owed] if owed else [])], today)
    checked_on = session.scalar(
        select(func.max(Delivery.delivered_on)).where(Delivery.entry_id == entry_id, Delivery.kind == "unchanged")
    )
    return Promise(
        next=_period(owed, today, calendar) if owed else None,
        confirmed_unchanged_on=checked_on,
        periods=tuple(_period(row, today, calendar) for row in reversed(latest)),
    )


def list_history(
    session: Session, entry_id: uuid.UUID, *, today: dt.date, after: str | None = None, limit: int | None = 50
) -> History:
    """The settled and open periods of an entry, those that fell away left out; O(page) beside the total.

    Without `limit` all of them. Raises Invalid("bad_cursor").
    """
    query = _of(entry_id).order_by(*_LATEST_FIRST)
    total = session.scalar(select(func.count()).select_from(_of(entry_id).subquery())) or 0
    if after:
        due_on, last = _parse_cursor(after)
        query = query.where(or_(Obligation.due_on < due_on, and_(Obligation.due_on == due_on, Obligation.id < last)))
    rows = session.execute(query if limit is None else query.limit(limit + 1)).all()
    shown = rows[:limit]
    calendar = _calendar(session, shown, today)
    return History(
        periods=tuple(_period(row, today, calendar) for row in shown),
        total=total,
        next=f"{shown[-1].due_on:%Y%m%d}~{shown[-1].id.hex}" if limit is not None and len(rows) > limit else None,
    )


_COLUMNS = tuple(getattr(Obligation, name) for name in PublicPeriod.__slots__)
_LATEST_FIRST = (Obligation.due_on.desc(), Obligation.id.desc())


def _of(entry_id: uuid.UUID) -> Select[Any]:
    return select(*_COLUMNS).where(
        Obligation.entry_id == entry_id, Obligation.kind.in_(ENTRY_KINDS), Obligation.state != "void"
    )


def _is_overdue(row: Any, today: dt.date) -> bool:
    return bool(row.state == "open" and row.grace_on < today)


def _calendar(session: Session, rows: Sequence[Any], today: dt.date) -> Calendar | None:
    """The calendar, only where working days have to be counted."""
    return load_calendar(session) if any(_is_overdue(row, today) for row in rows) else None


def _period(row: Any, today: dt.date, calendar: Calendar | None) -> PublicPeriod:
    facts = dict(row._mapping)
    if calendar is not None and _is_overdue(row, today):
        facts |= {"state": "overdue", "late_workdays": calendar.workdays_between(row.due_on, today)}
    return PublicPeriod(**facts)


def _parse_cursor(text: str) -> tuple[dt.date, uuid.UUID]:
    day, _, subject = text.partition("~")
    try:
        return dt.date.fromisoformat(day), uuid.UUID(hex=subject)
    except ValueError as error:
        raise Invalid("bad_cursor", after=text[:80]) from error
