"""The periods that are assessed: half-years and calendar years."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from catalog.errors import NotFound

FIRST_YEAR = 2000
_KEY = re.compile(r"(20[0-9]{2})(?:H([12]))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class ScorePeriod:
    """One period, both days inclusive; `half` is 1, 2, or None for a whole year."""

    key: str
    year: int
    half: int | None
    starts_on: dt.date
    ends_on: dt.date

    def measured_on(self, today: dt.date) -> dt.date:
        """The day as of which the stock of entries is measured: the last day, or `today` while it still runs."""
        return min(self.ends_on, today)

    def has_ended(self, today: dt.date) -> bool:
        """Whether its last day is over."""
        return today > self.ends_on

    @property
    def previous(self) -> ScorePeriod:
        """The period of the same length before it."""
        if self.half is None or self.half == 1:
            return make_period(self.year - 1, 2 if self.half else None)
        return make_period(self.year, 1)

    @property
    def year_before(self) -> ScorePeriod:
        """The same period of the year before."""
        return make_period(self.year - 1, self.half)


def make_period(year: int, half: int | None = None) -> ScorePeriod:
    """The first or second half of `year`, or the whole of it."""
    start = dt.date(year, 7 if half == 2 else 1, 1)
    end = dt.date(year, 6, 30) if half == 1 else dt.date(year, 12, 31)
    return ScorePeriod(f"{year}H{half}" if half else str(year), year, half, start, end)


def parse_period(text: str, *, today: dt.date) -> ScorePeriod:
    """ "2026H1", "2026H2" or "2026"; raises NotFound("score_period_not_found"), also for one that has not begun."""
    match = _KEY.fullmatch(text)
    if match is None:
        raise NotFound("score_period_not_found", period=text[:20])
    period = make_period(int(match[1]), int(match[2]) if match[2] else None)
    if period.starts_on > today:
        raise NotFound("score_period_not_found", period=text)
    return period


def current_period(today: dt.date) -> ScorePeriod:
    """The half-year in which `today` lies."""
    return make_period(today.year, 1 if today.month <= 6 else 2)


def list_periods(today: dt.date, *, first_year: int) -> tuple[ScorePeriod, ...]:
    """Every period from `first_year` that has begun, the newest first: second half, first half, year."""
    return tuple(
        period
        for year in range(today.year, max(first_year, FIRST_YEAR) - 1, -1)
        for period in (make_period(year, 2), make_period(year, 1), make_period(year))
        if period.starts_on <= today
    )
