"""Entries that stood in the catalog before their data came here: the updates that another platform knows of them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

from sqlalchemy.orm import Session

from catalog.cycles import CYCLES
from catalog.delivered import record_delivery

BEFORE_END = 6
"""Days before the end of a period on which its data came, where they came in time."""
AFTER_END = 16
"""Days after the end on which they came where they were late."""


def take_over_dates(
    session: Session, entry_id: uuid.UUID, cycle: str, *, since: dt.date, until: dt.date, now: dt.datetime
) -> None:
    """Take over the days between `since` and `until` on which the data were renewed on the platform of the city."""
    for day in list_days(cycle, since, until):
        record_delivery(session, entry_id, kind="imported", on=day, at=now)


def list_days(cycle: str, since: dt.date, until: dt.date) -> Iterator[dt.date]:
    """One day for each period that ends between the two: every sixth is late, every eleventh is left out."""
    period_of = CYCLES[cycle].period
    if period_of is None:
        return
    period, number = period_of(since), 0
    while period.due_on < until:
        number += 1
        days = AFTER_END if number % 6 == 0 else -BEFORE_END
        day = period.due_on + dt.timedelta(days=days)
        if number % 11 and since < day < until:
            yield day
        period = period_of(period.due_on + dt.timedelta(days=1))
