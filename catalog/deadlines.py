"""When the next update of an entry is due, and the nightly check that keeps the obligations in step with the calendar.

`replan` runs after every public change of an entry, `check` once a night; both may run any number of times and write
what is missing only once. Dates are days in Shanghai.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, exists, or_, select, update
from sqlalchemy.orm import Session

from catalog import obligations
from catalog.cycles import CYCLES, Cycle
from catalog.models import CurrentRecord, Entry, Obligation, Resource, Revision
from catalog.obligations import Ledger
from catalog.timeliness import timeliness
from catalog.workdays import Calendar, load_calendar
from datasets.clock import SHANGHAI, day_of
from datasets.models import DataVersion

__all__ = ["CheckReport", "ObligationFacts", "check", "list_obligations", "replan", "timeliness"]

PUBLIC_STATES = ("published", "withdrawal_review")
"""States of an entry in which it is public, and so owes its updates."""


@dataclass(frozen=True, slots=True)
class ObligationFacts:
    """One expected update as people read it; `late_workdays` counts from the due date."""

    period: str
    kind: str
    starts_on: dt.date
    due_on: dt.date
    grace_on: dt.date
    is_provisional: bool
    state: str
    settled_on: dt.date | None
    late_workdays: int | None
    reason: str | None


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
    _replan(session, entry, today=day_of(now), now=now, calendar=calendar or load_calendar(session))


def check(session: Session, *, on: dt.date, after: uuid.UUID | None = None, limit: int | None = None) -> CheckReport:
    """Bring all obligations in step with the day `on`.

    Opens the periods that have begun, settles the months of data kept daily, and computes the grace anew where the
    calendar has changed since (an announced year, a corrected day). With `limit` it plans at most so many entries,
    in the order of their ids after `after`, so that a night's work is many short transactions.
    """
    calendar = load_calendar(session)
    recomputed = _recompute_grace(session, calendar)
    query = select(Entry.id).where(or_(_needs_period(on), _has_ended_month(on), _has_moved_grace()))
    if after is not None:
        query = query.where(Entry.id > after)
    query = query.order_by(Entry.id)
    ids = session.scalars(query if limit is None else query.limit(limit + 1)).all()
    now = dt.datetime.combine(on, dt.time(), SHANGHAI).astimezone(dt.UTC)
    ledgers = [
        _replan(session, session.get_one(Entry, entry_id), today=on, now=now, calendar=calendar)
        for entry_id in ids[:limit]
    ]
    return CheckReport(
        checked=len(ledgers),
        opened=sum(len(ledger.opened) for ledger in ledgers),
        settled=sum(ledger.settled_count for ledger in ledgers),
        recomputed=recomputed,
        next_after=ids[limit - 1] if limit and len(ids) > limit else None,
    )


def list_obligations(session: Session, entry_id: uuid.UUID, *, limit: int = 24) -> tuple[ObligationFacts, ...]:
    """The expected updates of an entry, the latest due first, without those that fell away."""
    query = (
        select(*(getattr(Obligation, name) for name in ObligationFacts.__slots__))
        .where(Obligation.entry_id == entry_id, Obligation.state != "void")
        .order_by(Obligation.due_on.desc())
        .limit(limit)
    )
    return tuple(ObligationFacts(*row) for row in session.execute(query))


def _replan(session: Session, entry: Entry, *, today: dt.date, now: dt.datetime, calendar: Calendar) -> Ledger:
    rows = list(session.scalars(select(Obligation).where(Obligation.entry_id == entry.id)))
    ledger = Ledger(entry.id, entry.department_id, rows, calendar)
    cycle = _cycle_of(session, entry)
    if cycle is None:
        obligations.void_all(ledger, "nothing_owed")
        _write_dates(session, entry, (None, None, None))
        return ledger
    obligations.void_other_cycles(ledger, cycle, today)
    obligations.open_periods(ledger, cycle, today, now)
    deliveries = _deliveries(session, entry, ledger)
    obligations.settle_updates(ledger, deliveries)
    obligations.settle_freshness(ledger, deliveries, tracked_from=entry.issued_on, today=today)
    obligations.open_next(ledger, cycle, now)
    session.add_all(ledger.opened)
    session.flush()
    _write_dates(session, entry, obligations.due_dates(ledger, cycle))
    return ledger


def _cycle_of(session: Session, entry: Entry) -> Cycle | None:
    """The cycle whose updates the portal can see and the entry owes; None where there is none.

    Closed data is not delivered here, and of interfaces and links alone the portal cannot see an update.
    """
    if entry.state not in PUBLIC_STATES or entry.published_revision_id is None:
        return None
    revision = session.get_one(Revision, entry.published_revision_id)
    cycle = CYCLES.get(revision.update_cycle or "")
    if cycle is None or cycle.kind is None or revision.open_type == "closed":
        return None
    kinds = session.scalars(
        select(Resource.kind).where(Resource.entry_id == entry.id, Resource.removed_at.is_(None)).distinct()
    ).all()
    return cycle if not kinds or "file" in kinds else None


def _deliveries(session: Session, entry: Entry, ledger: Ledger) -> set[dt.date]:
    """The days on which data of the entry went public, from the beginning of the earliest open period."""
    rows = ledger.open_rows
    if not rows:
        return set()
    start = dt.datetime.combine(min(row.starts_on for row in rows), dt.time(), SHANGHAI)
    moments = session.scalars(
        select(DataVersion.published_at)
        .join(Resource, Resource.id == DataVersion.resource_id)
        .where(Resource.entry_id == entry.id, DataVersion.published_at >= start)
    )
    return {day_of(moment) for moment in moments if moment is not None}


def _write_dates(session: Session, entry: Entry, dates: tuple[dt.date | None, dt.date | None, dt.date | None]) -> None:
    """Write the dates where lists filter by them; not an edit of the entry, so no stale form comes of it."""
    if (entry.next_due_on, entry.overdue_after_on, entry.stale_after_on) != dates:
        _update(session, Entry, Entry.id == entry.id, dates)
        session.refresh(entry, ["next_due_on", "overdue_after_on", "stale_after_on"])
    _update(session, CurrentRecord, CurrentRecord.entry_id == entry.id, dates)


def _update(
    session: Session,
    table: type[Entry] | type[CurrentRecord],
    which: ColumnElement[bool],
    dates: tuple[dt.date | None, dt.date | None, dt.date | None],
) -> None:
    names = ("next_due_on", "overdue_after_on", "stale_after_on")
    statement = update(table).where(which).values(dict(zip(names, dates, strict=True)))
    session.execute(statement.execution_options(synchronize_session="fetch"))


def _recompute_grace(session: Session, calendar: Calendar) -> int:
    """Compute the grace of open obligations anew where the calendar gives another one; returns how many due dates.

    There are as many open rows as entries but only a handful of due dates, so the work goes by due date.
    """
    query = select(Obligation.due_on, Obligation.grace_on, Obligation.is_provisional)
    changed = 0
    for due_on, grace_on, is_provisional in session.execute(query.where(Obligation.state == "open").distinct()).all():
        fresh = obligations.grace_of(due_on, calendar)
        if fresh == (grace_on, is_provisional):
            continue
        which = and_(Obligation.state == "open", Obligation.due_on == due_on)
        changed += 1
        values = {"grace_on": fresh[0], "is_provisional": fresh[1]}
        session.execute(update(Obligation).where(which).values(values).execution_options(synchronize_session="fetch"))
    return changed


def _needs_period(on: dt.date) -> ColumnElement[bool]:
    """True for the entries that owe updates and have no obligation for the period in which `on` lies."""
    cycles = [cycle for cycle in CYCLES.values() if cycle.period is not None]
    key = case({cycle.code: cycle.period(on).key for cycle in cycles if cycle.period}, value=Revision.update_cycle)
    kind = case({cycle.code: cycle.kind for cycle in cycles}, value=Revision.update_cycle)
    planned = exists().where(
        Obligation.entry_id == Entry.id, Obligation.kind == kind, Obligation.period == key, Obligation.state != "void"
    )
    owes = exists().where(
        Revision.id == Entry.published_revision_id,
        Revision.update_cycle.in_([cycle.code for cycle in cycles]),
        or_(Revision.open_type.is_(None), Revision.open_type != "closed"),
        ~planned.correlate(Entry, Revision),
    )
    live = and_(Resource.entry_id == Entry.id, Resource.removed_at.is_(None))
    has_files = or_(exists().where(live, Resource.kind == "file"), ~exists().where(live))
    return and_(Entry.state.in_(PUBLIC_STATES), owes, has_files)


def _has_ended_month(on: dt.date) -> ColumnElement[bool]:
    """True for the entries with a month of daily data that has ended and is not settled."""
    return exists().where(
        Obligation.entry_id == Entry.id,
        Obligation.kind == "freshness",
        Obligation.state == "open",
        Obligation.due_on < on,
    )


def _has_moved_grace() -> ColumnElement[bool]:
    """True for the entries whose noted last day of grace is no longer that of their earliest open obligation."""
    return exists().where(
        Obligation.entry_id == Entry.id,
        Obligation.state == "open",
        Obligation.due_on == Entry.next_due_on,
        Obligation.grace_on != Entry.overdue_after_on,
    )
