"""The office's corrections of the calendar, and the calendar as it stands with them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.audit import record_audit
from catalog.errors import NotFound
from catalog.models import Holiday
from catalog.permissions import Actor, require_allowed
from catalog.workdays.calendar import Calendar, DayFacts


def load_calendar(session: Session) -> Calendar:
    """The built-in arrangement with the corrections of the database (one query; a few dozen rows)."""
    rows = session.execute(select(Holiday.day, Holiday.is_workday, Holiday.name))
    return Calendar({row.day: DayFacts(row.is_workday, row.name) for row in rows})


def list_corrections(session: Session, year: int | None = None) -> list[tuple[dt.date, DayFacts]]:
    """The corrected days in order, of one year or of all."""
    query = select(Holiday.day, Holiday.is_workday, Holiday.name).order_by(Holiday.day)
    if year is not None:
        query = query.where(Holiday.day.between(dt.date(year, 1, 1), dt.date(year, 12, 31)))
    return [(row.day, DayFacts(row.is_workday, row.name)) for row in session.execute(query)]


def correct_day(session: Session, day: dt.date, *, is_workday: bool, name: str, by: Actor, now: dt.datetime) -> None:
    """Say that `day` is worked or not, whatever the built-in arrangement says; the nightly check computes anew."""
    require_allowed(by, "calendar.manage")
    row = session.get(Holiday, day)
    if row is None:
        row = Holiday(day=day, is_workday=is_workday, name=name[:64])
        session.add(row)
    row.is_workday, row.name = is_workday, name[:64]
    session.flush()
    params = {"is_workday": is_workday, "name": name[:64]}
    record_audit(
        session, by=by, act="calendar.manage", object_kind="holiday", object_id=day.isoformat(), now=now, params=params
    )


def remove_correction(session: Session, day: dt.date, *, by: Actor, now: dt.datetime) -> None:
    """Return to the built-in arrangement for `day`; raises NotFound("correction_not_found")."""
    require_allowed(by, "calendar.manage")
    row = session.get(Holiday, day)
    if row is None:
        raise NotFound("correction_not_found", day=day.isoformat())
    session.delete(row)
    session.flush()
    params = {"removed": True}
    record_audit(
        session, by=by, act="calendar.manage", object_kind="holiday", object_id=day.isoformat(), now=now, params=params
    )
