"""Working days with 调休, as the State Council arranged them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from catalog.errors import NotAllowed, NotFound
from catalog.models import AuditRow
from catalog.permissions import ANONYMOUS, system_actor
from catalog.workdays import Calendar, DayFacts, correct_day, list_corrections, load_calendar, remove_correction
from datasets.clock import day_of

CALENDAR = Calendar()


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.shared
@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])
def test_every_day_of_the_year_is_as_the_state_council_announced(shared_data: Path, year: int) -> None:
    announced = json.loads((shared_data / "calendars" / "holiday-cn" / f"{year}.json").read_text(encoding="utf-8"))
    is_off = {day(one["date"]): one["isOffDay"] for one in announced["days"]}
    days = [dt.date(year, 1, 1) + dt.timedelta(days=step) for step in range(366)]
    for one in (one for one in days if one.year == year):
        assert CALENDAR.is_workday(one) is not is_off.get(one, one.weekday() >= 5), one


@pytest.mark.parametrize(
    ("text", "weekday", "is_workday"),
    [
        ("2026-07-10", "Friday", True),
        ("2026-07-11", "Saturday", False),
        ("2026-02-14", "Saturday", True),  # 春节调休上班
        ("2026-02-17", "Tuesday", False),  # 春节
        ("2026-09-20", "Sunday", True),  # 国庆调休上班
        ("2026-10-01", "Thursday", False),
        ("2026-10-08", "Thursday", True),
        ("2024-02-29", "Thursday", True),  # leap day
        ("2023-12-31", "Sunday", False),
    ],
)
def test_known_days(text: str, weekday: str, is_workday: bool) -> None:
    assert f"{day(text):%A}" == weekday
    assert CALENDAR.is_workday(day(text)) is is_workday


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-07-10", 0, "2026-07-10"),
        ("2026-07-10", 1, "2026-07-13"),  # Friday to Monday
        ("2026-07-31", 5, "2026-08-07"),
        ("2026-09-30", 1, "2026-10-08"),  # over 国庆
        ("2026-09-30", 3, "2026-10-10"),  # Saturday 10-10 is worked
        ("2026-02-13", 1, "2026-02-14"),  # Saturday 02-14 is worked
        ("2025-12-31", 1, "2026-01-04"),  # Sunday 01-04 is worked
        ("2026-12-31", 5, "2027-01-07"),  # 2027 not announced: weekends only
    ],
)
def test_adding_working_days(start: str, count: int, end: str) -> None:
    assert CALENDAR.add_workdays(day(start), count) == day(end)
    assert CALENDAR.workdays_between(day(start), day(end)) == count
    assert CALENDAR.workdays_between(day(end), day(start)) == -count


@pytest.mark.parametrize(
    ("last_worked", "weekday", "first_worked", "first_weekday", "days_off", "make_up"),
    [
        ("2024-02-09", "Friday", "2024-02-18", "Sunday", 8, ("2024-02-04", "2024-02-18")),
        ("2025-01-27", "Monday", "2025-02-05", "Wednesday", 8, ("2025-01-26", "2025-02-08")),
        ("2026-02-14", "Saturday", "2026-02-24", "Tuesday", 9, ("2026-02-14", "2026-02-28")),
    ],
)
def test_the_spring_festival_with_its_make_up_days(
    last_worked: str, weekday: str, first_worked: str, first_weekday: str, days_off: int, make_up: tuple[str, str]
) -> None:
    assert (f"{day(last_worked):%A}", f"{day(first_worked):%A}") == (weekday, first_weekday)
    assert (day(first_worked) - day(last_worked)).days - 1 == days_off
    assert CALENDAR.add_workdays(day(last_worked), 1) == day(first_worked)
    for one in make_up:
        assert f"{day(one):%A}" in ("Saturday", "Sunday")
        assert CALENDAR.is_workday(day(one))


@pytest.mark.parametrize(
    ("instant", "on"),
    [
        ("2026-08-07T15:59:59+00:00", "2026-08-07"),  # 23:59:59 in Shanghai
        ("2026-08-07T16:00:00+00:00", "2026-08-08"),  # midnight
        ("2025-12-31T15:59:59+00:00", "2025-12-31"),
        ("2025-12-31T16:00:00+00:00", "2026-01-01"),
        ("2024-02-28T16:00:00+00:00", "2024-02-29"),
        ("2024-02-29T15:59:59+00:00", "2024-02-29"),
    ],
)
def test_the_day_of_an_instant_is_the_one_in_shanghai(instant: str, on: str) -> None:
    assert day_of(dt.datetime.fromisoformat(instant)) == day(on)


def test_a_negative_count_of_working_days_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.add_workdays(day("2026-07-10"), -1)


def test_a_year_without_an_arrangement_knows_weekends_only_and_says_so() -> None:
    assert CALENDAR.is_announced(2026)
    assert not CALENDAR.is_announced(2035)
    assert CALENDAR.is_workday(day("2035-10-01")), "Monday: the National Day of a year nobody has arranged yet"
    assert not CALENDAR.is_workday(day("2035-10-06")), "Saturday"
    assert CALENDAR.is_provisional(day("2026-12-30"), day("2035-01-05"))
    assert not CALENDAR.is_provisional(day("2026-12-01"), day("2026-12-31"))


def test_the_last_reminder_of_a_fixed_date_goes_out_on_the_working_day_before() -> None:
    assert CALENDAR.last_workday_before(day("2026-08-30")) == day("2026-08-28"), "a Sunday's Friday"
    assert CALENDAR.last_workday_before(day("2026-10-08")) == day("2026-09-30")


def test_working_days_of_a_month() -> None:
    assert len(CALENDAR.list_workdays(day("2026-10-01"), day("2026-10-31"))) == 18


def test_a_correction_wins_over_the_arrangement_and_announces_its_year() -> None:
    calendar = Calendar({day("2035-10-01"): DayFacts(False, "国庆节"), day("2026-07-11"): DayFacts(True, "抗洪")})
    assert not calendar.is_workday(day("2035-10-01"))
    assert calendar.is_announced(2035)
    assert calendar.is_workday(day("2026-07-11"))


def test_the_office_corrects_a_day_and_takes_it_back(session: Session, now: dt.datetime) -> None:
    office = system_actor("test")
    correct_day(session, day("2026-07-13"), is_workday=False, name="暴雨停工", by=office, now=now)
    assert not load_calendar(session).is_workday(day("2026-07-13"))
    assert list_corrections(session, 2026) == [(day("2026-07-13"), DayFacts(False, "暴雨停工"))]
    assert list_corrections(session, 2025) == []
    remove_correction(session, day("2026-07-13"), by=office, now=now)
    assert load_calendar(session).is_workday(day("2026-07-13"))
    assert session.query(AuditRow).count() == 2
    with pytest.raises(NotFound, match="correction_not_found"):
        remove_correction(session, day("2026-07-13"), by=office, now=now)
    with pytest.raises(NotAllowed):
        correct_day(session, day("2026-07-13"), is_workday=False, name="", by=ANONYMOUS, now=now)
