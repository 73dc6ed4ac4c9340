"""One entry's ledger over plain values, for tests of its rules."""

from __future__ import annotations

import datetime as dt
import uuid

from catalog import obligations
from catalog.cycles import CYCLES
from catalog.obligations import Dates, Ledger, Owed
from catalog.workdays import Calendar

CALENDAR = Calendar()
SETTLED = ("on_time", "late", "missed", "excused")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


class Life:
    """One entry's ledger, planned day by day as the nightly check and each publication would."""

    def __init__(self, cycle: str, begins: str | dt.date, *, calendar: Calendar = CALENDAR) -> None:
        self.cycle = CYCLES[cycle]
        self.today = day(begins) if isinstance(begins, str) else begins
        self.tracked_from = self.today
        self.ledger = Ledger(uuid.uuid4(), uuid.uuid4(), [], calendar)
        self.deliveries: dict[dt.date, str] = {}
        self.dates: Dates = self.plan()

    def plan(self, on: dt.date | None = None) -> Dates:
        self.today = on or self.today
        obligations.begin(self.ledger, self.cycle, today=self.today)
        self.dates = obligations.settle(
            self.ledger, self.cycle, self.deliveries, tracked_from=self.tracked_from, today=self.today
        )
        return self.dates

    def deliver(self, *days: str | dt.date, kind: str = "data") -> None:
        for one in days:
            on = day(one) if isinstance(one, str) else one
            self.deliveries[on] = kind
            self.plan(on)

    def row(self, period: str) -> Owed:
        return next(row for row in self.ledger.rows if row.period == period)

    @property
    def states(self) -> dict[str, str]:
        return {row.period: row.state for row in sorted(self.ledger.rows, key=lambda row: row.starts_on)}
