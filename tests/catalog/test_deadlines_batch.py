"""The nightly check plans many entries at once: as each would be alone, with few statements, and only once."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from catalog import deadlines
from catalog.cycles import CYCLES
from catalog.delivered import record_delivery
from catalog.models import CurrentRecord, Department, Entry, Holiday, Obligation, Resource, Revision
from tests.catalog.lifecycle import Lifecycle, make_department

Row = tuple[Any, ...]

TRACKED = tuple(code for code, cycle in CYCLES.items() if cycle.kind)
COLUMNS = tuple(column for column in Obligation.__table__.columns if column.name not in ("id", "created_at"))


def at(text: str) -> dt.datetime:
    """Ten in the morning of a day in Shanghai."""
    return dt.datetime.fromisoformat(f"{text}T10:00:00+08:00")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.fixture
def department(session: Session) -> Department:
    return make_department(session)


def make_entry(session: Session, department: Department, number: int, cycle: str, on: str) -> Entry:
    """A published entry with one file and its current record, planned on the day of its publication."""
    entry = Entry(
        id=uuid.UUID(int=number + 1),
        name=f"entry-{number}",
        ordinal=number + 1,
        department_id=department.id,
        state="published",
        issued_on=day(on),
        created_at=at(on),
    )
    revision = Revision(
        id=uuid.uuid4(), entry_id=entry.id, number=1, state="published", title="名录", update_cycle=cycle
    )
    revision.open_type, revision.created_at, revision.changed_at = "unconditional", at(on), at(on)
    session.add(entry)
    session.flush()
    session.add_all([revision, Resource(entry_id=entry.id, kind="file", title="数据", created_at=at(on))])
    entry.published_revision_id = revision.id
    session.flush()
    deadlines.replan(session, entry, now=at(on))
    return entry


def district(session: Session, department: Department) -> list[Entry]:
    """Three entries of every cycle: never served, served late, served often."""
    entries = []
    for number in range(3 * len(TRACKED)):
        entry = make_entry(session, department, number, TRACKED[number // 3], "2026-03-02")
        served = ((), ("2026-05-18",), ("2026-03-20", "2026-04-15", "2026-06-30"))
        for one in served[number % 3]:
            record_delivery(session, entry.id, kind="data", on=day(one), at=at(one))
            deadlines.replan(session, entry, now=at(one))
        entries.append(entry)
    return entries


def table(session: Session) -> list[Row]:
    """Every obligation, all columns but the ids, in a fixed order."""
    query = select(*COLUMNS).order_by(Obligation.subject_id, Obligation.kind, Obligation.period)
    return [tuple(row) for row in session.execute(query)]


def dates(session: Session) -> list[Row]:
    names = ("next_due_on", "overdue_after_on", "stale_after_on")
    query = select(Entry.id, *(getattr(Entry, name) for name in names)).order_by(Entry.id)
    return [tuple(row) for row in session.execute(query)]


@pytest.mark.parametrize("on", ["2026-07-01", "2027-01-01"])
def test_the_check_decides_as_planning_each_entry_alone(session: Session, department: Department, on: str) -> None:
    entries = district(session, department)
    with session.begin_nested() as alone:
        now = dt.datetime.combine(day(on), dt.time(), dt.timezone(dt.timedelta(hours=8)))
        for entry in entries:
            deadlines.replan(session, entry, now=now)
        expected = (table(session), dates(session))
        alone.rollback()
    session.expire_all()
    after: uuid.UUID | None = None
    while True:
        report = deadlines.check(session, on=day(on), after=after, limit=7)
        after = report.next_after
        if after is None:
            break
    assert (table(session), dates(session)) == expected


def test_running_the_check_twice_leaves_every_row_as_it_is(session: Session, department: Department) -> None:
    district(session, department)
    first = deadlines.check(session, on=day("2026-07-01"))
    assert first.opened > 0
    before = (table(session), dates(session))
    again = deadlines.check(session, on=day("2026-07-01"))
    assert (again.opened, again.settled, again.recomputed) == (0, 0, 0)
    assert (table(session), dates(session)) == before


def test_a_batch_takes_few_statements_however_many_entries(session: Session, department: Department) -> None:
    district(session, department)
    statements: list[str] = []
    bind = session.get_bind()

    def note(*arguments: Any) -> None:
        statements.append(arguments[2])

    event.listen(bind, "before_cursor_execute", note)
    report = deadlines.check(session, on=day("2026-07-01"))
    event.remove(bind, "before_cursor_execute", note)
    assert report.checked > 12
    assert len(statements) <= 30, "\n".join(statements)


def test_the_dates_of_the_public_record_move_with_those_of_the_entry(session: Session, lifecycle: Lifecycle) -> None:
    entry = lifecycle.entry("published")
    shown = session.get_one(CurrentRecord, entry.id)
    assert shown.next_due_on == day("2026-07-31")
    record_delivery(session, entry.id, kind="data", on=day("2026-07-20"), at=at("2026-07-20"))
    deadlines.replan(session, entry, now=at("2026-07-20"))
    assert (shown.next_due_on, entry.next_due_on) == (day("2026-08-31"), day("2026-08-31"))
    session.add_all(Holiday(day=day(one), is_workday=False, name="停工") for one in ("2026-09-01", "2026-09-02"))
    deadlines.check(session, on=day("2026-07-21"))
    stored = session.execute(select(CurrentRecord.overdue_after_on, CurrentRecord.stale_after_on)).one()
    assert tuple(stored) == (day("2026-09-09"), day("2026-10-13")) == (entry.overdue_after_on, entry.stale_after_on)


def test_a_correction_of_one_day_moves_the_grace_of_all_it_touches(session: Session, department: Department) -> None:
    monthly = make_entry(session, department, 0, "monthly", "2026-07-10")
    yearly = make_entry(session, department, 1, "yearly", "2026-07-10")
    session.add(Holiday(day=day("2026-08-03"), is_workday=False, name="暴雨停工"))
    report = deadlines.check(session, on=day("2026-07-20"))
    assert (report.checked, report.recomputed) == (1, 1)
    assert monthly.overdue_after_on == day("2026-08-10"), "Monday: 3 August is no working day any more"
    assert yearly.overdue_after_on is not None
    assert deadlines.check(session, on=day("2026-07-20")).recomputed == 0


def test_obligations_without_days_of_grace_keep_their_date(session: Session, department: Department) -> None:
    node = Obligation(
        subject_id=department.id,
        department_id=department.id,
        kind="node",
        period="2026H1#1",
        label="目录编制",
        starts_on=day("2026-03-01"),
        due_on=day("2026-06-28"),
        grace_on=day("2026-06-28"),
        created_at=at("2026-03-01"),
    )
    session.add(node)
    assert deadlines.check(session, on=day("2026-07-20")).recomputed == 0
    session.refresh(node)
    assert (node.grace_on, node.state) == (day("2026-06-28"), "open")


def test_what_was_settled_by_a_provisional_grace_is_judged_anew_when_the_year_is_announced(
    session: Session, department: Department
) -> None:
    late = make_entry(session, department, 0, "yearly", "2034-07-10")
    record_delivery(session, late.id, kind="data", on=day("2035-01-08"), at=at("2035-01-08"))
    deadlines.replan(session, late, now=at("2035-01-08"))
    row = session.scalars(select(Obligation).where(Obligation.entry_id == late.id, Obligation.period == "2034")).one()
    assert (row.state, row.grace_on, row.late_workdays) == ("late", day("2035-01-05"), 6)
    for one in ("2034-10-01", "2035-10-01", "2035-01-01"):
        session.add(Holiday(day=day(one), is_workday=False, name="放假"))
    assert deadlines.check(session, on=day("2035-01-09")).recomputed >= 1
    session.refresh(row)
    assert (row.state, row.grace_on, row.late_workdays) == ("on_time", day("2035-01-08"), None)
    assert not row.is_provisional
