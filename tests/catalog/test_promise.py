"""What an entry promised and kept, as everybody may read it; what is overdue; periods in words.

The calendar of the cases (2026): Friday 10 July is today; 30 June was a Tuesday, so its five working days of grace
ended on Tuesday 7 July; 31 May was a Sunday, its grace ended on Friday 5 June.
"""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from sqlalchemy.orm import Session

from catalog.errors import Invalid
from catalog.models import CurrentRecord, Delivery, Entry, Obligation
from catalog.overdue import count_overdue, list_overdue, read_overdue
from catalog.periods import format_period
from catalog.promise import get_promise, list_history
from tests.catalog.records import MOMENT, department, publish, record

TODAY = dt.date(2026, 7, 10)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def make_entry(session: Session, title: str = "社区名单", *, ordinal: int = 1, of: str = "黄石港区民政局") -> Entry:
    made = record(department(session, of), title, ordinal=ordinal)
    publish(session, made)
    return session.get_one(Entry, made.uuid)


def owe(session: Session, entry: Entry, period: str, due: str, grace: str, state: str, **facts: object) -> Obligation:
    """One obligation row of the entry."""
    values: dict[str, object] = {"kind": "update", "starts_on": day(due).replace(day=1), **facts}
    row = Obligation(
        subject_id=entry.id,
        entry_id=entry.id,
        department_id=entry.department_id,
        period=period,
        due_on=day(due),
        grace_on=day(grace),
        state=state,
        created_at=MOMENT,
        **values,
    )
    session.add(row)
    session.flush()
    return row


def track(session: Session, entry: Entry, due: str, grace: str, stale: str) -> None:
    """Note the dates of the earliest open update where lists look for them."""
    current = session.get_one(CurrentRecord, entry.id)
    current.next_due_on, current.overdue_after_on, current.stale_after_on = day(due), day(grace), day(stale)
    session.flush()


def test_a_promise_counts_what_is_over_and_leaves_out_what_was_excused(session: Session) -> None:
    entry = make_entry(session)
    owe(
        session,
        entry,
        "2026-02",
        "2026-02-28",
        "2026-03-06",
        "on_time",
        settled_on=day("2026-02-27"),
        settled_by="data",
    )
    owe(session, entry, "2026-03", "2026-03-31", "2026-04-08", "late", settled_on=day("2026-04-10"), late_workdays=7)
    owe(session, entry, "2026-04", "2026-04-30", "2026-05-12", "excused", reason="机房搬迁", settled_by="excuse")
    owe(session, entry, "2026-05", "2026-05-31", "2026-06-05", "missed")
    owe(session, entry, "2026-06", "2026-06-30", "2026-07-07", "open")
    owe(session, entry, "2026-07", "2026-07-31", "2026-08-07", "open")
    owe(session, entry, "2026W1", "2026-01-04", "2026-01-09", "void")
    owe(session, entry, "2026H1#1", "2026-06-30", "2026-06-30", "late", kind="node")
    promise = get_promise(session, entry.id, today=TODAY)
    assert [one.state for one in promise.periods] == ["on_time", "late", "excused", "missed", "overdue"]
    assert (promise.kept, promise.settled, promise.excused) == (1, 4, 1)
    assert promise.next is not None
    assert (promise.next.period, promise.next.state) == ("2026-06", "overdue")
    assert promise.next.late_workdays == 8  # 1, 2, 3, 6, 7, 8, 9 and 10 July


def test_the_days_of_grace_are_not_overdue(session: Session) -> None:
    entry = make_entry(session)
    owe(session, entry, "2026-06", "2026-06-30", "2026-07-07", "open")
    on_the_last_day = get_promise(session, entry.id, today=day("2026-07-07"))  # a Tuesday
    assert (on_the_last_day.periods, on_the_last_day.settled) == ((), 0)
    the_day_after = get_promise(session, entry.id, today=day("2026-07-08"))  # a Wednesday
    assert [one.state for one in the_day_after.periods] == ["overdue"]
    assert (the_day_after.kept, the_day_after.settled) == (0, 1)


def test_only_the_last_twelve_count_and_the_oldest_comes_first(session: Session) -> None:
    entry = make_entry(session)
    for week in range(1, 21):
        due = dt.date.fromisocalendar(2026, week, 7)
        owe(session, entry, f"2026-W{week:02}", due.isoformat(), due.isoformat(), "on_time" if week > 9 else "late")
    promise = get_promise(session, entry.id, today=TODAY)
    assert [one.period for one in promise.periods] == [f"2026-W{week:02}" for week in range(9, 21)]
    assert (promise.kept, promise.settled) == (11, 12)


def test_the_last_check_without_change_is_told(session: Session) -> None:
    entry = make_entry(session)
    for kind, on in (("unchanged", "2026-05-28"), ("unchanged", "2026-07-02"), ("data", "2026-07-09")):
        session.add(Delivery(entry_id=entry.id, delivered_on=day(on), kind=kind, at=MOMENT, by_name="审签人乙"))
    session.flush()
    assert get_promise(session, entry.id, today=TODAY).confirmed_unchanged_on == day("2026-07-02")


def test_history_is_walked_by_key_without_gaps_or_repeats(session: Session) -> None:
    entry = make_entry(session)
    for week in range(1, 12):
        due = dt.date.fromisocalendar(2026, week, 7).isoformat()
        owe(session, entry, f"2026-W{week:02}", due, due, "on_time")
    owe(session, entry, "2026-03", "2026-03-15", "2026-03-20", "on_time", kind="freshness")  # the same day as week 11
    owe(session, entry, "2026-W12", "2026-03-22", "2026-03-27", "void")
    seen, after = [], None
    while True:
        page = list_history(session, entry.id, today=TODAY, after=after, limit=5)
        assert page.total == 12
        seen += [one.period for one in page.periods]
        if (after := page.next) is None:
            break
    assert len(seen) == len(set(seen)) == 12
    assert set(seen[:2]) == {"2026-W11", "2026-03"}
    assert seen[-1] == "2026-W01"
    assert [one.period for one in list_history(session, entry.id, today=TODAY, limit=None).periods] == seen


@pytest.mark.parametrize("cursor", ["x", "20260731", "20260731~", "~", "20261331~" + "0" * 32, "'; DROP"])
def test_a_strange_cursor_is_refused(session: Session, cursor: str) -> None:
    with pytest.raises(Invalid, match="bad_cursor"):
        list_history(session, uuid.uuid4(), today=TODAY, after=cursor)


def test_overdue_data_is_listed_with_the_long_stale_first(session: Session) -> None:
    fresh = make_entry(session, "未到期")
    track(session, fresh, "2026-07-31", "2026-08-07", "2026-09-07")
    in_grace = make_entry(session, "宽限期内", ordinal=2)
    track(session, in_grace, "2026-07-05", "2026-07-10", "2026-08-07")
    overdue = make_entry(session, "超期", ordinal=3, of="黄石港区教育局")
    track(session, overdue, "2026-06-30", "2026-07-07", "2026-08-07")
    stale = make_entry(session, "长期未更新", ordinal=4)
    track(session, stale, "2026-05-31", "2026-06-05", "2026-07-07")
    make_entry(session, "不定期", ordinal=5)
    page = list_overdue(session, today=TODAY)
    assert [(row.title, row.timeliness) for row in page.rows] == [("长期未更新", "long_stale"), ("超期", "overdue")]
    assert [(row.days, row.workdays) for row in page.rows] == [(40, 29), (10, 8)]  # 19 June 2026: 端午节
    assert (page.total, page.page_count) == (2, 1)
    assert {(one.name, one.count, one.long_stale) for one in page.departments} == {
        ("黄石港区民政局", 1, 1),
        ("黄石港区教育局", 1, 0),
    }
    assert list(read_overdue(session, today=TODAY)) == list(page.rows)


def test_overdue_data_of_one_department_is_paged(session: Session) -> None:
    for number in range(1, 8):
        entry = make_entry(session, f"名单{number}", ordinal=number)
        track(session, entry, f"2026-06-{number:02}", "2026-06-15", "2026-12-31")
    slug = count_overdue(session, today=TODAY)[0].slug
    second = list_overdue(session, today=TODAY, department=slug, page=2, per_page=3)
    assert [row.title for row in second.rows] == ["名单4", "名单5", "名单6"]
    assert (second.total, second.page_count) == (7, 3)
    assert list_overdue(session, today=TODAY, department="other").total == 0
    assert list_overdue(session, today=TODAY, page=9).rows == ()


@pytest.mark.parametrize(
    ("key", "zh", "en"),
    [
        ("2026-W01", "2026年第1周", "Week 1 of 2026"),
        ("2026-07-T1", "2026年7月上旬", "1–10 July 2026"),
        ("2026-02-T3", "2026年2月下旬", "from 21 February 2026"),
        ("2026-12", "2026年12月", "December 2026"),
        ("2026Q4", "2026年第4季度", "Q4 2026"),
        ("2026H1", "2026年上半年", "First half of 2026"),
        ("2026", "2026年", "2026"),
        ("2026H1#2", "2026H1#2", "2026H1#2"),
    ],
)
def test_periods_in_words(key: str, zh: str, en: str) -> None:
    assert (format_period(key, "zh"), format_period(key, "en")) == (zh, en)
