"""Two years of a district, made up from a seed: who publishes what, who is punctual, who is late, who forgets.

The events are decided beforehand, day by day, from the behaviour of each department and the periods of each entry; the
product and the oracle then live through the same days.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from dataclasses import dataclass, field

from tests.simulation.oracle import MONTHS_OF, ONE, UNTRACKED, is_workday, period_around

CYCLES = (
    # cycle, how many entries of a hundred keep it
    ("yearly", 26),
    ("half_yearly", 18),
    ("quarterly", 20),
    ("monthly", 18),
    ("ten_days", 2),
    ("weekly", 3),
    ("daily", 2),
    ("irregular", 7),
    ("static", 4),
)
BEHAVIOURS = (
    # share of departments, chance to deliver in time, within grace, late, never
    (0.55, (0.88, 0.07, 0.04, 0.01)),
    (0.25, (0.55, 0.20, 0.20, 0.05)),
    (0.15, (0.25, 0.15, 0.40, 0.20)),
    (0.05, (0.00, 0.00, 0.00, 1.00)),
)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happens on a day; `entry` is a number, or -1 where a department is meant."""

    day: dt.date
    kind: str
    """publish, deliver, confirm, extend, excuse, cycle, suspend, resume, withdraw, merge, rename"""
    entry: int
    value: str = ""
    """The cycle, or the day on which the department let the data go, or days of an extension, or a department."""


@dataclass
class District:
    """The events of all entries by day, and whose each entry is at first."""

    departments: int
    first: dt.date
    last: dt.date
    owners: list[int] = field(default_factory=list)
    events: dict[dt.date, list[Event]] = field(default_factory=lambda: defaultdict(list))

    def add(self, event: Event) -> None:
        """Note an event, unless it lies behind the last day."""
        if event.day <= self.last:
            self.events[event.day].append(event)

    def days(self) -> list[dt.date]:
        """Every day, first to last."""
        return [self.first + ONE * step for step in range((self.last - self.first).days + 1)]


def make_district(
    seed: int, *, departments: int = 21, entries: int = 400, first: dt.date = dt.date(2024, 7, 1), years: int = 2
) -> District:
    """`entries` for each department, from `first` on for `years`; equal seeds give equal districts."""
    chance = random.Random(seed)
    last = first.replace(year=first.year + years) - ONE
    district = District(departments, first, last)
    for department in range(departments):
        behaviour = chance.choices([row[1] for row in BEHAVIOURS], [row[0] for row in BEHAVIOURS])[0]
        for _ in range(entries):
            _live(district, len(district.owners), behaviour, chance)
            district.owners.append(department)
    _rearrange(district, chance)
    return district


def _live(district: District, entry: int, behaviour: tuple[float, ...], chance: random.Random) -> None:
    """The life of one entry: published in the first weeks, renewed as its department is, changed now and then."""
    cycle = chance.choices([row[0] for row in CYCLES], [row[1] for row in CYCLES])[0]
    begin = district.first + ONE * int(chance.triangular(0, 400, 10))
    district.add(Event(begin, "publish", entry, cycle))
    end = district.last
    if chance.random() < 0.05:
        end = begin + ONE * chance.randrange(60, 700)
        district.add(Event(end, "withdraw", entry))
    changed_on, next_cycle = None, cycle
    if chance.random() < 0.08:
        changed_on = begin + ONE * chance.randrange(20, 500)
        next_cycle = chance.choice([row[0] for row in CYCLES])
        district.add(Event(changed_on, "cycle", entry, next_cycle))
    pauses = []
    if chance.random() < 0.06:
        start = begin + ONE * chance.randrange(10, 400)
        stop = start + ONE * chance.randrange(1, 120)
        pauses.append((start, stop))
        district.add(Event(start, "suspend", entry))
        district.add(Event(stop, "resume", entry))
    _renew(district, entry, cycle, begin, min(end, changed_on or end), behaviour, chance)
    if changed_on:
        _renew(district, entry, next_cycle, changed_on, end, behaviour, chance)
    for _ in range(chance.choices((0, 1, 2), (80, 15, 5))[0]):
        day = begin + ONE * chance.randrange(30, 700)
        kind = chance.choice(("extend", "excuse", "excuse"))
        district.add(Event(day, kind, entry, str(chance.randrange(1, 31))))


def _renew(
    district: District,
    entry: int,
    cycle: str,
    begin: dt.date,
    end: dt.date,
    behaviour: tuple[float, ...],
    chance: random.Random,
) -> None:
    if cycle in UNTRACKED:
        return
    if cycle == "daily":
        share = 0.97 if behaviour[0] > 0.8 else 0.87
        for day in _days(begin, end):
            if is_workday(day) and chance.random() < share:
                district.add(Event(day, "deliver", entry, str(day)))
        return
    day = begin
    while day <= end:
        first, last = period_around(cycle, day)
        _deliver_for(district, entry, max(first, begin), last, end, behaviour, chance)
        day = last + ONE


def _deliver_for(
    district: District,
    entry: int,
    first: dt.date,
    last: dt.date,
    end: dt.date,
    behaviour: tuple[float, ...],
    chance: random.Random,
) -> None:
    how = chance.choices(("in_time", "grace", "late", "never"), behaviour)[0]
    if how == "never":
        return
    span = (last - first).days
    after = {
        "in_time": -chance.randrange(0, span + 1),
        "grace": chance.randrange(1, 8),
        "late": chance.randrange(8, 60),
    }
    let_go_on = last + ONE * after[how]
    if chance.random() < 0.10:
        district.add(Event(min(let_go_on, end), "confirm", entry))
        return
    lag = chance.randrange(1, 25) if chance.random() < 0.08 else 0
    if let_go_on + ONE * lag <= end:
        district.add(Event(let_go_on + ONE * lag, "deliver", entry, str(let_go_on)))
    if chance.random() < 0.05:
        again = let_go_on + ONE * (lag + chance.randrange(0, 3))
        district.add(Event(again, "deliver", entry, str(again)))


def _rearrange(district: District, chance: random.Random) -> None:
    """Departments merge and are renamed: 机构改革."""
    span = (district.last - district.first).days
    if district.departments > 3:
        district.add(Event(district.first + ONE * (span // 2), "merge", -1, f"{district.departments - 1}>0"))
        district.add(Event(district.first + ONE * (span // 3), "rename", -1, "1"))
    for entry in chance.sample(range(len(district.owners)), max(1, len(district.owners) // 50)):
        target = chance.randrange(max(1, district.departments - 1))
        district.add(Event(district.first + ONE * chance.randrange(span // 4, span), "move", entry, str(target)))


def _days(begin: dt.date, end: dt.date) -> list[dt.date]:
    return [begin + ONE * step for step in range((end - begin).days + 1)]


assert set(MONTHS_OF) <= {row[0] for row in CYCLES}
