"""Plans the obligations of many entries at once: a few queries, the rules of `catalog.obligations`, a few writes.

The cost is that of some ten statements for up to a few thousand entries; what has not changed is not written.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, bindparam, exists, insert, or_, select, update
from sqlalchemy.orm import Session

from catalog import obligations
from catalog.cycles import CYCLES, Cycle
from catalog.models import CurrentRecord, Delivery, Entry, Obligation, Resource, Revision
from catalog.obligations import Dates, Ledger, Owed
from catalog.workdays import Calendar
from datasets.clock import day_of

PUBLIC_STATES = ("published", "withdrawal_review")
"""States of an entry in which it is public, and so owes its updates."""

_DATE_NAMES = ("next_due_on", "overdue_after_on", "stale_after_on")
_NAMES = tuple(field.name for field in fields(Owed))
_CHANGING = tuple(name for name in _NAMES if name not in ("id", "entry_id", "kind", "period", "starts_on"))
_KIND_ORDER = ("imported", "unchanged", "data")
"""Where a day has deliveries of several kinds, the last of these settles."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What planning some entries changed."""

    opened: int
    settled: int


@dataclass(slots=True)
class _Subject:
    """An entry with what the rules ask about it."""

    ledger: Ledger
    cycle: Cycle | None
    tracked_from: dt.date | None
    dates: Dates
    current_dates: Dates | None
    """Those of its current record, None where it has none."""


def plan_entries(
    session: Session, entry_ids: Sequence[uuid.UUID], *, today: dt.date, now: dt.datetime, calendar: Calendar
) -> Planned:
    """Open, settle and void the obligations of these entries as of `today`, and write their due dates.

    Takes at most a few thousand entries: their ids become parameters of one statement.
    """
    subjects = _load_subjects(session, entry_ids, today, calendar)
    before = _load_rows(session, subjects, today)
    for subject in subjects.values():
        obligations.begin(subject.ledger, subject.cycle, today=today)
    deliveries = _load_deliveries(session, subjects)
    dates = {
        entry_id: obligations.settle(
            subject.ledger,
            subject.cycle,
            deliveries.get(entry_id, {}),
            tracked_from=subject.tracked_from,
            today=today,
        )
        for entry_id, subject in subjects.items()
    }
    _write_rows(session, (row for subject in subjects.values() for row in subject.ledger.rows), before, now)
    _write_dates(session, subjects, dates)
    return Planned(
        opened=sum(len(subject.ledger.opened) for subject in subjects.values()),
        settled=sum(subject.ledger.settled_count for subject in subjects.values()),
    )


def open_history(session: Session, entry: Entry, *, on: dt.date, now: dt.datetime, calendar: Calendar) -> None:
    """Open the periods since `on`, the last known update of an entry that was public elsewhere (see `open_since`)."""
    today = day_of(now)
    subject = _load_subjects(session, [entry.id], today, calendar)[entry.id]
    before = _load_rows(session, {entry.id: subject}, today)
    if subject.cycle is not None:
        obligations.open_since(subject.ledger, subject.cycle, on, today)
    _write_rows(session, subject.ledger.rows, before, now)


def shows_files() -> ColumnElement[bool]:
    """True for the entries whose updates the portal can see: they have files, or nothing yet.

    Of interfaces and links alone it cannot see an update. The link to the page from which an entry was adopted is
    none of its resources in this sense: the data is to come here.
    """
    live = and_(
        Resource.entry_id == Entry.id,
        Resource.removed_at.is_(None),
        or_(Resource.kind != "link", Entry.source_url.is_(None), Resource.url.is_distinct_from(Entry.source_url)),
    )
    return or_(exists().where(live, Resource.kind == "file"), ~exists().where(live))


def _load_subjects(
    session: Session, entry_ids: Sequence[uuid.UUID], today: dt.date, calendar: Calendar
) -> dict[uuid.UUID, _Subject]:
    query = (
        select(
            Entry.id,
            Entry.department_id,
            Entry.state,
            Entry.issued_on,
            Entry.created_at,
            Revision.update_cycle,
            Revision.open_type,
            shows_files().label("shows_files"),
            CurrentRecord.entry_id.label("is_current"),
            *(getattr(Entry, name).label(f"entry_{name}") for name in _DATE_NAMES),
            *(getattr(CurrentRecord, name).label(f"current_{name}") for name in _DATE_NAMES),
        )
        .outerjoin(Revision, Revision.id == Entry.published_revision_id)
        .outerjoin(CurrentRecord, CurrentRecord.entry_id == Entry.id)
        .where(Entry.id.in_(entry_ids))
    )
    return {
        row.id: _Subject(
            ledger=Ledger(row.id, row.department_id, [], calendar),
            cycle=_owed_cycle(row.state, row.update_cycle, row.open_type, row.shows_files),
            tracked_from=max(row.issued_on, day_of(row.created_at)) if row.issued_on else None,
            dates=(row.entry_next_due_on, row.entry_overdue_after_on, row.entry_stale_after_on),
            current_dates=(row.current_next_due_on, row.current_overdue_after_on, row.current_stale_after_on)
            if row.is_current
            else None,
        )
        for row in session.execute(query)
    }


def _owed_cycle(state: str, update_cycle: str | None, open_type: str | None, shows_files: bool) -> Cycle | None:
    """The cycle whose updates the portal can see and the entry owes; closed data is not delivered here."""
    cycle = CYCLES.get(update_cycle or "")
    if state not in PUBLIC_STATES or open_type == "closed" or not shows_files:
        return None
    return cycle if cycle is not None and cycle.kind is not None else None


def _load_rows(
    session: Session, subjects: Mapping[uuid.UUID, _Subject], today: dt.date
) -> dict[uuid.UUID, tuple[Any, ...]]:
    """Fill the ledgers; returns the rows as they stand in the database, by id.

    Of settled rows only those that can still matter are read (`Ledger.rows`), by the month since which they do; of an
    entry without open ones all, for then its last period says where it goes on.
    """
    before: dict[uuid.UUID, tuple[Any, ...]] = {}
    query = select(*(getattr(Obligation, name) for name in _NAMES))
    own = and_(Obligation.entry_id.in_(list(subjects)), Obligation.kind.in_(obligations.PERIODIC_KINDS))
    _take_rows(session.execute(query.where(own, Obligation.state == "open")), subjects, before)
    for month, ids in _by_month({one: _matters_since(subject, today) for one, subject in subjects.items()}).items():
        which = and_(
            Obligation.entry_id.in_(ids), Obligation.kind.in_(obligations.PERIODIC_KINDS), Obligation.state != "open"
        )
        if month is not None:
            which = and_(which, or_(Obligation.starts_on >= month, Obligation.settled_on >= month))
        _take_rows(session.execute(query.where(which)), subjects, before)
    return before


def _take_rows(
    found: Iterable[Any], subjects: Mapping[uuid.UUID, _Subject], before: dict[uuid.UUID, tuple[Any, ...]]
) -> None:
    for values in found:
        row = Owed(*values)
        before[row.id] = tuple(values)
        subjects[row.entry_id].ledger.rows.append(row)


def _matters_since(subject: _Subject, today: dt.date) -> dt.date | None:
    """Since when settled rows matter: the earliest open period, or today's if it is earlier; None without open ones."""
    since = subject.ledger.open_since
    if since is None or subject.cycle is None or subject.cycle.period is None:
        return since
    return min(since, subject.cycle.period(today).starts_on)


def _by_month(days: Mapping[uuid.UUID, dt.date | None]) -> dict[dt.date | None, list[uuid.UUID]]:
    """Entries by the first of the month of their day, so that few statements ask for many entries; None apart."""
    months: dict[dt.date | None, list[uuid.UUID]] = defaultdict(list)
    for entry_id, day in days.items():
        months[day.replace(day=1) if day else None].append(entry_id)
    return months


def _load_deliveries(session: Session, subjects: Mapping[uuid.UUID, _Subject]) -> dict[uuid.UUID, dict[dt.date, str]]:
    """Entry → day → kind, since the earliest open period of each."""
    found: dict[uuid.UUID, dict[dt.date, str]] = defaultdict(dict)
    for month, ids in _by_month({one: subject.ledger.open_since for one, subject in subjects.items()}).items():
        if month is None:
            continue
        query = select(Delivery.entry_id, Delivery.delivered_on, Delivery.kind).where(
            Delivery.entry_id.in_(ids), Delivery.delivered_on >= month
        )
        for entry_id, day, kind in sorted(session.execute(query), key=lambda row: _KIND_ORDER.index(row.kind)):
            found[entry_id][day] = kind
    return found


def _write_rows(
    session: Session, rows: Iterable[Owed], before: Mapping[uuid.UUID, tuple[Any, ...]], now: dt.datetime
) -> None:
    """Insert the new rows and write the changed ones, each with one statement for all."""
    table = cast(Table, Obligation.__table__)
    new, changed = [], []
    for row in rows:
        values = tuple(getattr(row, name) for name in _NAMES)
        if row.id not in before:
            subject = {"subject_id": row.entry_id, "label": None, "created_at": now}
            new.append({**dict(zip(_NAMES, values, strict=True)), **subject})
        elif values != before[row.id]:
            changed.append({f"new_{name}": getattr(row, name) for name in ("id", *_CHANGING)})
    if new:
        session.execute(insert(table), new)
    if changed:
        statement = update(table).where(table.c.id == bindparam("new_id"))
        session.execute(statement.values({name: bindparam(f"new_{name}") for name in _CHANGING}), changed)
        _forget(session, Obligation, {one["new_id"] for one in changed})


def _write_dates(session: Session, subjects: Mapping[uuid.UUID, _Subject], dates: Mapping[uuid.UUID, Dates]) -> None:
    """Write the dates where lists filter by them; not an edit of the entry, so no stale form comes of it."""
    stale_entries = [entry_id for entry_id, subject in subjects.items() if subject.dates != dates[entry_id]]
    stale_records = [
        entry_id
        for entry_id, subject in subjects.items()
        if subject.current_dates is not None and subject.current_dates != dates[entry_id]
    ]
    for model, key, ids in ((Entry, "id", stale_entries), (CurrentRecord, "entry_id", stale_records)):
        if not ids:
            continue
        table = cast(Table, model.__table__)
        statement = update(table).where(table.c[key] == bindparam("key"))
        statement = statement.values({name: bindparam(f"new_{name}") for name in _DATE_NAMES})
        values = [
            {"key": entry_id, **dict(zip((f"new_{name}" for name in _DATE_NAMES), dates[entry_id], strict=True))}
            for entry_id in ids
        ]
        session.execute(statement, values)
        _forget(session, model, set(ids))


def _forget(session: Session, model: type[Any], ids: set[uuid.UUID]) -> None:
    """Let loaded objects of these rows be read anew, for they were written behind the session's back."""
    key = "entry_id" if model is CurrentRecord else "id"
    names = None if model is Obligation else list(_DATE_NAMES)
    for loaded in list(session.identity_map.values()):
        if isinstance(loaded, model) and getattr(loaded, key) in ids:
            session.refresh(loaded, names)
