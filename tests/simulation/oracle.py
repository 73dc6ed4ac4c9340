"""A second opinion on who kept what: written from the rules in words, sharing no code with the ledger.

It goes through every day of one entry's life, keeps the expected deliveries as plain rows and applies what happened.
Its calendar is the published list of days off and make-up days (arrangements.csv, from the notices of the State
Council's General Office as collected by github.com/NateScarlet/holiday-cn, MIT), not the library of the product.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

ONE = dt.timedelta(days=1)
OFF = {
    dt.date.fromisoformat(row["date"]): row["is_off"] == "true"
    for row in csv.DictReader((Path(__file__).parent / "arrangements.csv").open(encoding="utf-8"))
}
MONTHS_OF = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}
UNTRACKED = ("irregular", "static")
MONTHLY_SHARE = ("daily", "realtime")


def is_workday(day: dt.date) -> bool:
    """Monday to Friday, but for the days that a notice names."""
    return not OFF[day] if day in OFF else day.isoweekday() <= 5


def workdays_after(day: dt.date, until: dt.date) -> int:
    """How many working days lie after `day`, up to `until`."""
    return sum(is_workday(day + ONE * step) for step in range(1, (until - day).days + 1))


@lru_cache(maxsize=10_000)
def fifth_workday_after(day: dt.date) -> dt.date:
    """The last day of grace."""
    while_left = 5
    while while_left:
        day += ONE
        while_left -= is_workday(day)
    return day


@lru_cache(maxsize=200_000)
def period_around(cycle: str, day: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of the calendar period of a cycle that `day` lies in, found by walking day by day."""
    first = last = day
    while _same_period(cycle, first - ONE, day):
        first -= ONE
    while _same_period(cycle, last + ONE, day):
        last += ONE
    return first, last


def _same_period(cycle: str, one: dt.date, other: dt.date) -> bool:
    if cycle == "weekly":
        return one.isocalendar()[:2] == other.isocalendar()[:2]
    if (one.year, one.month) == (other.year, other.month):
        return cycle != "ten_days" or min((one.day - 1) // 10, 2) == min((other.day - 1) // 10, 2)
    months = MONTHS_OF.get(cycle, 1)
    return one.year == other.year and (one.month - 1) // months == (other.month - 1) // months and cycle != "ten_days"


@dataclass
class Expected:
    """One expected delivery as the oracle sees it."""

    cycle: str
    first: dt.date
    last: dt.date
    due: dt.date
    owner: int
    state: str = "open"
    settled_on: dt.date | None = None
    late_workdays: int | None = None
    was_extended: bool = False
    has_served: bool = False
    """Whether a delivery was used up for it: that day serves no other row, also if this one is excused later."""

    @property
    def grace(self) -> dt.date:
        """Last day that counts as on time."""
        return fifth_workday_after(self.due)

    @property
    def is_share(self) -> bool:
        """Whether the month is kept by a share of its working days."""
        return self.cycle in MONTHLY_SHARE


@dataclass
class Life:
    """One entry: what it owes, day after day."""

    owner: int
    cycle: str = ""
    is_public: bool = False
    published_on: dt.date | None = None
    rows: list[Expected] = field(default_factory=list)
    deliveries: dict[dt.date, str] = field(default_factory=dict)
    unchanged_in_a_row: int = 0
    is_gone: bool = False
    """Withdrawn for good."""

    # -- what happens

    def publish(self, day: dt.date, cycle: str) -> None:
        """The entry goes public."""
        self.is_public, self.cycle, self.published_on = True, cycle, day
        self.settle(day)

    def deliver(self, day: dt.date, *, let_go_on: dt.date) -> None:
        """Data goes public on `day`; the department let it go on `let_go_on`.

        What is learnt late came first all the same: what later days had settled is looked at again.
        """
        if let_go_on not in self.deliveries and let_go_on < day:
            for row in self.rows:
                was_later = not row.is_share and row.settled_on is not None and row.settled_on > let_go_on
                is_in_failed_month = row.is_share and row.state == "missed" and row.first <= let_go_on <= row.last
                if (was_later and row.state in ("on_time", "late", "missed")) or is_in_failed_month:
                    row.state, row.settled_on, row.late_workdays, row.has_served = "open", None, None, False
        self.deliveries.setdefault(let_go_on, "data")
        self.unchanged_in_a_row = 0
        self.settle(day)

    def may_confirm(self, day: dt.date) -> bool:
        """Whether "confirmed unchanged" is open: a period that has begun is owed, and not three times in a row."""
        begun = [row for row in self.open_rows() if row.first <= day and not row.is_share]
        return self.is_public and bool(begun) and day not in self.deliveries and self.unchanged_in_a_row < 3

    def confirm(self, day: dt.date) -> None:
        """The reviewer confirms that nothing has changed."""
        self.deliveries.setdefault(day, "unchanged")
        self.unchanged_in_a_row += 1
        self.settle(day)

    def may_extend(self, day: dt.date, row: Expected, until: dt.date) -> bool:
        """Whether the office may grant more time for this row."""
        in_time = day <= row.grace and not row.was_extended and not row.is_share
        return self.is_public and in_time and row.due < until <= row.due + ONE * 30

    def extend(self, day: dt.date, row: Expected, until: dt.date) -> None:
        """More time is granted."""
        row.due, row.was_extended = until, True
        self.settle(day)

    def excuse(self, day: dt.date, row: Expected) -> None:
        """The office excuses an overdue, late or missed row."""
        if not row.has_served:
            row.settled_on = day
        row.state = "excused"
        self.settle(day)

    def change_cycle(self, day: dt.date, cycle: str) -> None:
        """The entry is to be renewed more or less often from now on: debts stay, the future is planned anew."""
        self.cycle = cycle
        for row in self.open_rows():
            if row.cycle != cycle and row.grace >= day:
                row.state = "void"
        if cycle in UNTRACKED:
            self._let_go(day)
        self.settle(day)

    def leave(self, day: dt.date) -> None:
        """Suspended or withdrawn: nothing more is owed."""
        self.is_public = False
        self._let_go(day)

    def _let_go(self, day: dt.date) -> None:
        """What was overdue has been missed, the rest falls away."""
        for row in self.open_rows():
            row.state, row.settled_on = ("missed", day) if row.grace < day else ("void", None)

    def come_back(self, day: dt.date) -> None:
        """Resumed: begins with today's period."""
        self.is_public = True
        self.settle(day)

    def move(self, owner: int, day: dt.date) -> None:
        """Another department takes over what is still owed; what is settled stays with whom owed it."""
        self.owner = owner
        for row in self.open_rows():
            row.owner = owner
        self.settle(day)

    # -- how it counts

    def open_rows(self) -> list[Expected]:
        """What is still owed, the earliest due first."""
        return sorted((row for row in self.rows if row.state == "open"), key=lambda row: row.due)

    def settle(self, day: dt.date) -> None:
        """Bring the rows up to `day`; done every night and after everything that happens."""
        if not self.is_public or self.cycle in UNTRACKED:
            return
        self._begin(day)
        self._serve()
        self._share(day)
        if not any(row.state == "open" for row in self._own()):
            newest = max((row for row in self._own() if row.state != "void"), key=lambda row: row.last)
            self._expect(*period_around(self.cycle, newest.last + ONE))

    def _own(self) -> list[Expected]:
        return [row for row in self.rows if row.cycle == self.cycle]

    def _begin(self, day: dt.date) -> None:
        """Every period up to the running one; after a time without this cycle only the running one."""
        first, last = period_around(self.cycle, day)
        newest = max(self._own(), key=lambda row: row.last, default=None)
        while newest is not None and newest.state != "void" and newest.last < last:
            self._expect(*period_around(self.cycle, newest.last + ONE))
            newest = max(self._own(), key=lambda row: row.last)
        self._expect(first, last)

    def _expect(self, first: dt.date, last: dt.date) -> None:
        for row in self._own():
            if row.first == first:
                if row.state == "void":
                    row.state, row.owner = "open", self.owner
                return
        self.rows.append(Expected(self.cycle, first, last, last, self.owner))

    def _serve(self) -> None:
        used = {row.settled_on for row in self.rows if row.has_served}
        starts = [row.first for row in self.open_rows()]
        for day in sorted(day for day in self.deliveries if day not in used and starts and day >= min(starts)):
            begun = [row for row in self.open_rows() if row.first <= day and not row.is_share]
            ended = [row for row in begun if row.due < day]
            chosen = ended[-1] if ended else (begun[0] if begun else None)
            if chosen is None:
                continue
            chosen.state = "on_time" if day <= chosen.grace else "late"
            chosen.settled_on, chosen.has_served = day, True
            chosen.late_workdays = workdays_after(chosen.due, day) if chosen.state == "late" else None
            for row in ended[:-1]:
                if row.grace < day:
                    row.state, row.settled_on = "missed", day

    def _share(self, day: dt.date) -> None:
        for row in [row for row in self.open_rows() if row.is_share and row.last < day]:
            assert self.published_on is not None
            start = max(row.first, self.published_on)
            expected = [start + ONE * step for step in range((row.last - start).days + 1)]
            working = [one for one in expected if is_workday(one)]
            fresh = {one for one, kind in self.deliveries.items() if kind == "data"}
            kept = [one for one in working if one in fresh]
            later = sorted(one for one in fresh if row.last < one <= day)
            if 10 * len(kept) >= 9 * len(working):
                row.state, row.settled_on = "on_time", row.last
            elif later:
                row.state, row.settled_on = "missed", later[0]
