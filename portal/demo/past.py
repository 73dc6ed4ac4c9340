"""Entries that stood in the catalog before their data came here: the updates that another platform knows of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import count

from sqlalchemy.orm import Session

from catalog.cycles import CYCLES
from catalog.delivered import record_delivery
from catalog.models import Entry

BEFORE_END, IN_GRACE, AFTER_GRACE = -6, 2, 16
"""Days after the end of a period on which its data came: in time, in the days of grace, late."""
LATE_EVERY, LEFT_OUT_EVERY = 9, 13
"""One period in so many is late, one in so many is left out."""


def take_over_dates(
    session: Session, entry: Entry, cycle: str, *, since: dt.date, until: dt.date, now: dt.datetime
) -> None:
    """Take over the days between `since` and `until` on which the data were renewed on the platform of the city."""
    for day in list_days(cycle, since, until, first=len(entry.name)):
        record_delivery(session, entry.id, kind="imported", on=day, at=now)


def list_days(cycle: str, since: dt.date, until: dt.date, *, first: int) -> Iterator[dt.date]:
    """One day for each period that ends between the two, but for those left out; `first` is where the count begins.

    After a period that was left out the next one is served after its end: a day before would be taken for the former.
    """
    period_of = CYCLES[cycle].period
    if period_of is None:
        return
    period = period_of(since)
    for number in count(first):
        if period.due_on >= until:
            return
        days = AFTER_GRACE if number % LATE_EVERY == 0 else BEFORE_END
        days = IN_GRACE if number % LEFT_OUT_EVERY == 1 else days
        day = period.due_on + dt.timedelta(days=days)
        if number % LEFT_OUT_EVERY and since < day < until:
            yield day
        period = period_of(period.due_on + dt.timedelta(days=1))
