"""Workday arithmetic. Pure: a calendar is built from the built-in arrangement and the corrections handed to it.

A year whose arrangement has not been announced knows weekends only; what is computed from it is provisional and is
computed again once the arrangement is there. It never fails.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from catalog.errors import Problem

FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2100, 12, 31)
"""Days that a plan, a finding or a duty may name: beyond them a countdown would walk through centuries of weeks."""

_SATURDAY = 5
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayFacts:
    """One day that differs from the plain week: `name` is the holiday, or why the day is worked."""

    is_workday: bool
    name: str


class Calendar:
    """Tells working days from days off; `corrections` by day win over the built-in arrangement.

    A year counts as announced when the built-in arrangement has it, or once the office has entered it: its 1 October
    stands among the corrections, a day that every arrangement names.
    """

    def __init__(self, corrections: Mapping[dt.date, DayFacts] | None = None) -> None:
        self._corrections = dict(corrections or {})

    def is_announced(self, year: int) -> bool:
        """Whether the arrangement of `year` is known; False means that only weekends are."""
        return dt.date(year, 10, 1) in self._corrections or bool(_arrangement(year))

    def facts(self, day: dt.date) -> DayFacts | None:
        """What is special about `day`: a holiday, a day off or a make-up workday; None for an ordinary day."""
        return self._corrections.get(day) or _arrangement(day.year).get(day)

    def is_workday(self, day: dt.date) -> bool:
        """Whether offices work on `day`."""
        facts = self.facts(day)
        return facts.is_workday if facts else day.weekday() < _SATURDAY

    def add_workdays(self, day: dt.date, count: int) -> dt.date:
        """The `count`-th working day after `day` (which itself never counts); `day` itself for 0.

        Raises ValueError for a negative `count`.
        """
        if count < 0:
            raise ValueError("count of working days is negative")
        while count:
            day += _ONE_DAY
            count -= self.is_workday(day)
        return day

    def workdays_between(self, start: dt.date, end: dt.date) -> int:
        """Working days after `start` up to and including `end`; negative when `end` is the earlier one."""
        if end < start:
            return -self.workdays_between(end, start)
        days = (start + dt.timedelta(days=step) for step in range(1, (end - start).days + 1))
        return sum(map(self.is_workday, days))

    def list_workdays(self, start: dt.date, end: dt.date) -> list[dt.date]:
        """The working days from `start` to `end`, both inclusive."""
        days = (start + dt.timedelta(days=step) for step in range((end - start).days + 1))
        return [day for day in days if self.is_workday(day)]

    def last_workday_before(self, day: dt.date) -> dt.date:
        """The last working day strictly before `day`: when the last reminder of a fixed date goes out."""
        day -= _ONE_DAY
        while not self.is_workday(day):
            day -= _ONE_DAY
        return day

    def is_provisional(self, start: dt.date, end: dt.date) -> bool:
        """Whether a figure that spans `start`..`end` rests on a year that has not been announced."""
        return not all(self.is_announced(year) for year in range(start.year, end.year + 1))


def check_day(where: str, day: dt.date) -> list[Problem]:
    """What is wrong with a day that people typed: a slip of the finger from before FIRST_DAY or after LAST_DAY."""
    if FIRST_DAY <= day <= LAST_DAY:
        return []
    return [Problem(where, "day_out_of_range", day=str(day), first=str(FIRST_DAY), last=str(LAST_DAY))]


@lru_cache(maxsize=64)
def _arrangement(year: int) -> Mapping[dt.date, DayFacts]:
    """The announced days off and make-up workdays of `year`; empty if the arrangement is not known yet.

    The holidays package computes the statutory days of any year; only the State Council's yearly arrangement makes
    them a calendar that offices follow, so without it the year stays empty.
    """
    import holidays

    china = holidays.country_holidays("CN", years=[year], language="zh_CN")
    if year not in china.special_public_holidays:
        return {}
    days = {day: DayFacts(is_workday=False, name=name) for day, name in china.items() if day.year == year}
    for day in china.weekend_workdays:
        if day.year == year:
            days[day] = DayFacts(is_workday=True, name="调休上班")
    return days
