"""When the next update of an entry is due, and the nightly check that keeps the obligations in step with the calendar.

`replan` runs after every public change of an entry, `check` once a night; both may run any number of times and write
what is missing only once. Dates are days in Shanghai.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, fields

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, update
from sqlalchemy.orm import Session

from catalog import obligations
from catalog.cycles import CYCLES
from catalog.deadlines_batch import PUBLIC_STATES, open_history, plan_entries, shows_files
from catalog.delivered import record_delivery
from catalog.models import Entry, Obligation, Revision
from catalog.obligations import PERIODIC_KINDS
from catalog.timeliness import timeliness
from catalog.workdays import Calendar, load_calendar
from datasets.clock import SHANGHAI, day_of

__all__ = ["CheckReport", "ObligationFacts", "backfill", "check", "list_obligations", "replan", "timeliness"]

_IS_OPEN = func.coalesce(Obligation.state, "") == "open"
"""Open, said so that a database without statistics looks the rows up by their entry, not by their state: that is
what a question about one entry wants, and the other way round the night's work would grow with its square."""

MAX_BATCH = 2_000
"""Entries that are planned with one set of statements."""


@dataclass(frozen=True, slots=True)
class ObligationFacts:
    """One expected update as people read it; `late_workdays` counts from the due date.

    `first_due_on` is the due date before it was extended, `settled_by` the kind of fact that settled it.
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
    reason: str | None

    @property
    def is_extended(self) -> bool:
        """Whether the office moved its due date."""
        return self.first_due_on is not None


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What one run of `check` did.

    `recomputed` counts the due dates whose days of grace have moved; `next_after` is where the night's work goes on,
    None when all is done.
    """

    checked: int
    opened: int
    settled: int
    recomputed: int
    next_after: uuid.UUID | None


def replan(session: Session, entry: Entry, *, now: dt.datetime, calendar: Calendar | None = None) -> None:
    """Open, settle and void the obligations of `entry` as of `now`, and write its due dates.

    The dates go to the entry and to its current record, if there is one. Running it again changes nothing.
    `calendar` saves a query where many entries are planned.
    """
    session.flush()
    plan_entries(session, [entry.id], today=day_of(now), now=now, calendar=calendar or load_calendar(session))


def backfill(session: Session, entry: Entry, *, now: dt.datetime) -> None:
    """Take over the history of an entry that was public elsewhere: the day of its last update and its debts since.

    That update counts as a delivery on its day and serves its period; of the periods that have ended since then at
    most BACKFILL_PERIODS are opened. Without a known day the entry begins with today's period. The caller plans the
    entry afterwards (`replan`). Running it again changes nothing.
    """
    session.flush()
    on = entry.data_updated_on
    if on is None or on > day_of(now):
        return
    record_delivery(session, entry.id, kind="imported", on=on, at=now)
    open_history(session, entry, on=on, now=now, calendar=load_calendar(session))


def check(session: Session, *, on: dt.date, after: uuid.UUID | None = None, limit: int | None = None) -> CheckReport:
    """Bring all obligations in step with the day `on`.

    Opens the periods that have begun, settles the months of data kept daily, and computes the grace anew where the
    calendar has changed since (an announced year, a corrected day). With `limit` it plans at most so many entries,
    in the order of their ids after `after`, so that a night's work is many short transactions; the first of them
    (without `after`) looks at the grace of all.
    """
    session.flush()
    calendar = load_calendar(session)
    recomputed = _recompute_grace(session, calendar) if after is None else 0
    query = select(Entry.id).where(or_(_needs_period(on), _has_ended_month(on), _has_moved_grace(), _has_moved_on()))
    if after is not None:
        query = query.where(Entry.id > after)
    query = query.order_by(Entry.id)
    ids = session.scalars(query if limit is None else query.limit(limit + 1)).all()
    now = dt.datetime.combine(on, dt.time(), SHANGHAI).astimezone(dt.UTC)
    chosen = ids[:limit]
    planned = [
        plan_entries(session, chosen[start : start + MAX_BATCH], today=on, now=now, calendar=calendar)
        for start in range(0, len(chosen), MAX_BATCH)
    ]
    return CheckReport(
        checked=len(chosen),
        opened=sum(one.opened for one in planned),
        settled=sum(one.settled for one in planned),
        recomputed=recomputed,
        next_after=ids[limit - 1] if limit and len(ids) > limit else None,
    )


def list_obligations(session: Session, entry_id: uuid.UUID, *, limit: int = 24) -> tuple[ObligationFacts, ...]:
    """The expected updates of an entry, the latest due first, without those that fell away."""
    query = (
        select(*(getattr(Obligation, field.name) for field in fields(ObligationFacts)))
        .where(Obligation.entry_id == entry_id, Obligation.state != "void")
        .order_by(Obligation.due_on.desc())
        .limit(limit)
    )
    return tuple(ObligationFacts(*row) for row in session.execute(query))


def _recompute_grace(session: Session, calendar: Calendar) -> int:
    """Compute the grace of open periods anew where the calendar gives another one; returns how many due dates.

    There are as many open rows as entries but only a handful of due dates, so the work goes by due date.
    """
    query = select(Obligation.due_on, Obligation.grace_on, Obligation.is_provisional)
    is_open = and_(Obligation.state == "open", Obligation.kind.in_(PERIODIC_KINDS))
    changed = 0
    for due_on, grace_on, is_provisional in session.execute(query.where(is_open).distinct()).all():
        fresh = obligations.grace_of(due_on, calendar)
        if fresh == (grace_on, is_provisional):
            continue
        which = and_(is_open, Obligation.due_on == due_on)
        changed += 1
        values = {"grace_on": fresh[0], "is_provisional": fresh[1]}
        session.execute(update(Obligation).where(which).values(values).execution_options(synchronize_session="fetch"))
    return changed + _recompute_settled(session, calendar)


def _recompute_settled(session: Session, calendar: Calendar) -> int:
    """Judge anew what was settled by a provisional grace, once its year is announced; returns how many due dates."""
    names = ("due_on", "settled_on", "grace_on", "state", "late_workdays")
    query = select(*(getattr(Obligation, name) for name in names)).where(
        Obligation.kind == "update", Obligation.is_provisional, Obligation.state.in_(("on_time", "late"))
    )
    moved = set()
    for row in session.execute(query.distinct()).all():
        grace_on, is_provisional = obligations.grace_of(row.due_on, calendar)
        if is_provisional or row.settled_on is None:
            continue
        which = and_(
            Obligation.kind == "update",
            Obligation.is_provisional,
            Obligation.state == row.state,
            Obligation.due_on == row.due_on,
            Obligation.settled_on == row.settled_on,
        )
        is_late = row.settled_on > grace_on
        values = {
            "grace_on": grace_on,
            "is_provisional": False,
            "state": "late" if is_late else "on_time",
            "late_workdays": calendar.workdays_between(row.due_on, row.settled_on) if is_late else None,
        }
        session.execute(update(Obligation).where(which).values(values).execution_options(synchronize_session="fetch"))
        moved.add(row.due_on)
    return len(moved)


def _needs_period(on: dt.date) -> ColumnElement[bool]:
    """True for the entries that owe updates and have no obligation for the period in which `on` lies."""
    cycles = [cycle for cycle in CYCLES.values() if cycle.period is not None]
    key = case({cycle.code: cycle.period(on).key for cycle in cycles if cycle.period}, value=Revision.update_cycle)
    kind = case({cycle.code: cycle.kind for cycle in cycles}, value=Revision.update_cycle)
    planned = exists().where(
        Obligation.subject_id == Entry.id, Obligation.kind == kind, Obligation.period == key, Obligation.state != "void"
    )
    owes = exists().where(
        Revision.id == Entry.published_revision_id,
        Revision.update_cycle.in_([cycle.code for cycle in cycles]),
        or_(Revision.open_type.is_(None), Revision.open_type != "closed"),
        ~planned.correlate(Entry, Revision),
    )
    return and_(Entry.state.in_(PUBLIC_STATES), owes, shows_files())


def _has_ended_month(on: dt.date) -> ColumnElement[bool]:
    """True for the entries with a month of daily data that has ended and is not settled."""
    return exists().where(
        Obligation.entry_id == Entry.id,
        Obligation.kind == "freshness",
        _IS_OPEN,
        Obligation.due_on < on,
    )


def _has_moved_grace() -> ColumnElement[bool]:
    """True for the entries whose noted last day of grace is no longer that of their earliest open obligation."""
    return exists().where(
        Obligation.entry_id == Entry.id,
        _IS_OPEN,
        Obligation.due_on == Entry.next_due_on,
        Obligation.grace_on != Entry.overdue_after_on,
    )


def _has_moved_on() -> ColumnElement[bool]:
    """True for the entries that owe a period under the name of a former department."""
    return exists().where(
        Obligation.entry_id == Entry.id,
        _IS_OPEN,
        Obligation.kind.in_(PERIODIC_KINDS),
        Obligation.department_id != Entry.department_id,
    )
