"""Which reminder goes out on which day, and that each goes out once."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.models import Department, Obligation, Reminder
from catalog.permissions import ROLES
from catalog.reminders import LADDER, Owed, plan_reminder, raise_reminders
from catalog.workdays import Calendar

CALENDAR = Calendar()


def day(text: str) -> dt.date:
    """A day written "2026-07-24 Fri": the weekday is checked."""
    date, _, weekday = text.partition(" ")
    found = dt.date.fromisoformat(date)
    assert not weekday or found.strftime("%a") == weekday, text
    return found


def owed(kind: str, starts: str, due: str, grace: str = "", period: str = "x", state: str = "open") -> Owed:
    return Owed(kind, period, day(starts), day(due), day(grace or due), state)


JULY = owed("update", "2026-07-01 Wed", "2026-07-31 Fri", "2026-08-07 Fri", "2026-07")
WEEK_30 = owed("update", "2026-07-20 Mon", "2026-07-26 Sun", "2026-07-31 Fri", "2026-W30")
NODE = owed("node", "2026-01-01", "2026-06-28 Sun", period="2026H1#1")

DAYS = [
    # what, step, the day on which it falls due
    (JULY, "before", "2026-07-24 Fri"),
    (JULY, "due", "2026-07-31 Fri"),
    (JULY, "overdue", "2026-08-10 Mon"),
    (JULY, "stale", "2026-09-08 Tue"),  # August: due Mon 08-31, grace Mon 09-07
    (WEEK_30, "before", "2026-07-23 Thu"),  # two working days before the Sunday
    (WEEK_30, "due", "2026-07-24 Fri"),
    (WEEK_30, "overdue", "2026-08-03 Mon"),
    (WEEK_30, "stale", "2026-08-10 Mon"),  # week 31: due Sun 08-02, grace Fri 08-07
    (NODE, "before_30", "2026-05-29 Fri"),
    (NODE, "before_7", "2026-06-18 Thu"),  # 06-21 is the Sunday of the Dragon Boat days off (19 to 21 June)
    (NODE, "last_day", "2026-06-26 Fri"),
    (NODE, "missed", "2026-06-29 Mon"),
    # Due on 28 February, the last day off of Spring Festival 2026 is 23 February; Sat 28 is a make-up workday.
    (owed("update", "2026-02-01", "2026-02-28 Sat", "2026-03-06 Fri", "2026-02"), "before", "2026-02-14 Sat"),
    (owed("update", "2026-02-01", "2026-02-28 Sat", "2026-03-06 Fri", "2026-02"), "due", "2026-02-28 Sat"),
    # A quarter that ends before National Day: overdue counts from the days of grace.
    (owed("update", "2026-07-01", "2026-09-30 Wed", "2026-10-14 Wed", "2026Q3"), "overdue", "2026-10-15 Thu"),
    (owed("rectification", "2026-07-01", "2026-08-01 Sat"), "before", "2026-07-24 Fri"),  # 07-25 is a Saturday
    (owed("rectification", "2026-07-01", "2026-08-01 Sat"), "due", "2026-07-31 Fri"),
    (owed("rectification", "2026-07-01", "2026-08-01 Sat"), "overdue", "2026-08-03 Mon"),
    (owed("rectification", "2026-07-27 Mon", "2026-07-31 Fri"), "before", "2026-07-29 Wed"),
    (owed("freshness", "2026-07-01", "2026-07-31 Fri", "2026-08-07", "2026-07"), "overdue", "2026-08-03 Mon"),
]


@pytest.mark.parametrize(("what", "code", "on"), DAYS)
def test_each_step_falls_due_on_its_working_day(what: Owed, code: str, on: str) -> None:
    step = next(step for step in LADDER[what.kind] if step.code == code)
    assert step.rule(what, CALENDAR) == day(on)
    assert CALENDAR.is_workday(day(on))


ROLES_OF_STEPS = {
    ("update", "before"): {"editor"},
    ("update", "due"): {"editor", "reviewer"},
    ("update", "overdue"): {"head", "office"},
    ("update", "stale"): {"head", "office"},
    ("freshness", "overdue"): {"head", "office"},
    ("node", "before_30"): {"editor", "reviewer"},
    ("node", "before_7"): {"editor", "reviewer"},
    ("node", "last_day"): {"editor", "reviewer", "head"},
    ("node", "missed"): {"head", "office"},
    ("rectification", "before"): {"editor", "reviewer"},
    ("rectification", "due"): {"editor", "reviewer"},
    ("rectification", "overdue"): {"head", "office"},
}


def test_each_step_goes_to_its_roles_and_is_told_in_both_languages() -> None:
    found = {(kind, step.code): set(step.roles) for kind, steps in LADDER.items() for step in steps}
    assert found == ROLES_OF_STEPS
    steps = [step for steps in LADDER.values() for step in steps]
    assert all(
        set(step.roles) <= set(ROLES) and step.zh and step.en and step.todo_zh and step.todo_en for step in steps
    )


def plan(what: Owed, on: str, *raised: str) -> str | None:
    step = plan_reminder(what, raised=frozenset(raised), today=day(on), calendar=CALENDAR)
    return step.code if step else None


@pytest.mark.parametrize(
    ("on", "raised", "step"),
    [
        ("2026-07-23 Thu", (), None),
        ("2026-07-24 Fri", (), "before"),
        ("2026-07-25 Sat", (), None),  # a day off
        ("2026-07-27 Mon", (), "before"),  # the server was away on Friday: still a warning
        ("2026-07-27 Mon", ("before",), None),
        ("2026-07-31 Fri", (), "due"),  # away for a week: not the warning any more
        ("2026-08-03 Mon", ("before",), "due"),  # in the days of grace it can still be on time
        ("2026-08-10 Mon", ("before",), "overdue"),  # missed "due" and "overdue": only "overdue"
        ("2026-08-11 Tue", ("overdue",), None),
        ("2026-12-01 Tue", (), "stale"),  # away for months
        ("2026-12-01 Tue", ("overdue", "stale"), None),
    ],
)
def test_a_server_that_was_away_raises_what_still_means_something(
    on: str, raised: tuple[str, ...], step: str | None
) -> None:
    assert plan(JULY, on, *raised) == step


@pytest.mark.parametrize("state", ["on_time", "late", "excused", "missed", "void"])
def test_nothing_is_raised_for_what_is_settled(state: str) -> None:
    settled = owed("update", "2026-07-01", "2026-07-31", "2026-08-07", "2026-07", state)
    assert plan(settled, "2026-08-10 Mon") is None


def test_a_failed_month_of_daily_data_is_told_although_data_flows_again() -> None:
    failed = owed("freshness", "2026-07-01", "2026-07-31", "2026-08-07", "2026-07", "missed")
    assert plan(failed, "2026-08-03 Mon") == "overdue"
    assert plan(failed, "2026-08-04 Tue", "overdue") is None


def test_later_steps_follow_an_extension_and_earlier_ones_are_not_repeated() -> None:
    extended = owed("update", "2026-07-01", "2026-08-14 Fri", "2026-08-21 Fri", "2026-07")
    assert plan(extended, "2026-08-10 Mon", "before") is None
    assert plan(extended, "2026-08-14 Fri", "before") == "due"
    assert plan(extended, "2026-08-14 Fri", "before", "due") is None
    assert plan(extended, "2026-08-24 Mon", "before", "due") == "overdue"


# The database side


def add(session: Session, department: Department, what: Owed, **facts: Any) -> Obligation:
    row = Obligation(
        id=uuid.uuid4(),
        subject_id=uuid.uuid4(),
        department_id=department.id,
        kind=what.kind,
        period=what.period,
        label="社区名录",
        starts_on=what.starts_on,
        due_on=what.due_on,
        grace_on=what.grace_on,
        state=what.state,
        created_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        **facts,
    )
    session.add(row)
    session.flush()
    return row


@pytest.fixture
def department(session: Session, now: dt.datetime) -> Department:
    row = Department(slug="minzheng", name="黄石港区民政局", short_name="区民政局", created_at=now)
    session.add(row)
    session.flush()
    return row


def steps_of(session: Session, row: Obligation) -> list[tuple[str, str]]:
    query = select(Reminder.step, Reminder.raised_on).where(Reminder.obligation_id == row.id)
    return sorted(((step, on.isoformat()) for step, on in session.execute(query)), key=lambda one: one[1])


def run(session: Session, start: str, end: str, *, runs: int = 1, now: dt.datetime) -> None:
    on = day(start)
    while on <= day(end):
        for _ in range(runs):
            raise_reminders(session, on=on, now=now)
        on += dt.timedelta(days=1)


def test_every_step_is_raised_once_however_often_the_job_runs(
    session: Session, department: Department, now: dt.datetime
) -> None:
    july, node = add(session, department, JULY), add(session, department, NODE)
    for start, end in (("2026-05-28", "2026-06-01"), ("2026-06-17", "2026-06-30"), ("2026-07-22", "2026-08-12")):
        run(session, start, end, runs=2, now=now)
    assert steps_of(session, july) == [("before", "2026-07-24"), ("due", "2026-07-31"), ("overdue", "2026-08-10")]
    assert steps_of(session, node) == [
        ("before_30", "2026-05-29"),
        ("before_7", "2026-06-18"),
        ("last_day", "2026-06-26"),
        ("missed", "2026-06-29"),
    ]


def test_what_is_delivered_in_time_is_not_escalated(session: Session, department: Department, now: dt.datetime) -> None:
    july = add(session, department, JULY)
    run(session, "2026-07-23", "2026-08-03", now=now)
    july.state = "on_time"
    session.flush()
    run(session, "2026-08-06", "2026-08-14", now=now)
    assert [step for step, _ in steps_of(session, july)] == ["before", "due"]


def test_a_night_is_done_page_by_page(session: Session, department: Department, now: dt.datetime) -> None:
    rows = [add(session, department, JULY) for _ in range(7)]
    after, pages = None, []
    while True:
        report = raise_reminders(session, on=day("2026-07-24 Fri"), now=now, after=after, limit=3)
        pages.append((report.checked, report.raised))
        after = report.next_after
        if after is None:
            break
    assert pages == [(3, 3), (3, 3), (1, 1)]
    assert all(steps_of(session, row) == [("before", "2026-07-24")] for row in rows)
    assert raise_reminders(session, on=day("2026-07-27 Mon"), now=now).checked == 0  # nothing near a step is read


KINDS = {kind: {step.code for step in steps} for kind, steps in LADDER.items()}


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(sorted(LADDER)),
    due_on=st.dates(dt.date(2026, 1, 10), dt.date(2026, 11, 30)),
    length=st.integers(5, 92),
    up=st.lists(st.booleans(), min_size=150, max_size=150),
)
def test_steps_come_in_order_once_on_working_days_only(kind: str, due_on: dt.date, length: int, up: list[bool]) -> None:
    grace_on = CALENDAR.add_workdays(due_on, 5) if kind in ("update", "freshness") else due_on
    what = Owed(kind, "x", due_on - dt.timedelta(days=length), due_on, grace_on)
    raised: list[str] = []
    for number, is_up in enumerate(up):
        today = due_on - dt.timedelta(days=60 - number)
        step = plan_reminder(what, raised=frozenset(raised), today=today, calendar=CALENDAR) if is_up else None
        if step is None:
            continue
        assert CALENDAR.is_workday(today)
        assert step.is_escalation == (today > (due_on if kind in ("node", "freshness") else grace_on))
        raised.append(step.code)
    order = [step.code for step in LADDER[kind]]
    assert raised == sorted(set(raised), key=order.index)
