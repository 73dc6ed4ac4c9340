"""The rules by which expected updates are opened and settled, over the obligation rows of one entry.

Nothing here asks the database. A row is opened for every calendar period, and settled by facts: the days on which
data was delivered. The days of grace, lateness and staleness follow the CONTRACT of the house, "Deadlines".
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from catalog.cycles import Cycle, Period
from catalog.models import Obligation
from catalog.workdays import Calendar

GRACE_WORKDAYS = 5
"""Working days after the end of the period within which a delivery is still on time."""

FRESH_SHARE = 0.9
"""Share of the month's working days on which data kept `daily` or in `realtime` must be renewed."""


@dataclass(slots=True)
class Ledger:
    """The obligations of one entry, oldest first, with what was newly opened."""

    entry_id: uuid.UUID
    department_id: uuid.UUID
    rows: list[Obligation]
    calendar: Calendar
    opened: list[Obligation] = field(default_factory=list)
    _open_before: int = field(init=False)

    def __post_init__(self) -> None:
        self._open_before = len(self.open_rows)

    @property
    def settled_count(self) -> int:
        """How many obligations were settled or fell away since the ledger was opened."""
        return self._open_before + len(self.opened) - len(self.open_rows)

    @property
    def open_rows(self) -> list[Obligation]:
        """What is still owed, the earliest due first."""
        return sorted((row for row in self.rows if row.state == "open"), key=lambda row: row.due_on)

    def of_cycle(self, cycle: Cycle) -> list[Obligation]:
        """The rows that are periods of this cycle, oldest first."""
        assert cycle.period is not None
        period = cycle.period
        rows = [row for row in self.rows if row.kind == cycle.kind and period(row.starts_on).key == row.period]
        return sorted(rows, key=lambda row: row.starts_on)


def grace_of(due_on: dt.date, calendar: Calendar) -> tuple[dt.date, bool]:
    """The last day that counts as on time, and whether it is provisional (CONTRACT: 5 working days)."""
    grace_on = calendar.add_workdays(due_on, GRACE_WORKDAYS)
    return grace_on, calendar.is_provisional(due_on, grace_on)


def void_all(ledger: Ledger, reason: str) -> None:
    """Nothing more is owed: the entry is not public, closed, or its cycle asks for nothing."""
    for row in ledger.open_rows:
        row.state, row.reason = "void", reason


def void_other_cycles(ledger: Ledger, cycle: Cycle, today: dt.date) -> None:
    """After a change of cycle the periods of the old one fall away, except those already overdue: debts stay."""
    kept = {id(row) for row in ledger.of_cycle(cycle)}
    for row in ledger.open_rows:
        if id(row) not in kept and row.grace_on >= today:
            row.state, row.reason = "void", "cycle_changed"


def open_periods(ledger: Ledger, cycle: Cycle, today: dt.date, now: dt.datetime) -> None:
    """Open every period from the last known one up to today's.

    An entry that owed nothing until now, or whose cycle was another one, begins with today's period: no debts from
    before it was tracked.
    """
    assert cycle.period is not None
    current = cycle.period(today)
    known = ledger.of_cycle(cycle)
    period = current
    if any(row.state == "open" for row in known) and known[-1].state != "void":
        period = cycle.period(known[-1].due_on + dt.timedelta(days=1))
    while period.starts_on <= current.starts_on:
        _open(ledger, cycle, period, now)
        period = cycle.period(period.due_on + dt.timedelta(days=1))


def open_next(ledger: Ledger, cycle: Cycle, now: dt.datetime) -> None:
    """Once everything is settled, open the period after the last: there is always a next due date."""
    assert cycle.period is not None
    known = ledger.of_cycle(cycle)
    if known and not any(row.state == "open" for row in known):
        _open(ledger, cycle, cycle.period(known[-1].due_on + dt.timedelta(days=1)), now)


def _open(ledger: Ledger, cycle: Cycle, period: Period, now: dt.datetime) -> None:
    assert cycle.kind is not None
    for row in ledger.rows:
        if row.kind == cycle.kind and row.period == period.key:
            if row.state == "void":
                row.state, row.reason = "open", None
                ledger.opened.append(row)
            return
    grace_on, is_provisional = grace_of(period.due_on, ledger.calendar)
    row = Obligation(
        id=uuid.uuid4(),
        subject_id=ledger.entry_id,
        entry_id=ledger.entry_id,
        department_id=ledger.department_id,
        kind=cycle.kind,
        period=period.key,
        starts_on=period.starts_on,
        due_on=period.due_on,
        grace_on=grace_on,
        is_provisional=is_provisional,
        state="open",
        created_at=now,
    )
    ledger.rows.append(row)
    ledger.opened.append(row)


def settle_updates(ledger: Ledger, deliveries: Iterable[dt.date]) -> None:
    """Let the delivery days serve the open "update" rows; a day that has served a row serves no second one.

    A delivery serves the newest period that has ended and was not served, else the running one: data that comes on
    3 August is July's. It is on time through the days of grace, late after them; older periods that were overdue by
    then are missed, for nobody delivers May's figures three times to catch up. `late_workdays` counts from the due
    date.
    """
    used = {row.settled_on for row in ledger.rows if row.state in ("on_time", "late")}
    for day in sorted(set(deliveries) - used):
        rows = [row for row in ledger.open_rows if row.kind == "update" and row.starts_on <= day]
        ended = [row for row in rows if row.due_on < day]
        served = ended[-1] if ended else next(iter(rows), None)
        if served is None:
            continue
        served.state = "on_time" if day <= served.grace_on else "late"
        served.settled_on = day
        if served.state == "late":
            served.late_workdays = ledger.calendar.workdays_between(served.due_on, day)
        for row in ended[:-1]:
            if row.grace_on < day:
                row.state, row.settled_on = "missed", day


def settle_freshness(
    ledger: Ledger, deliveries: Iterable[dt.date], *, tracked_from: dt.date | None, today: dt.date
) -> None:
    """Settle the ended months of data kept `daily` or in `realtime`.

    A month is kept when data came on at least 90 % of its working days (since `tracked_from`). A month that failed
    stays open, and so grows overdue and stale, until data comes again; then it is missed.
    """
    days = set(deliveries)
    for row in ledger.open_rows:
        if row.kind != "freshness" or row.due_on >= today:
            continue
        start = max(row.starts_on, tracked_from) if tracked_from else row.starts_on
        expected = ledger.calendar.list_workdays(start, row.due_on)
        later = sorted(day for day in days if row.due_on < day <= today)
        if sum(day in days for day in expected) >= FRESH_SHARE * len(expected):
            row.state, row.settled_on = "on_time", row.due_on
        elif later:
            row.state, row.settled_on = "missed", later[0]


def due_dates(ledger: Ledger, cycle: Cycle) -> tuple[dt.date | None, dt.date | None, dt.date | None]:
    """(next due, last day of grace, last day before it is long stale) of the earliest open obligation.

    An entry is 长期未更新 once the grace of the period after the earliest open one has passed too: two are missed.
    """
    assert cycle.period is not None
    rows = ledger.open_rows
    if not rows:
        return None, None, None
    second = cycle.period(rows[0].due_on + dt.timedelta(days=1))
    return rows[0].due_on, rows[0].grace_on, grace_of(second.due_on, ledger.calendar)[0]
