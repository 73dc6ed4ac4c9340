"""Counted duties as people and scorecards read them: counts against targets, and the records behind each figure."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from catalog.duties import ALL
from catalog.keyset import format_cursor, parse_cursor
from catalog.models import Department, Duty, DutyRecord, DutyTarget
from catalog.permissions import Actor, is_allowed, require_allowed

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DutyCount:
    """How often a department did a duty in a period.

    `done` counts the period, `done_in_year` from 1 January to the end of the period. `target` is that of the whole
    year, `expected` the part of it that falls due by the end of the period (see `expected_by`).
    """

    department_id: uuid.UUID
    code: str
    title: str
    title_en: str
    kind: str
    done: int
    done_in_year: int
    target: int
    expected: int
    points: float
    max_points: float | None

    @property
    def is_met(self) -> bool:
        """Whether as much was done as falls due by the end of the period."""
        return self.done_in_year >= self.expected

    @property
    def share(self) -> float | None:
        """Done of expected, 0 to 1; None where nothing falls due yet, so that nobody is scored for it."""
        return min(1.0, self.done_in_year / self.expected) if self.expected else None

    @property
    def earned(self) -> float:
        """Bonus points of the period, at most `max_points`; 0 for a duty, whose weight the scorecard knows."""
        if self.kind != "bonus":
            return 0.0
        points = self.done * self.points
        return points if self.max_points is None else min(points, self.max_points)


@dataclass(frozen=True, slots=True)
class DutyFacts:
    """A duty as its form shows it; `targets` of one year: subject ("all" or a department's id) → how often."""

    id: uuid.UUID
    code: str
    title: str
    title_en: str | None
    kind: str
    points: float
    max_points: float | None
    starts_on: dt.date
    ends_on: dt.date | None
    targets: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class DutyRecordFacts:
    """One thing done; `reason` says why it was struck out."""

    id: uuid.UUID
    code: str
    duty_title: str
    duty_title_en: str | None
    department_id: uuid.UUID
    department_name: str
    done_on: dt.date
    title: str
    url: str | None
    state: str
    reason: str | None
    by_name: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class DutyRecordPage:
    """One page of records, the latest day first; `next` is the cursor of the following page."""

    rows: tuple[DutyRecordFacts, ...]
    next: str | None


def count_duties(
    session: Session, *, start: dt.date, end: dt.date, department_id: uuid.UUID | None = None
) -> tuple[DutyCount, ...]:
    """Every duty in force in the period `start`..`end` (inclusive, within one year) × every active department.

    A department out of use is listed if it did something in the year. Ordered by department, then duty. Three queries;
    O(records of the year) over an index. Raises ValueError for a period that spans two years.
    """
    if start.year != end.year or end < start:
        raise ValueError("a period of counted duties lies within one year")
    in_force = or_(Duty.ends_on.is_(None), Duty.ends_on >= start)
    duties = session.scalars(select(Duty).where(Duty.starts_on <= end, in_force).order_by(Duty.kind.desc(), Duty.code))
    rows = duties.all()
    if not rows:
        return ()
    targets = _targets(session, end.year)
    in_year, in_period = _done(session, start, end, department_id)
    departments = _departments(session, {owner for owner, _ in in_year}, department_id)
    return tuple(
        _count(
            duty,
            owner,
            targets.get(duty.id, {}),
            done=in_period[owner, duty.id],
            in_year=in_year[owner, duty.id],
            end=end,
        )
        for owner in departments
        for duty in rows
    )


def expected_by(target: int, *, starts_on: dt.date, ends_on: dt.date | None, end: dt.date) -> int:
    """The part of a year's target that falls due by the day `end` of that year.

    A target is owed over the months of the year in which the duty is in force; after so many whole months so large a
    part of it is due, rounded down: of twice a year one by the end of June; of once a year none before December has
    passed, for the department has until then.
    """
    first = max(starts_on, dt.date(end.year, 1, 1))
    last = min(ends_on or dt.date.max, dt.date(end.year, 12, 31))
    if last < first or end >= last:
        return target if first <= last else 0
    months = last.month - first.month + 1
    passed = end.month - first.month + ((end + ONE_DAY).month != end.month)
    return target * max(0, passed) // months


def list_duties(session: Session, *, year: int) -> tuple[DutyFacts, ...]:
    """Every duty in force in `year` with its targets of that year: a dozen rows, two queries."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    query = select(Duty).where(Duty.starts_on <= last, or_(Duty.ends_on.is_(None), Duty.ends_on >= first))
    targets = _targets(session, year)
    return tuple(
        _facts(duty, targets.get(duty.id, {})) for duty in session.scalars(query.order_by(Duty.kind.desc(), Duty.code))
    )


def describe_duty(session: Session, duty: Duty, *, year: int) -> DutyFacts:
    """One duty with its targets of `year`."""
    return _facts(duty, _targets(session, year).get(duty.id, {}))


def list_duty_years(session: Session, *, today: dt.date) -> tuple[int, ...]:
    """The years that duties have been in force, newest first, with the present one and the next."""
    first = session.scalar(select(func.min(Duty.starts_on)))
    return tuple(range(today.year + 1, min(first.year if first else today.year, today.year) - 1, -1))


def list_duty_records(
    session: Session,
    *,
    by: Actor,
    start: dt.date,
    end: dt.date,
    department_id: uuid.UUID | None = None,
    code: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> DutyRecordPage:
    """What was done from `start` to `end`, struck out or not, the latest day first (keyset; O(page)).

    Without `department_id` the office sees all departments, everyone else the own one. Raises NotAllowed,
    Invalid("bad_cursor").
    """
    require_allowed(by, "score.view", department_id=department_id)
    if department_id is None and not is_allowed(by, "duty.manage"):
        department_id = by.department_id
    query = (
        select(DutyRecord, Duty.code, Duty.title, Duty.title_en, Department.name)
        .join(Duty, Duty.id == DutyRecord.duty_id)
        .join(Department, Department.id == DutyRecord.department_id)
        .where(DutyRecord.done_on.between(start, end))
    )
    if department_id is not None:
        query = query.where(DutyRecord.department_id == department_id)
    if code:
        query = query.where(Duty.code == code)
    cursor = parse_cursor(after)
    if cursor is not None:
        day, key = cursor[0].date(), cursor[1]
        query = query.where(or_(DutyRecord.done_on < day, and_(DutyRecord.done_on == day, DutyRecord.id < key)))
    found = session.execute(query.order_by(DutyRecord.done_on.desc(), DutyRecord.id.desc()).limit(limit + 1)).all()
    rows = tuple(_record(*row) for row in found[:limit])
    return DutyRecordPage(rows, _cursor(rows[-1]) if len(found) > limit else None)


def _cursor(row: DutyRecordFacts) -> str:
    return format_cursor(dt.datetime.combine(row.done_on, dt.time(), dt.UTC), row.id)


def _count(duty: Duty, owner: uuid.UUID, own: Mapping[str, int], *, done: int, in_year: int, end: dt.date) -> DutyCount:
    target = own.get(str(owner), own.get(ALL, 0)) if duty.kind == "duty" else 0
    return DutyCount(
        department_id=owner,
        code=duty.code,
        title=duty.title,
        title_en=duty.title_en or duty.title,
        kind=duty.kind,
        done=done,
        done_in_year=in_year,
        target=target,
        expected=expected_by(target, starts_on=duty.starts_on, ends_on=duty.ends_on, end=end),
        points=duty.points,
        max_points=duty.max_points,
    )


def _targets(session: Session, year: int) -> dict[uuid.UUID, dict[str, int]]:
    found: dict[uuid.UUID, dict[str, int]] = {}
    for row in session.scalars(select(DutyTarget).where(DutyTarget.year == year)):
        found.setdefault(row.duty_id, {})[row.subject] = row.target
    return found


Counts = Counter[tuple[uuid.UUID, uuid.UUID]]


def _done(session: Session, start: dt.date, end: dt.date, department_id: uuid.UUID | None) -> tuple[Counts, Counts]:
    """(Department, duty) → records that count, from 1 January to `end` and from `start` to `end`."""
    in_year: Counts = Counter()
    in_period: Counts = Counter()
    query = (
        select(DutyRecord.department_id, DutyRecord.duty_id, DutyRecord.done_on, func.count())
        .where(DutyRecord.state == "counted", DutyRecord.done_on.between(dt.date(end.year, 1, 1), end))
        .group_by(DutyRecord.department_id, DutyRecord.duty_id, DutyRecord.done_on)
    )
    if department_id is not None:
        query = query.where(DutyRecord.department_id == department_id)
    for owner, duty_id, done_on, count in session.execute(query):
        in_year[owner, duty_id] += count
        if done_on >= start:
            in_period[owner, duty_id] += count
    return in_year, in_period


def _departments(session: Session, doers: Iterable[uuid.UUID], department_id: uuid.UUID | None) -> Sequence[uuid.UUID]:
    query = select(Department.id).order_by(Department.position, Department.slug)
    if department_id is not None:
        return session.scalars(query.where(Department.id == department_id)).all()
    return session.scalars(query.where(or_(Department.is_active, Department.id.in_(set(doers))))).all()


def _facts(duty: Duty, targets: Mapping[str, int]) -> DutyFacts:
    return DutyFacts(
        id=duty.id,
        code=duty.code,
        title=duty.title,
        title_en=duty.title_en,
        kind=duty.kind,
        points=duty.points,
        max_points=duty.max_points,
        starts_on=duty.starts_on,
        ends_on=duty.ends_on,
        targets=targets,
    )


def _record(row: DutyRecord, code: str, title: str, title_en: str | None, department_name: str) -> DutyRecordFacts:
    return DutyRecordFacts(
        id=row.id,
        code=code,
        duty_title=title,
        duty_title_en=title_en,
        department_id=row.department_id,
        department_name=department_name,
        done_on=row.done_on,
        title=row.title,
        url=row.url,
        state=row.state,
        reason=row.reason,
        by_name=row.by_name,
        at=row.at,
    )
