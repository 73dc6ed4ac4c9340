"""更新周期 as calendar periods: an update is owed for a week, a ten-day span, a month …, not "so many days after the
last one", which would drift with every delivery (CONTRACT of the house, "Deadlines")."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Period:
    """One calendar period, both days inclusive; the update for it is due on its last day."""

    key: str
    starts_on: dt.date
    due_on: dt.date


@dataclass(frozen=True, slots=True)
class Cycle:
    """How a cycle of the vocabulary `update_cycle` is kept.

    `period` gives the period a day lies in, None where nothing is owed. `kind` is the kind of its obligations:
    "update" is served by one delivery in the period or its grace, "freshness" by deliveries on enough working days.
    """

    code: str
    kind: str | None
    period: Callable[[dt.date], Period] | None


def _week(day: dt.date) -> Period:
    year, week, weekday = day.isocalendar()
    monday = day - dt.timedelta(days=weekday - 1)
    return Period(f"{year}-W{week:02}", monday, monday + dt.timedelta(days=6))


def _ten_days(day: dt.date) -> Period:
    """上旬 1-10, 中旬 11-20, 下旬 21 to the end of the month."""
    number = min((day.day - 1) // 10, 2)
    start = day.replace(day=number * 10 + 1)
    end = _end_of_month(day) if number == 2 else start + dt.timedelta(days=9)
    return Period(f"{day:%Y-%m}-T{number + 1}", start, end)


def _months(count: int, name: Callable[[dt.date, int], str]) -> Callable[[dt.date], Period]:
    def period(day: dt.date) -> Period:
        number = (day.month - 1) // count
        start = dt.date(day.year, number * count + 1, 1)
        return Period(name(day, number + 1), start, _end_of_month(start.replace(month=start.month + count - 1)))

    return period


def _end_of_month(day: dt.date) -> dt.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


_month = _months(1, lambda day, _: f"{day:%Y-%m}")

_CYCLES = (
    Cycle("realtime", "freshness", _month),
    Cycle("daily", "freshness", _month),
    Cycle("weekly", "update", _week),
    Cycle("ten_days", "update", _ten_days),
    Cycle("monthly", "update", _month),
    Cycle("quarterly", "update", _months(3, lambda day, number: f"{day.year}Q{number}")),
    Cycle("half_yearly", "update", _months(6, lambda day, number: f"{day.year}H{number}")),
    Cycle("yearly", "update", _months(12, lambda day, _: f"{day.year}")),
    Cycle("irregular", None, None),
    Cycle("static", None, None),
)

CYCLES: Mapping[str, Cycle] = {cycle.code: cycle for cycle in _CYCLES}

IRREGULAR_REMINDER_MONTHS = 12
"""After so many months without an update an `irregular` entry is brought to mind; it is not scored."""


def period_of(cycle: str, day: dt.date) -> Period | None:
    """The period of `cycle` in which `day` lies; None for cycles that owe nothing, and for an unknown one."""
    found = CYCLES.get(cycle)
    return found.period(day) if found is not None and found.period is not None else None


def next_period(cycle: str, period: Period) -> Period:
    """The period after `period`. Raises ValueError for a cycle without periods."""
    following = period_of(cycle, period.due_on + dt.timedelta(days=1))
    if following is None:
        raise ValueError(f"the cycle {cycle} has no periods")
    return following


def reminder_on(updated_on: dt.date) -> dt.date:
    """The day on which an `irregular` entry last updated on `updated_on` is brought to mind."""
    year = updated_on.year + IRREGULAR_REMINDER_MONTHS // 12
    return updated_on.replace(year=year, day=min(updated_on.day, calendar.monthrange(year, updated_on.month)[1]))
