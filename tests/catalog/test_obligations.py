"""The rules of the ledger over plain values: which delivery serves which period, and what never happens."""

from __future__ import annotations

import uuid

import pytest

from catalog import obligations
from catalog.cycles import CYCLES
from catalog.obligations import Ledger, excuse, extend, grace_of
from catalog.workdays import Calendar, DayFacts
from tests.catalog.ledger_life import CALENDAR, Life, day


@pytest.mark.parametrize(
    ("due_on", "due_weekday", "grace_on", "grace_weekday"),
    [
        ("2026-07-31", "Friday", "2026-08-07", "Friday"),
        ("2026-01-31", "Saturday", "2026-02-06", "Friday"),
        ("2026-02-08", "Sunday", "2026-02-13", "Friday"),  # the last working days before 春节, but for 02-14
        ("2026-02-10", "Tuesday", "2026-02-24", "Tuesday"),  # 11, 12, 13, Saturday 14 (make-up), after 春节 24
        ("2025-01-31", "Friday", "2025-02-10", "Monday"),  # in 春节: 02-05, 06, 07, Saturday 08 (make-up), 10
        ("2024-01-31", "Wednesday", "2024-02-06", "Tuesday"),  # Sunday 02-04 is worked
        ("2024-02-29", "Thursday", "2024-03-07", "Thursday"),  # leap day
        ("2025-12-31", "Wednesday", "2026-01-08", "Thursday"),  # Sunday 01-04 is worked
        ("2026-09-30", "Wednesday", "2026-10-13", "Tuesday"),  # over 国庆; Saturday 10-10 is worked
    ],
)
def test_the_grace_is_five_working_days_with_the_make_up_days(
    due_on: str, due_weekday: str, grace_on: str, grace_weekday: str
) -> None:
    assert (f"{day(due_on):%A}", f"{day(grace_on):%A}") == (due_weekday, grace_weekday)
    assert grace_of(day(due_on), CALENDAR) == (day(grace_on), False)


@pytest.mark.parametrize(
    ("delivered", "state", "late_workdays"),
    [
        ("2026-07-01", "on_time", None),  # first day of the period
        ("2026-07-31", "on_time", None),  # Friday, the due date
        ("2026-08-07", "on_time", None),  # Friday, the fifth working day of grace
        ("2026-08-08", "late", 5),  # Saturday: five working days after the due date
        ("2026-08-10", "late", 6),  # Monday
    ],
)
def test_a_delivery_is_judged_by_its_day(delivered: str, state: str, late_workdays: int | None) -> None:
    life = Life("monthly", "2026-07-01")
    life.deliver(delivered)
    july = life.row("2026-07")
    assert (july.state, july.settled_on, july.settled_by) == (state, day(delivered), "data")
    assert july.late_workdays == late_workdays


@pytest.mark.parametrize("kind", ["data", "unchanged", "imported"])
def test_what_settled_a_period_is_noted(kind: str) -> None:
    life = Life("monthly", "2026-07-10")
    life.deliver("2026-07-20", kind=kind)
    assert life.row("2026-07").settled_by == kind


def test_the_newest_ended_period_is_served_and_older_overdue_ones_are_missed() -> None:
    life = Life("weekly", "2026-06-08")  # Monday of W24
    life.deliver("2026-07-06")  # Monday: W27 ended yesterday, W24 to W26 are past their grace
    assert life.states == {
        "2026-W24": "missed",
        "2026-W25": "missed",
        "2026-W26": "missed",
        "2026-W27": "on_time",
        "2026-W28": "open",
    }
    assert life.row("2026-W24").settled_on == day("2026-07-06")
    assert life.row("2026-W24").settled_by is None


def test_an_ended_period_within_its_grace_is_not_missed_but_waits_for_a_delivery_of_its_own() -> None:
    life = Life("weekly", "2026-09-21")  # W39, due Sunday 09-27, grace Friday 10-09: 28, 29, 30, then 10-08, 10-09
    assert life.row("2026-W39").grace_on == day("2026-10-09")
    life.deliver("2026-10-08")  # W40 ended on Sunday 10-04
    assert life.states == {"2026-W39": "open", "2026-W40": "on_time", "2026-W41": "open"}
    life.deliver("2026-10-09")
    assert life.states["2026-W39"] == "on_time"


@pytest.mark.parametrize(
    ("kept", "of", "state"),
    [(19, 21, "on_time"), (18, 21, "open")],  # 90.5 %, 85.7 %
)
def test_daily_data_is_kept_from_ninety_per_cent_of_the_working_days(kept: int, of: int, state: str) -> None:
    life = Life("daily", "2026-06-01")
    workdays = CALENDAR.list_workdays(day("2026-06-01"), day("2026-06-30"))
    assert len(workdays) == of
    life.deliver(*workdays[:kept])
    life.plan(day("2026-07-01"))
    june = life.row("2026-06")
    assert (june.state, june.settled_by) == (state, "share" if state == "on_time" else None)


@pytest.mark.parametrize(
    ("tracked_from", "workdays", "state"),
    [("2026-04-17", 10, "on_time"), ("2026-04-20", 9, "open")],  # 9 of 10, 8 of 9: 88.9 %
)
def test_exactly_ninety_per_cent_is_enough_and_less_is_not(tracked_from: str, workdays: int, state: str) -> None:
    life = Life("daily", "2026-04-01")
    expected = CALENDAR.list_workdays(day(tracked_from), day("2026-04-30"))
    assert len(expected) == workdays
    life.tracked_from = day(tracked_from)
    life.deliver(*expected[1:])
    life.plan(day("2026-05-01"))
    assert life.row("2026-04").state == state


def test_data_that_comes_on_the_last_day_of_a_period_is_the_overdue_one_before_it() -> None:
    life = Life("monthly", "2026-06-10")
    life.deliver("2026-07-31")  # Friday: July ends today, it has not ended
    assert life.states == {"2026-06": "late", "2026-07": "open"}


def test_a_confirmation_that_nothing_changed_is_no_fresh_data() -> None:
    life = Life("daily", "2026-06-01")
    life.deliver(*CALENDAR.list_workdays(day("2026-06-01"), day("2026-06-30")), kind="unchanged")
    life.plan(day("2026-07-01"))
    assert life.row("2026-06").state == "open"


def test_an_extension_moves_the_due_date_and_nothing_else() -> None:
    life = Life("monthly", "2026-06-10")
    extend(life.row("2026-06"), day("2026-07-15"), CALENDAR)
    life.plan(day("2026-07-01"))
    june = life.row("2026-06")
    assert (june.due_on, june.first_due_on, june.grace_on) == (day("2026-07-15"), day("2026-06-30"), day("2026-07-22"))
    assert life.states == {"2026-06": "open", "2026-07": "open"}, "July begins though June is not due yet"
    assert life.dates == (day("2026-07-15"), day("2026-07-22"), day("2026-08-07")), "July's grace makes it stale"
    life.deliver("2026-07-20")
    assert life.states == {"2026-06": "on_time", "2026-07": "open"}
    life.deliver("2026-07-21")
    assert life.states == {"2026-06": "on_time", "2026-07": "on_time", "2026-08": "open"}, "no period is skipped"


def test_a_last_period_that_was_extended_does_not_skip_the_one_after_it() -> None:
    life = Life("monthly", "2026-06-10")
    extend(life.row("2026-06"), day("2026-07-30"), CALENDAR)
    life.plan(day("2026-08-03"))
    assert list(life.states) == ["2026-06", "2026-07", "2026-08"]
    extend(life.row("2026-08"), day("2026-09-30"), CALENDAR)
    for one in ("2026-08-03", "2026-08-04", "2026-08-05"):
        life.deliver(one)
    assert list(life.states) == ["2026-06", "2026-07", "2026-08", "2026-09"]


def test_a_weekly_period_extended_beyond_later_ones_is_served_by_a_delivery_of_its_own() -> None:
    life = Life("weekly", "2026-06-29")  # W27
    extend(life.row("2026-W27"), day("2026-07-30"), CALENDAR)
    life.deliver("2026-07-08", "2026-07-15")
    assert life.states == {"2026-W27": "open", "2026-W28": "on_time", "2026-W29": "on_time"}
    life.deliver("2026-07-30", "2026-07-31")
    assert life.row("2026-W27").state == "on_time"


@pytest.mark.parametrize("until", ["2026-07-31", "2026-07-30"])
def test_an_extension_leads_to_a_later_day(until: str) -> None:
    life = Life("monthly", "2026-07-10")
    with pytest.raises(ValueError, match="later day"):
        extend(life.row("2026-07"), day(until), CALENDAR)


def test_only_open_updates_are_extended() -> None:
    life, daily = Life("monthly", "2026-07-10"), Life("daily", "2026-07-10")
    life.deliver("2026-07-10")
    for row in (life.row("2026-07"), daily.row("2026-07")):
        with pytest.raises(ValueError, match="open update"):
            extend(row, day("2026-08-10"), CALENDAR)


def test_an_excused_period_counts_as_closed_and_the_next_one_follows() -> None:
    life = Life("monthly", "2026-06-10")
    life.plan(day("2026-07-10"))
    excuse(life.row("2026-06"), day("2026-07-10"), "机房搬迁")
    life.plan()
    june = life.row("2026-06")
    assert (june.state, june.settled_on, june.settled_by, june.reason) == (
        "excused",
        day("2026-07-10"),
        "excuse",
        "机房搬迁",
    )
    assert life.dates[0] == day("2026-07-31")
    life.deliver("2026-07-10")
    assert life.states == {"2026-06": "excused", "2026-07": "on_time", "2026-08": "open"}


def test_a_day_that_served_a_late_period_serves_no_other_when_that_one_is_excused() -> None:
    life = Life("monthly", "2026-06-10")
    life.deliver("2026-07-15")
    assert life.row("2026-06").late_workdays == 11
    excuse(life.row("2026-06"), day("2026-07-16"), "系统故障")
    life.plan(day("2026-07-16"))
    assert life.states == {"2026-06": "excused", "2026-07": "open"}
    assert (life.row("2026-06").settled_by, life.row("2026-06").settled_on) == ("data", day("2026-07-15"))


def test_an_entry_that_comes_back_reopens_what_had_fallen_away_ahead() -> None:
    life = Life("monthly", "2026-07-10")
    life.deliver("2026-07-20")
    cycle, life.cycle = life.cycle, CYCLES["static"]
    obligations.begin(life.ledger, None, today=day("2026-07-21"))
    assert life.states == {"2026-07": "on_time", "2026-08": "void"}
    life.cycle = cycle
    life.plan(day("2026-07-25"))
    assert life.states == {"2026-07": "on_time", "2026-08": "open"}


def test_open_periods_follow_the_entry_to_its_next_department_and_settled_ones_stay() -> None:
    life = Life("monthly", "2026-06-10")
    former, life.ledger.department_id = life.ledger.department_id, uuid.uuid4()
    life.plan(day("2026-06-20"))
    assert life.row("2026-06").department_id == life.ledger.department_id != former
    life.deliver("2026-06-25")
    heir, life.ledger.department_id = life.ledger.department_id, uuid.uuid4()
    life.plan(day("2026-07-01"))
    assert life.row("2026-06").department_id == heir
    assert life.row("2026-07").department_id == life.ledger.department_id


@pytest.mark.parametrize(
    ("cycle", "on", "count", "first"),
    [
        ("monthly", "2026-07-02", 1, "2026-07"),  # updated in the running period
        ("monthly", "2026-03-05", 5, "2026-03"),
        ("monthly", "2021-03-05", 25, "2024-07"),  # 24 ended periods and the running one
        ("yearly", "2021-03-05", 6, "2021"),
        ("weekly", "2026-06-30", 2, "2026-W27"),
    ],
)
def test_imported_history_opens_the_periods_since_the_last_update(cycle: str, on: str, count: int, first: str) -> None:
    ledger = Ledger(uuid.uuid4(), uuid.uuid4(), [], CALENDAR)
    today = day("2026-07-10")
    obligations.open_since(ledger, CYCLES[cycle], day(on), today)
    obligations.begin(ledger, CYCLES[cycle], today=today)
    obligations.settle(ledger, CYCLES[cycle], {day(on): "imported"}, tracked_from=today, today=today)
    rows = sorted(ledger.rows, key=lambda row: row.starts_on)
    served = [row.period for row in rows if row.state == "on_time"]
    expected = CYCLES[cycle].period(day(on)).key  # type: ignore[misc]
    assert served == ([expected] if rows[0].period == expected else [])
    assert rows[0].period == first
    assert len(rows) == count + (first == expected and count == 1), "served at once, the next period is open"


def test_imported_months_of_daily_data_since_the_last_update_are_debts() -> None:
    ledger = Ledger(uuid.uuid4(), uuid.uuid4(), [], CALENDAR)
    today = day("2026-07-10")
    obligations.open_since(ledger, CYCLES["daily"], day("2026-04-15"), today)
    obligations.begin(ledger, CYCLES["daily"], today=today)
    obligations.settle(ledger, CYCLES["daily"], {day("2026-04-15"): "imported"}, tracked_from=today, today=today)
    states = {row.period: row.state for row in ledger.rows}
    assert states == {"2026-04": "on_time", "2026-05": "open", "2026-06": "open", "2026-07": "open"}


def test_a_corrected_calendar_gives_another_grace() -> None:
    flood = Calendar({day("2026-08-03"): DayFacts(False, "暴雨停工")})
    assert grace_of(day("2026-07-31"), flood) == (day("2026-08-10"), False)
