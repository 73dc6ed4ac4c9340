"""When an update is due, when it is late, and what the nightly check writes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import deadlines
from catalog.delivered import record_delivery
from catalog.models import Department, Entry, Holiday, Obligation, Resource, Revision
from catalog.timeliness import timeliness
from datasets.clock import day_of

Track = Callable[..., Entry]


def at(text: str) -> dt.datetime:
    """Ten in the morning of a day in Shanghai."""
    return dt.datetime.fromisoformat(f"{text}T10:00:00+08:00")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.fixture
def department(session: Session) -> Department:
    row = Department(slug="minzheng", name="黄石港区民政局", short_name="区民政局", created_at=at("2026-01-01"))
    session.add(row)
    session.flush()
    return row


@pytest.fixture
def track(session: Session, department: Department) -> Iterator[Track]:
    """Publish an entry with this cycle on a day, with one file resource, and plan it."""

    def track(cycle: str, on: str, *, open_type: str = "unconditional", resource: str | None = "file") -> Entry:
        moment = at(on)
        entry = Entry(
            name=f"entry-{uuid.uuid4().hex[:6]}",
            department_id=department.id,
            state="published",
            issued_on=day(on),
            created_at=moment,
        )
        session.add(entry)
        session.flush()
        _revise(session, entry, cycle, moment, open_type)
        if resource:
            session.add(Resource(entry_id=entry.id, kind=resource, title="数据", created_at=moment))
        deadlines.replan(session, entry, now=moment)
        return entry

    return track


def _revise(session: Session, entry: Entry, cycle: str, moment: dt.datetime, open_type: str = "unconditional") -> None:
    revision = Revision(
        id=uuid.uuid4(),
        entry_id=entry.id,
        number=1 + len(session.scalars(select(Revision.id).where(Revision.entry_id == entry.id)).all()),
        state="published",
        title="名单",
        update_cycle=cycle,
        open_type=open_type,
        created_at=moment,
        changed_at=moment,
    )
    session.add(revision)
    entry.published_revision_id = revision.id
    session.flush()


def deliver(session: Session, entry: Entry, *days: str, kind: str = "data") -> None:
    """Record a delivery on each of these days, on the day."""
    for one in days:
        record_delivery(session, entry.id, kind=kind, on=day(one), at=at(one))
        deadlines.replan(session, entry, now=at(one))


def states(session: Session, entry: Entry) -> dict[str, str]:
    """Period → state, oldest first."""
    query = select(Obligation.period, Obligation.state).where(Obligation.entry_id == entry.id)
    return dict(session.execute(query.order_by(Obligation.starts_on)).all())


def standing(entry: Entry, on: str) -> str:
    return timeliness(entry.next_due_on, entry.overdue_after_on, entry.stale_after_on, day(on))


def test_a_new_entry_owes_the_running_period(session: Session, track: Track) -> None:
    entry = track("monthly", "2026-07-10")
    assert states(session, entry) == {"2026-07": "open"}
    assert entry.next_due_on == day("2026-07-31")
    assert entry.overdue_after_on == day("2026-08-07"), "five working days after Friday 31 July"
    assert entry.stale_after_on == day("2026-09-07"), "the grace of August"


@pytest.mark.parametrize(
    ("on", "code"),
    [
        ("2026-07-23", "normal"),
        ("2026-07-24", "due_soon"),  # seven days before
        ("2026-07-31", "due_soon"),
        ("2026-08-07", "due_soon"),  # last day of grace
        ("2026-08-08", "overdue"),
        ("2026-09-07", "overdue"),
        ("2026-09-08", "long_stale"),  # July and August are missed
    ],
)
def test_an_entry_ages_from_normal_to_long_stale(track: Track, on: str, code: str) -> None:
    assert standing(track("monthly", "2026-07-10"), on) == code


def test_the_day_of_the_deadline_is_a_day_in_shanghai(session: Session, track: Track) -> None:
    entry = track("monthly", "2026-07-10")
    last_second = dt.datetime(2026, 8, 7, 15, 59, 59, tzinfo=dt.UTC)
    record_delivery(session, entry.id, kind="data", on=day_of(last_second), at=last_second)
    deadlines.replan(session, entry, now=last_second)
    assert states(session, entry)["2026-07"] == "on_time"


def test_a_delivery_in_the_period_settles_it_and_opens_the_next(session: Session, track: Track) -> None:
    entry = track("monthly", "2026-07-10")
    deliver(session, entry, "2026-07-20")
    assert states(session, entry) == {"2026-07": "on_time", "2026-08": "open"}
    assert entry.next_due_on == day("2026-08-31")
    deliver(session, entry, "2026-07-25")
    assert states(session, entry) == {"2026-07": "on_time", "2026-08": "open"}, "a correction settles nothing more"


def test_a_delivery_in_the_days_of_grace_is_on_time_and_serves_the_old_period_only(
    session: Session, track: Track
) -> None:
    entry = track("monthly", "2026-07-10")
    deliver(session, entry, "2026-08-03")
    assert states(session, entry) == {"2026-07": "on_time", "2026-08": "open"}
    deliver(session, entry, "2026-08-20")
    assert states(session, entry) == {"2026-07": "on_time", "2026-08": "on_time", "2026-09": "open"}


def test_a_delivery_after_the_grace_is_late_by_working_days(session: Session, track: Track) -> None:
    entry = track("monthly", "2026-07-10")
    deliver(session, entry, "2026-08-10")
    july = deadlines.list_obligations(session, entry.id)[-1]
    assert (july.state, july.settled_on, july.late_workdays) == ("late", day("2026-08-10"), 6)
    assert standing(entry, "2026-08-10") == "normal"


def test_one_delivery_after_two_missed_periods_serves_the_newer_one(session: Session, track: Track) -> None:
    entry = track("monthly", "2026-04-10")
    deliver(session, entry, "2026-07-15")
    assert states(session, entry) == {"2026-04": "missed", "2026-05": "missed", "2026-06": "late", "2026-07": "open"}
    assert entry.next_due_on == day("2026-07-31")


def test_planning_again_changes_nothing(session: Session, track: Track) -> None:
    entry = track("weekly", "2026-06-01")
    deliver(session, entry, "2026-06-03", "2026-06-16", "2026-07-10")
    before = deadlines.list_obligations(session, entry.id)
    for _ in range(3):
        deadlines.replan(session, entry, now=at("2026-07-10"))
    assert deadlines.list_obligations(session, entry.id) == before
    assert states(session, entry) == {
        "2026-W23": "on_time",
        "2026-W24": "on_time",
        "2026-W25": "missed",
        "2026-W26": "missed",
        "2026-W27": "on_time",
        "2026-W28": "open",
    }


@pytest.mark.parametrize("cycle", ["static", "irregular"])
def test_some_cycles_owe_nothing(session: Session, track: Track, cycle: str) -> None:
    entry = track(cycle, "2026-07-10")
    assert states(session, entry) == {}
    assert standing(entry, "2030-01-01") == "not_tracked"


def test_closed_entries_and_mere_links_owe_nothing_but_empty_open_ones_do(session: Session, track: Track) -> None:
    assert track("monthly", "2026-07-10", open_type="closed").next_due_on is None
    assert track("monthly", "2026-07-10", resource="link").next_due_on is None
    assert track("monthly", "2026-07-10", resource=None).next_due_on == day("2026-07-31")


def test_a_change_of_cycle_drops_the_running_period_but_not_a_debt(session: Session, track: Track) -> None:
    entry = track("monthly", "2026-05-20")
    deadlines.check(session, on=day("2026-07-01"))
    _revise(session, entry, "quarterly", at("2026-07-20"))
    deadlines.replan(session, entry, now=at("2026-07-20"))
    assert states(session, entry) == {"2026-05": "open", "2026-06": "open", "2026-07": "void", "2026Q3": "open"}
    assert standing(entry, "2026-07-20") == "long_stale", "May and June are missed"
    _revise(session, entry, "monthly", at("2026-07-21"))
    deadlines.replan(session, entry, now=at("2026-07-21"))
    assert states(session, entry) == {"2026-05": "open", "2026-06": "open", "2026-07": "open", "2026Q3": "void"}


def test_a_withdrawn_entry_owes_nothing_and_a_resumed_one_begins_anew(session: Session, track: Track) -> None:
    entry = track("monthly", "2026-03-10")
    entry.state = "suspended"
    deadlines.replan(session, entry, now=at("2026-03-20"))
    assert states(session, entry) == {"2026-03": "void"}
    assert entry.next_due_on is None
    entry.state = "published"
    deadlines.replan(session, entry, now=at("2026-07-10"))
    assert states(session, entry) == {"2026-03": "void", "2026-07": "open"}


def test_daily_data_must_come_on_nine_of_ten_working_days(session: Session, track: Track) -> None:
    entry = track("daily", "2026-06-01")
    workdays = [f"2026-06-{n:02}" for n in range(1, 31) if day(f"2026-06-{n:02}").weekday() < 5]
    workdays.remove("2026-06-19")  # 端午节
    assert len(workdays) == 21
    deliver(session, entry, *workdays[:19])
    deadlines.check(session, on=day("2026-07-01"))
    assert states(session, entry) == {"2026-06": "on_time", "2026-07": "open"}, "19 of 21 are 90.5 %"


def test_a_failed_month_of_daily_data_stays_open_until_data_comes_again(session: Session, track: Track) -> None:
    entry = track("daily", "2026-06-01")
    deliver(session, entry, "2026-06-02", "2026-06-03")
    deadlines.check(session, on=day("2026-07-01"))
    deadlines.check(session, on=day("2026-07-09"))
    assert states(session, entry) == {"2026-06": "open", "2026-07": "open"}
    assert standing(entry, "2026-07-09") == "overdue"
    deliver(session, entry, "2026-07-10")
    assert states(session, entry) == {"2026-06": "missed", "2026-07": "open"}
    assert standing(entry, "2026-07-10") == "normal"


def test_a_first_month_counts_from_the_day_of_publication(session: Session, track: Track) -> None:
    entry = track("daily", "2026-06-29")
    deliver(session, entry, "2026-06-29", "2026-06-30")
    deadlines.check(session, on=day("2026-07-01"))
    assert states(session, entry)["2026-06"] == "on_time"


def test_the_nightly_check_opens_what_has_begun_and_twice_writes_once(session: Session, track: Track) -> None:
    monthly, yearly = track("monthly", "2026-07-10"), track("yearly", "2026-07-10")
    static = track("static", "2026-07-10")
    first = deadlines.check(session, on=day("2026-09-01"))
    assert (first.checked, first.opened) == (1, 2)
    assert states(session, monthly) == {"2026-07": "open", "2026-08": "open", "2026-09": "open"}
    assert states(session, yearly) == {"2026": "open"}
    assert states(session, static) == {}
    second = deadlines.check(session, on=day("2026-09-01"))
    assert (second.checked, second.opened, second.settled, second.recomputed) == (0, 0, 0, 0)
    assert standing(monthly, "2026-09-08") == "long_stale"


def test_a_night_of_work_can_be_cut_into_short_transactions(session: Session, track: Track) -> None:
    entries = [track("monthly", "2026-07-10") for _ in range(5)]
    report = deadlines.check(session, on=day("2026-08-01"), limit=2)
    runs = [report]
    while report.next_after is not None:
        report = deadlines.check(session, on=day("2026-08-01"), after=report.next_after, limit=2)
        runs.append(report)
    assert [run.checked for run in runs] == [2, 2, 1]
    assert all("2026-08" in states(session, entry) for entry in entries)


def test_a_year_nobody_has_announced_is_provisional_until_it_is(session: Session, track: Track) -> None:
    entry = track("yearly", "2034-07-10")
    row = deadlines.list_obligations(session, entry.id)[0]
    assert row.is_provisional
    assert row.grace_on == day("2035-01-05"), "weekends only: 1 January counts as worked"
    for date, is_workday in [("2034-10-01", False), ("2035-10-01", False), ("2035-01-01", False)]:
        session.add(Holiday(day=day(date), is_workday=is_workday, name="放假"))
    report = deadlines.check(session, on=day("2034-12-20"))
    assert report.recomputed == 1
    row = deadlines.list_obligations(session, entry.id)[0]
    assert (row.grace_on, row.is_provisional) == (day("2035-01-08"), False)
    assert entry.overdue_after_on == day("2035-01-08")


def test_fixed_dates_have_no_grace_whatever_becomes_of_the_calendar(session: Session, track: Track) -> None:
    """Friday 2026-07-31 is also the day of a node and a rectification; the Monday after it becomes a day off."""
    entry = track("monthly", "2026-07-10")
    fixed = [
        Obligation(
            id=uuid.uuid4(), subject_id=entry.department_id, department_id=entry.department_id, kind=kind,
            period=period, label="事项", starts_on=day("2026-07-01"), due_on=day("2026-07-31"),
            grace_on=day("2026-07-31"), is_provisional=False, state="open", created_at=at("2026-07-01"),
        )
        for kind, period in (("node", "2026#1"), ("rectification", "ZG2026-001"))
    ]  # fmt: skip
    session.add_all([*fixed, Holiday(day=day("2026-08-03"), is_workday=False, name="暴雨停工")])
    assert deadlines.check(session, on=day("2026-07-20")).recomputed == 1
    for row in fixed:
        session.refresh(row)
    assert [(row.grace_on, row.is_provisional) for row in fixed] == [(day("2026-07-31"), False)] * 2
    assert deadlines.list_obligations(session, entry.id)[0].grace_on == day("2026-08-10"), "Monday, not Friday 08-07"


def test_an_excused_period_is_served_by_nobody(session: Session, track: Track) -> None:
    entry = track("monthly", "2026-06-10")
    june = session.scalars(select(Obligation).where(Obligation.entry_id == entry.id)).one()
    june.state, june.reason = "excused", "系统迁移"
    deadlines.replan(session, entry, now=at("2026-07-10"))
    assert states(session, entry) == {"2026-06": "excused", "2026-07": "open"}


def test_planning_is_no_edit_of_the_entry(session: Session, track: Track) -> None:
    entry = track("monthly", "2026-07-10")
    before = entry.lock_version
    deliver(session, entry, "2026-07-20")
    session.flush()
    assert entry.lock_version == before
