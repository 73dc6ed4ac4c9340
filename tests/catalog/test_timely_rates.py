"""The timely rate and the shares that stand beside it."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.models import Department, Obligation
from catalog.obligation_lists import LedgerFilter, count_ledger, iter_ledger, list_ledger
from catalog.permissions import Actor
from catalog.timely_rates import TimelyShares, add_shares, list_timely_shares, timely_shares
from tests.catalog.lifecycle import Lifecycle, make_department

YEAR = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))
TODAY = dt.date(2026, 7, 10)


def owe(
    session: Session, department: Department, state: str, due: str, *, kind: str = "update", by: str | None = None
) -> Obligation:
    """An obligation of a department with a due date, in a state; its grace ends a week after."""
    due_on = dt.date.fromisoformat(due)
    row = Obligation(
        id=uuid.uuid4(),
        subject_id=uuid.uuid4(),
        department_id=department.id,
        kind=kind,
        period=due[:7],
        label="事项",
        starts_on=due_on.replace(day=1),
        due_on=due_on,
        grace_on=due_on + dt.timedelta(days=7),
        state=state,
        settled_by=by,
        created_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )
    session.add(row)
    session.flush()
    return row


@pytest.fixture
def department(session: Session) -> Department:
    """Eight updates due in 2026: 3 on time (1 by 无变化), 1 late, 1 missed, 1 excused, 1 overdue, 1 not due yet."""
    row = make_department(session)
    for state, due, by in (
        ("on_time", "2026-01-31", "data"),
        ("on_time", "2026-02-28", "data"),
        ("on_time", "2026-03-31", "unchanged"),
        ("late", "2026-04-30", "unchanged"),
        ("missed", "2026-05-31", None),
        ("excused", "2026-06-30", "excuse"),
        ("open", "2026-06-30", None),
        ("open", "2026-07-31", None),
        ("on_time", "2025-12-31", "data"),
    ):
        owe(session, row, state, due, by=by)
    owe(session, row, "missed", "2026-06-30", kind="node")
    return row


def test_overdue_counts_and_excused_does_not(session: Session, department: Department) -> None:
    """3 of 6: the excused one is left out, the one that is simply never delivered is not."""
    found = timely_shares(session, department_id=department.id, since=YEAR[0], until=YEAR[1], today=TODAY)
    assert (found.on_time, found.late, found.missed, found.overdue, found.excused) == (3, 1, 1, 1, 1)
    assert (found.counted, found.rate) == (6, 0.5)
    assert (found.unchanged, found.unchanged_share) == (1, 1 / 3)


@pytest.mark.parametrize(
    ("today", "weekday", "overdue"),
    [("2026-07-07", "Tuesday", 0), ("2026-07-08", "Wednesday", 1), ("2026-08-08", "Saturday", 2)],
)
def test_an_open_one_is_overdue_from_the_day_after_its_grace(
    session: Session, department: Department, today: str, weekday: str, overdue: int
) -> None:
    day = dt.date.fromisoformat(today)
    assert f"{day:%A}" == weekday
    assert timely_shares(session, since=YEAR[0], until=YEAR[1], today=day).overdue == overdue


def test_the_span_bounds_the_due_dates_on_both_sides(session: Session, department: Department) -> None:
    found = timely_shares(session, since=dt.date(2026, 2, 28), until=dt.date(2026, 3, 31), today=TODAY)
    assert (found.on_time, found.counted) == (2, 2)


def test_neutral_cycles_are_shares_of_the_public_entries_that_are_not_closed(
    session: Session, lifecycle: Lifecycle
) -> None:
    lifecycle.entry("published", "每月的")
    lifecycle.entry("published", "不定期的", update_cycle="irregular")
    lifecycle.entry("published", "不更新的", update_cycle="static", cycle_reason="历史资料")
    lifecycle.entry("withdrawal_review", "要下架的", update_cycle="irregular")
    lifecycle.entry("published", "不开放的", update_cycle="static", open_type="closed", closed_basis="personal_privacy",
                    closed_basis_text="名册含当事人身份证号和住址", cycle_reason="历史资料")  # fmt: skip
    lifecycle.entry("draft", "草稿", update_cycle="static")
    found = timely_shares(session, since=YEAR[0], until=YEAR[1])
    assert (found.entries, found.irregular, found.static) == (4, 2, 1)
    assert (found.irregular_share, found.static_share) == (0.5, 0.25)


def test_nothing_owed_is_no_rate_rather_than_a_full_one(session: Session) -> None:
    found = timely_shares(session, since=YEAR[0], until=YEAR[1])
    assert (found.rate, found.unchanged_share, found.irregular_share, found.static_share) == (None,) * 4


def test_departments_add_up_to_the_whole(session: Session, department: Department) -> None:
    other = make_department(session, "黄石港区教育局")
    owe(session, other, "on_time", "2026-03-31", by="data")
    each = list_timely_shares(session, since=YEAR[0], until=YEAR[1], today=TODAY)
    assert set(each) == {department.id, other.id}
    assert each[other.id] == TimelyShares(on_time=1)
    assert add_shares(each.values()) == timely_shares(session, since=YEAR[0], until=YEAR[1], today=TODAY)


OFFICE = Actor(uuid.uuid4(), "政数局", None, frozenset({"office"}))


@pytest.mark.parametrize("state", ["all", "open", "done"])
def test_paging_shows_every_obligation_once_and_in_order(session: Session, department: Department, state: str) -> None:
    for number in range(9):
        owe(session, department, ("open", "late", "excused")[number % 3], f"2026-0{number % 2 + 7}-15")
    seen, after = [], None
    while True:
        page = list_ledger(session, LedgerFilter(state=state), by=OFFICE, today=TODAY, after=after, limit=2)
        seen += page.rows
        after = page.next
        if after is None:
            break
    wanted = {"all": {"open", "on_time", "late", "missed", "excused"}, "open": {"open"}}.get(
        state, {"on_time", "late", "missed", "excused"}
    )
    rows = session.scalars(select(Obligation).where(Obligation.state.in_(wanted))).all()
    assert len(seen) == len({row.id for row in seen}) == len(rows)
    days = [row.due_on for row in seen]
    assert days == sorted(days, reverse=state != "open")
    assert list(iter_ledger(session, LedgerFilter(state=state), by=OFFICE, today=TODAY)) == seen


def test_a_department_sees_its_own_ledger_alone(session: Session, department: Department) -> None:
    other = make_department(session, "黄石港区教育局")
    owe(session, other, "open", "2026-06-30")
    reviewer = Actor(uuid.uuid4(), "审签人", other.id, frozenset({"reviewer"}))
    page = list_ledger(session, LedgerFilter(), by=reviewer, today=TODAY)
    assert [row.department_id for row in page.rows] == [other.id]
    counts = count_ledger(session, by=reviewer, today=TODAY)
    assert (counts.open, counts.overdue, counts.waiting) == (1, 1, 0)
    whole = count_ledger(session, by=OFFICE, today=TODAY)
    assert (whole.open, whole.overdue) == (3, 2)


@pytest.mark.parametrize(
    ("due", "weekday", "expected"),
    [
        ("2026-07-09", "Thursday", -1),
        ("2026-07-10", "Friday", 0),
        ("2026-07-12", "Sunday", 0),
        ("2026-07-13", "Monday", 1),
        ("2026-10-10", "Saturday", 61),
    ],
)
def test_the_countdown_counts_working_days(
    session: Session, department: Department, due: str, weekday: str, expected: int
) -> None:
    """From Friday 2026-07-10: 15 in July, 21 in August, 22 in September (Friday 09-25 off, Sunday 09-20 worked), and
    10-08, 10-09 and the make-up Saturday 10-10."""
    assert f"{dt.date.fromisoformat(due):%A}" == weekday
    row = owe(session, department, "open", due, kind="node")
    rows = list_ledger(session, LedgerFilter(kind="node"), by=OFFICE, today=TODAY).rows
    found = next(one for one in rows if one.id == row.id)
    assert found.countdown_workdays == expected
