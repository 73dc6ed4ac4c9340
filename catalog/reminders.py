"""催办阶梯: which reminder falls due on which working day, and to whom it goes.

`LADDER` is the whole rule (CONTRACT of the house, "Deadlines"): reminders go out on working days only, the last one
before a fixed date on the last working day before it. Each step is raised at most once for an obligation, whatever
happens to its due date later; a server that was away raises what still means something, not what is past.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from catalog.cycles import CYCLES
from catalog.models import Entry, Obligation, Reminder
from catalog.obligations import grace_of
from catalog.outbox import insert_missing
from catalog.workdays import Calendar, load_calendar

SHORT_PERIOD_DAYS = 15
"""Periods shorter than this are reminded of a few working days ahead, not a week."""
SHORT_NOTICE_WORKDAYS = 2
NOTICE_DAYS = 7
"""Calendar days before the due date on which the first reminder goes out."""
LOOK_AHEAD_DAYS = 60
"""No step falls due earlier than this before its due date: 30 days and the longest holidays."""
FAILED_MONTH_DAYS = 31
"""So long a failed month of data kept daily is still worth a reminder, also when data flows again."""


@dataclass(frozen=True, slots=True)
class Owed:
    """What the ladder asks of an obligation; all dates are days in Shanghai, `grace_on` the last that is on time."""

    kind: str
    period: str
    starts_on: dt.date
    due_on: dt.date
    grace_on: dt.date
    state: str = "open"


Rule = Callable[[Owed, Calendar], dt.date]


@dataclass(frozen=True, slots=True)
class Step:
    """One rung: what it is called, on which day it falls due, which roles hear of it.

    An escalation comes after the grace and means something as long as the debt stands; the others only while the
    obligation can still be met on time.
    """

    code: str
    zh: str
    en: str
    rule: Rule
    roles: tuple[str, ...]
    is_escalation: bool = False
    todo_zh: str = ""
    todo_en: str = ""


def _worked(day: dt.date, calendar: Calendar) -> dt.date:
    """`day`, or the last working day before it."""
    return day if calendar.is_workday(day) else calendar.last_workday_before(day)


def _days_before(days: int) -> Rule:
    return lambda owed, calendar: _worked(owed.due_on - dt.timedelta(days=days), calendar)


def _ahead(owed: Owed, calendar: Calendar) -> dt.date:
    if (owed.due_on - owed.starts_on).days + 1 >= SHORT_PERIOD_DAYS:
        return _worked(owed.due_on - dt.timedelta(days=NOTICE_DAYS), calendar)
    day = owed.due_on
    for _ in range(SHORT_NOTICE_WORKDAYS):
        day = calendar.last_workday_before(day)
    return day


def _on_the_day(owed: Owed, calendar: Calendar) -> dt.date:
    return _worked(owed.due_on, calendar)


def _last_day(owed: Owed, calendar: Calendar) -> dt.date:
    return calendar.last_workday_before(owed.due_on)


def _after_grace(owed: Owed, calendar: Calendar) -> dt.date:
    return calendar.add_workdays(owed.grace_on, 1)


def _after_due(owed: Owed, calendar: Calendar) -> dt.date:
    return calendar.add_workdays(owed.due_on, 1)


def _after_second_period(owed: Owed, calendar: Calendar) -> dt.date:
    """The first working day after the grace of the period that follows: two have been missed by then."""
    following = _period_length_of(owed)(owed.due_on + dt.timedelta(days=1))
    return calendar.add_workdays(grace_of(following, calendar)[0], 1)


def _period_length_of(owed: Owed) -> Callable[[dt.date], dt.date]:
    for cycle in CYCLES.values():
        if cycle.period is not None and cycle.kind == owed.kind and cycle.period(owed.starts_on).key == owed.period:
            period = cycle.period
            return lambda day: period(day).due_on
    length = owed.due_on - owed.starts_on
    return lambda day: day + length


_DEPARTMENT, _ABOVE = ("editor", "reviewer"), ("head", "office")
_ACT_NOW = ("请今天上传数据，或确认本期无变化。", "Deliver today, or confirm that nothing has changed.")
_LATE = ("请督促尽快补交；确有困难的，说明原因。", "See that it is made good, or say why it cannot be.")

LADDER: Mapping[str, tuple[Step, ...]] = {
    "update": (
        Step("before", "即将到期", "Due soon", _ahead, ("editor",), False, "请准备新数据。", "Prepare the new data."),
        Step("due", "到期日", "Due now", _on_the_day, _DEPARTMENT, False, *_ACT_NOW),
        Step("overdue", "已超期", "Overdue", _after_grace, _ABOVE, True, *_LATE),
        Step("stale", "长期未更新", "Long stale", _after_second_period, _ABOVE, True, *_LATE),
    ),
    "freshness": (
        Step("overdue", "已超期", "Overdue", _after_due, _ABOVE, True, "请查明中断原因。", "Find the cause."),
    ),
    "node": (
        Step("before_30", "节点前 30 天", "30 days left", _days_before(30), _DEPARTMENT, False,
             "请核对应登记清单。", "Check the expected list."),
        Step("before_7", "节点前 7 天", "7 days left", _days_before(7), _DEPARTMENT, False,
             "请补齐清单并起草完成声明。", "Complete the list and draft the declaration."),
        Step("last_day", "节点前最后一个工作日", "Last working day", _last_day, (*_DEPARTMENT, "head"), False,
             "请今天办结：节点不顺延。", "Finish today: the date does not move."),
        Step("missed", "节点未完成", "Node missed", _after_due, _ABOVE, True, *_LATE),
    ),
    "rectification": (
        Step("before", "即将到期", "Due soon", _ahead, _DEPARTMENT, False, "请整改并提交佐证。", "Put it right."),
        Step("due", "到期日", "Due now", _on_the_day, _DEPARTMENT, False, "请今天提交佐证。", "Hand it in today."),
        Step("overdue", "已超期", "Overdue", _after_grace, _ABOVE, True, *_LATE),
    ),
}  # fmt: skip
"""Kind of obligation → its steps, the earliest first."""

STEP_LABELS: Mapping[str, tuple[str, str]] = {
    step.code: (step.zh, step.en) for steps in LADDER.values() for step in steps
}
STEP_ORDER = (
    "stale", "overdue", "missed", "last_day", "due", "before_7", "before", "before_30",
)  # fmt: skip
"""Codes in the order in which a digest tells them: the worst first."""


def find_step(kind: str, code: str) -> Step:
    """The step of this code on the ladder of `kind`; raises KeyError."""
    for step in LADDER[kind]:
        if step.code == code:
            return step
    raise KeyError(code)


def plan_reminder(owed: Owed, *, raised: frozenset[str], today: dt.date, calendar: Calendar) -> Step | None:
    """The step to raise on `today`, or None: at most one, the furthest that has been reached.

    Nothing on a day off, nothing for what is settled or fell away, nothing that was raised already or lies before a
    raised step, nothing from before the due date once the days of grace are over.
    """
    steps = LADDER.get(owed.kind, ())
    is_told_anyway = owed.kind == "freshness" and owed.state == "missed"
    if not calendar.is_workday(today) or not (owed.state == "open" or is_told_anyway):
        return None
    reached = None
    for step in steps:
        if step.code in raised:
            reached = None
        elif step.rule(owed, calendar) <= today:
            reached = step
    if reached is None:
        return None
    return reached if reached.is_escalation or today <= owed.grace_on else None


@dataclass(frozen=True, slots=True)
class RaiseReport:
    """What one call of `raise_reminders` did; `next_after` is where the work goes on, None when all is done."""

    checked: int
    raised: int
    next_after: uuid.UUID | None


def raise_reminders(
    session: Session,
    *,
    on: dt.date,
    now: dt.datetime,
    after: uuid.UUID | None = None,
    limit: int = 10_000,
    calendar: Calendar | None = None,
) -> RaiseReport:
    """Write the reminders that fall due on the day `on`; running it again writes nothing.

    Reads only obligations that have reached a step not yet raised, at most `limit` of them in the order of their ids
    after `after`: two queries and one insert. On a day off it does nothing.
    """
    calendar = calendar or load_calendar(session)
    if not calendar.is_workday(on):
        return RaiseReport(0, 0, None)
    query = _owed_query().where(or_(*_near_their_steps(on, calendar))).order_by(Obligation.id).limit(limit)
    rows = session.execute(query if after is None else query.where(Obligation.id > after)).all()
    raised = _raised_steps(session, [row.id for row in rows])
    plan = lru_cache(maxsize=4096)(partial(plan_reminder, today=on, calendar=calendar))  # many share their dates
    made = []
    for obligation_id, department_id, *facts in rows:
        step = plan(Owed(*facts), raised=frozenset(raised.get(obligation_id, ())))
        if step is not None:
            row = {"id": uuid.uuid4(), "obligation_id": obligation_id, "department_id": department_id}
            made.append({**row, "step": step.code, "raised_on": on, "created_at": now})
    return RaiseReport(len(rows), insert_missing(session, Reminder, made), rows[-1].id if len(rows) == limit else None)


def _owed_query() -> Select[*tuple[Any, ...]]:
    return select(Obligation.id, Obligation.department_id, *(getattr(Obligation, name) for name in Owed.__slots__))


def _raised_steps(session: Session, ids: list[uuid.UUID]) -> dict[uuid.UUID, set[str]]:
    raised: dict[uuid.UUID, set[str]] = {}
    for start in range(0, len(ids), 500):
        query = select(Reminder.obligation_id, Reminder.step).where(
            Reminder.obligation_id.in_(ids[start : start + 500])
        )
        for obligation_id, code in session.execute(query):
            raised.setdefault(obligation_id, set()).add(code)
    return raised


def _near_their_steps(on: dt.date, calendar: Calendar) -> list[ColumnElement[bool]]:
    """One clause for each step of the ladder: it has been reached, and neither it nor a later one was raised."""
    clauses = []
    for kind, steps in LADDER.items():
        states = ("open", "missed") if kind == "freshness" else ("open",)
        for number, step in enumerate(steps):
            later = [one.code for one in steps[number:]]
            told = exists().where(Reminder.obligation_id == Obligation.id, Reminder.step.in_(later))
            in_time = _in_time(kind, step, on, calendar)
            clauses.append(and_(Obligation.state.in_(states), Obligation.kind == kind, in_time, ~told))
    return clauses


def _in_time(kind: str, step: Step, on: dt.date, calendar: Calendar) -> ColumnElement[bool]:
    if step.code == "stale":
        long_stale = select(Entry.id).where(Entry.stale_after_on < on)
        return and_(Obligation.grace_on < on, Obligation.entry_id.in_(long_stale))
    if kind == "freshness":
        return and_(Obligation.due_on < on, Obligation.due_on >= on - dt.timedelta(days=FAILED_MONTH_DAYS))
    if step.is_escalation:
        return Obligation.grace_on < on
    sample = Owed(kind, "", on, on + dt.timedelta(days=SHORT_PERIOD_DAYS), on + dt.timedelta(days=SHORT_PERIOD_DAYS))
    return and_(Obligation.due_on <= _last_due_on(step, sample, on, calendar), Obligation.grace_on >= on)


def _last_due_on(step: Step, sample: Owed, on: dt.date, calendar: Calendar) -> dt.date:
    """The latest due date whose `step` has been reached on `on`. Rules never fall later for an earlier due date."""
    for days in range(LOOK_AHEAD_DAYS, -1, -1):
        shift = on + dt.timedelta(days=days) - sample.due_on
        moved = replace(
            sample, starts_on=sample.starts_on + shift, due_on=sample.due_on + shift, grace_on=sample.grace_on + shift
        )
        if step.rule(moved, calendar) <= on:
            return moved.due_on
    return on
