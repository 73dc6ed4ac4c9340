"""The rules by which expected updates are opened and settled, over the obligations of one entry as plain values.

Nothing here asks the database. A row is opened for every calendar period, and settled by facts: the days on which
data was delivered. The days of grace, lateness and staleness follow the CONTRACT of the house, "Deadlines". A period
is known by the day on which it starts; its due date may have been extended.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from catalog.cycles import Cycle, Period
from catalog.models import Obligation
from catalog.models.obligations import DELIVERY_KINDS
from catalog.workdays import Calendar

GRACE_WORKDAYS = 5
"""Working days after the end of the period within which a delivery is still on time."""

FRESH_SHARE = 0.9
"""Share of the month's working days on which data kept `daily` or in `realtime` must be renewed."""

BACKFILL_PERIODS = 24
"""Ended periods that are opened at most for an entry whose last update is known from an import."""

PERIODIC_KINDS = ("update", "freshness")
"""Kinds of obligations that are calendar periods of an entry's cycle; only they have days of grace."""

Deliveries = Mapping[dt.date, str]
"""Day → kind of the delivery."""

Dates = tuple[dt.date | None, dt.date | None, dt.date | None]
"""(next due, last day of grace, last day before it is long stale)"""

NO_DATES: Dates = (None, None, None)


@dataclass(slots=True)
class Owed:
    """The values of one obligation row, named as in the table."""

    id: uuid.UUID
    entry_id: uuid.UUID
    department_id: uuid.UUID
    kind: str
    period: str
    starts_on: dt.date
    due_on: dt.date
    first_due_on: dt.date | None
    grace_on: dt.date
    is_provisional: bool
    state: str
    settled_on: dt.date | None
    settled_by: str | None
    late_workdays: int | None
    reason: str | None


@dataclass(slots=True)
class Ledger:
    """The obligations of one entry in any order, with what was newly opened.

    `rows` holds at least the open ones and all that start or were settled since the earliest of them and since the
    beginning of today's period.
    """

    entry_id: uuid.UUID
    department_id: uuid.UUID
    rows: list[Owed]
    calendar: Calendar
    opened: list[Owed] = field(default_factory=list)
    settled_count: int = 0
    """How many open ones were settled or fell away by planning."""

    @property
    def open_rows(self) -> list[Owed]:
        """What is still owed, the earliest due first."""
        return sorted((row for row in self.rows if row.state == "open"), key=lambda row: (row.due_on, row.starts_on))

    @property
    def open_since(self) -> dt.date | None:
        """The first day of the earliest open period: deliveries before it serve nothing."""
        return min((row.starts_on for row in self.rows if row.state == "open"), default=None)

    def of_cycle(self, cycle: Cycle) -> list[Owed]:
        """The rows that are periods of this cycle, oldest first."""
        rows = [row for row in self.rows if row.kind == cycle.kind and _period(cycle, row.starts_on).key == row.period]
        return sorted(rows, key=lambda row: row.starts_on)


def begin(ledger: Ledger, cycle: Cycle | None, *, today: dt.date) -> None:
    """First half of planning: who owes, what falls away, which periods have begun. None: nothing is owed."""
    for row in ledger.rows:
        if row.state == "open":
            row.department_id = ledger.department_id
    owed = len(ledger.open_rows)
    if cycle is None:
        let_go(ledger, "nothing_owed", today)
        ledger.settled_count += owed
    else:
        void_other_cycles(ledger, cycle, today)
        ledger.settled_count += owed - len(ledger.open_rows)
        open_periods(ledger, cycle, today)


def settle(
    ledger: Ledger, cycle: Cycle | None, deliveries: Deliveries, *, tracked_from: dt.date | None, today: dt.date
) -> Dates:
    """Second half: let the deliveries since `Ledger.open_since` serve, open what comes next; gives the due dates."""
    if cycle is None:
        return NO_DATES
    owed = len(ledger.open_rows)
    settle_updates(ledger, deliveries)
    settle_freshness(ledger, deliveries, tracked_from=tracked_from, today=today)
    ledger.settled_count += owed - len(ledger.open_rows)
    open_next(ledger, cycle)
    return due_dates(ledger, cycle)


@lru_cache(maxsize=1024)
def grace_of(due_on: dt.date, calendar: Calendar) -> tuple[dt.date, bool]:
    """The last day that counts as on time, and whether it is provisional (CONTRACT: 5 working days)."""
    grace_on = calendar.add_workdays(due_on, GRACE_WORKDAYS)
    return grace_on, calendar.is_provisional(due_on, grace_on)


def extend(row: Owed | Obligation, until_on: dt.date, calendar: Calendar) -> None:
    """Move the due date of an open update to `until_on`; the key and the first due date stay.

    Raises ValueError for a row that is not open or not an update, and for a day that is not later.
    """
    if row.state != "open" or row.kind != "update" or until_on <= row.due_on:
        raise ValueError("only the due date of an open update can be moved, and only to a later day")
    row.first_due_on = row.first_due_on or row.due_on
    row.due_on = until_on
    row.grace_on, row.is_provisional = grace_of(until_on, calendar)


def excuse(row: Owed | Obligation, on: dt.date, reason: str) -> None:
    """Take the blame away, for good: no delivery serves an excused period. Lateness that was counted stays noted.

    What had served it goes on counting as used, so that the day does not serve another period instead.
    """
    if row.settled_by not in DELIVERY_KINDS:
        row.settled_on, row.settled_by = on, "excuse"
    row.state, row.reason = "excused", reason


def reopen(row: Owed | Obligation) -> None:
    """Make a row open again, because facts that came first have become known."""
    row.state = "open"
    row.settled_on = row.settled_by = row.late_workdays = row.reason = None


def let_go(ledger: Ledger, reason: str, today: dt.date) -> None:
    """Nothing more is owed: the entry is not public, closed, or its cycle asks for nothing.

    What was overdue by then was missed: calling data 不定期 must not wipe out a debt. The rest falls away.
    """
    for row in ledger.open_rows:
        if row.grace_on < today:
            row.state, row.settled_on = "missed", today
        else:
            row.state, row.reason = "void", reason


def void_other_cycles(ledger: Ledger, cycle: Cycle, today: dt.date) -> None:
    """After a change of cycle the periods of the old one fall away, except those already overdue: debts stay."""
    kept = {id(row) for row in ledger.of_cycle(cycle)}
    for row in ledger.open_rows:
        if id(row) not in kept and row.grace_on >= today:
            row.state, row.reason = "void", "cycle_changed"


def open_periods(ledger: Ledger, cycle: Cycle, today: dt.date) -> None:
    """Open every period from the last known one up to today's.

    An entry that owed nothing until now, or whose cycle was another one, begins with today's period: no debts from
    before it was tracked. The last period of its former time is void then.
    """
    current = _period(cycle, today)
    known = ledger.of_cycle(cycle)
    period = _following(cycle, known[-1].starts_on) if known and known[-1].state != "void" else current
    while period.starts_on < current.starts_on:
        _open(ledger, cycle, period)
        period = _following(cycle, period.starts_on)
    _open(ledger, cycle, current)


def open_since(ledger: Ledger, cycle: Cycle, on: dt.date, today: dt.date) -> None:
    """Open the periods from the one in which `on` lies up to today's, at most BACKFILL_PERIODS ended ones.

    For an entry that was public elsewhere: `on` is its last known update, and its debts since then are shown. A month
    of daily data counts as kept up to that day.
    """
    current, period = _period(cycle, today), _period(cycle, on)
    periods = []
    while period.starts_on < current.starts_on:
        periods.append(period)
        period = _following(cycle, period.starts_on)
    for ended in periods[-BACKFILL_PERIODS:]:
        row = _open(ledger, cycle, ended)
        if row.kind == "freshness" and row.state == "open" and row.starts_on <= on <= row.due_on:
            row.state, row.settled_on, row.settled_by = "on_time", on, "imported"
    _open(ledger, cycle, current)


def open_next(ledger: Ledger, cycle: Cycle) -> None:
    """Once everything is settled, open the period after the last: there is always a next due date."""
    known = [row for row in ledger.of_cycle(cycle) if row.state != "void"]
    if known and not any(row.state == "open" for row in known):
        _open(ledger, cycle, _following(cycle, known[-1].starts_on))


def settle_updates(ledger: Ledger, deliveries: Deliveries) -> None:
    """Let the delivery days serve the open "update" rows; a day that has served a row serves no second one.

    A delivery serves the newest period that has ended and was not served, else the running one: data that comes on
    3 August is July's. It is on time through the days of grace, late after them; older periods that were overdue by
    then are missed, for nobody delivers May's figures three times to catch up. `late_workdays` counts from the due
    date.
    """
    for day in sorted(deliveries.keys() - _used_days(ledger)):
        rows = [row for row in ledger.open_rows if row.kind == "update" and row.starts_on <= day]
        ended = sorted((row for row in rows if row.due_on < day), key=lambda row: row.starts_on)
        served = ended[-1] if ended else next(iter(rows), None)
        if served is None:
            continue
        served.state = "on_time" if day <= served.grace_on else "late"
        served.settled_on, served.settled_by = day, deliveries[day]
        if served.state == "late":
            served.late_workdays = ledger.calendar.workdays_between(served.due_on, day)
        for row in ended[:-1]:
            if row.grace_on < day:
                row.state, row.settled_on = "missed", day


def settle_freshness(ledger: Ledger, deliveries: Deliveries, *, tracked_from: dt.date | None, today: dt.date) -> None:
    """Settle the ended months of data kept `daily` or in `realtime`.

    A month is kept when data came on at least 90 % of its working days; the month in which the entry began to be
    tracked counts from `tracked_from`. A month that failed stays open, and so grows overdue and stale, until data
    comes again; then it is missed.
    """
    days = {day for day, kind in deliveries.items() if kind != "unchanged"}
    for row in ledger.open_rows:
        if row.kind != "freshness" or row.due_on >= today:
            continue
        began_in_it = tracked_from is not None and row.starts_on <= tracked_from <= row.due_on
        start = tracked_from if began_in_it and tracked_from else row.starts_on
        expected = ledger.calendar.list_workdays(start, row.due_on)
        later = sorted(day for day in days if row.due_on < day <= today)
        if sum(day in days for day in expected) >= FRESH_SHARE * len(expected):
            row.state, row.settled_on, row.settled_by = "on_time", row.due_on, "share"
        elif later:
            row.state, row.settled_on = "missed", later[0]


def due_dates(ledger: Ledger, cycle: Cycle) -> Dates:
    """(next due, last day of grace, last day before it is long stale) of the earliest open obligation.

    An entry is 长期未更新 once the grace of a second period has passed too: of the next one that is open, else of the
    next one that will be.
    """
    rows = ledger.open_rows
    if not rows:
        return NO_DATES
    first = rows[0]
    if len(rows) > 1:
        second_grace_on = min(row.grace_on for row in rows[1:])
    else:
        keys = {row.period for row in ledger.of_cycle(cycle) if row.state != "void"}
        second = _following(cycle, first.starts_on)
        while second.key in keys:
            second = _following(cycle, second.starts_on)
        second_grace_on = grace_of(second.due_on, ledger.calendar)[0]
    return first.due_on, first.grace_on, max(first.grace_on, second_grace_on)


@lru_cache(maxsize=4096)
def _period(cycle: Cycle, day: dt.date) -> Period:
    """The period in which `day` lies; remembered, for a night asks for the same few days again and again."""
    assert cycle.period is not None
    return cycle.period(day)


def _following(cycle: Cycle, day: dt.date) -> Period:
    """The period after the one in which `day` lies, whatever was extended."""
    return _period(cycle, _period(cycle, day).due_on + dt.timedelta(days=1))


def _used_days(ledger: Ledger) -> set[dt.date]:
    """The days that have served a row, also one that was excused since."""
    return {
        row.settled_on
        for row in ledger.rows
        if row.kind == "update"
        and row.settled_on is not None
        and (row.state in ("on_time", "late") or (row.state == "excused" and row.settled_by in DELIVERY_KINDS))
    }


def _open(ledger: Ledger, cycle: Cycle, period: Period) -> Owed:
    """The row of `period`: opened, opened again if it fell away, else as it is."""
    assert cycle.kind is not None
    for row in ledger.rows:
        if row.kind == cycle.kind and row.period == period.key:
            if row.state == "void":
                reopen(row)
                row.department_id = ledger.department_id
                row.grace_on, row.is_provisional = grace_of(row.due_on, ledger.calendar)
                ledger.opened.append(row)
            return row
    grace_on, is_provisional = grace_of(period.due_on, ledger.calendar)
    row = Owed(
        id=uuid.uuid4(),
        entry_id=ledger.entry_id,
        department_id=ledger.department_id,
        kind=cycle.kind,
        period=period.key,
        starts_on=period.starts_on,
        due_on=period.due_on,
        first_due_on=None,
        grace_on=grace_on,
        is_provisional=is_provisional,
        state="open",
        settled_on=None,
        settled_by=None,
        late_workdays=None,
        reason=None,
    )
    ledger.rows.append(row)
    ledger.opened.append(row)
    return row
