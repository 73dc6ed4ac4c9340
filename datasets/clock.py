"""Time as an argument. Instants are UTC; days are days in Shanghai."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

Clock = Callable[[], dt.datetime]
"""Gives the present instant, timezone-aware, in UTC."""


def system_clock() -> dt.datetime:
    """The machine's present instant in UTC."""
    return dt.datetime.now(dt.UTC)


def day_of(instant: dt.datetime) -> dt.date:
    """The calendar day in Shanghai on which an aware `instant` falls."""
    return instant.astimezone(SHANGHAI).date()


def end_of_day(day: dt.date) -> dt.datetime:
    """23:59:59 of `day` in Shanghai, as UTC: the last second that still counts for a deadline on that day."""
    return dt.datetime.combine(day, dt.time(23, 59, 59), SHANGHAI).astimezone(dt.UTC)
