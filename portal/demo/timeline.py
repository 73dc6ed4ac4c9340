"""When things happen in the demonstration: moments before today, and what happens at them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from sqlalchemy.orm import Session

from datasets.clock import SHANGHAI

Act = Callable[[Session, dt.datetime], None]
"""What somebody does in a transaction of its own, at a moment."""

Event = tuple[dt.datetime, Act]


def moment(today: dt.date, days: int, hour: int = 8, minute: int = 0) -> dt.datetime:
    """So many days before today, at an hour in Shanghai."""
    return moment_on(today - dt.timedelta(days=days), hour, minute)


def moment_on(day: dt.date, hour: int = 9, minute: int = 0) -> dt.datetime:
    """An hour of a day in Shanghai, as an instant."""
    return dt.datetime.combine(day, dt.time(hour, minute), SHANGHAI).astimezone(dt.UTC)
