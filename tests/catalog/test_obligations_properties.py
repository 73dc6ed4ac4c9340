"""What never happens in a ledger, whatever people do."""

from __future__ import annotations

import copy
import datetime as dt
import itertools
from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.cycles import CYCLES
from catalog.obligations import excuse, extend
from tests.catalog.ledger_life import CALENDAR, SETTLED, Life, day

EVENTS = st.lists(
    st.tuples(st.integers(0, 45), st.sampled_from(["deliver", "deliver", "unchanged", "check", "extend", "excuse"])),
    max_size=25,
)


def live(cycle: str, begins: dt.date, events: Iterable[tuple[int, str]]) -> Life:
    """Live through events, each so many days after the one before."""
    life = Life(cycle, begins)
    for gap, event in events:
        life.plan(life.today + dt.timedelta(days=gap))
        if event == "deliver":
            life.deliver(life.today)
        elif event == "unchanged" and life.today not in life.deliveries:
            life.deliver(life.today, kind="unchanged")
        elif event == "extend":
            row = next((row for row in life.ledger.open_rows if life.today <= row.grace_on), None)
            if row is not None and row.kind == "update" and row.first_due_on is None:
                extend(row, row.due_on + dt.timedelta(days=14), CALENDAR)
        elif event == "excuse":
            row = next((row for row in life.ledger.rows if row.state in ("late", "missed")), None)
            row = row or next((row for row in life.ledger.open_rows if row.grace_on < life.today), None)
            if row is not None:
                excuse(row, life.today, "理由")
        life.plan()
    return life


BEGINS = st.dates(day("2023-01-01"), day("2026-06-30"))
TRACKED = st.sampled_from([code for code, cycle in CYCLES.items() if cycle.kind])


@settings(max_examples=40, deadline=None)
@given(cycle=TRACKED, begins=BEGINS, events=EVENTS)
def test_periods_have_no_gap_and_no_double_and_one_is_always_open(
    cycle: str, begins: dt.date, events: list[tuple[int, str]]
) -> None:
    life = live(cycle, begins, events)
    rows = sorted(life.ledger.rows, key=lambda row: row.starts_on)
    period = CYCLES[cycle].period
    assert period is not None
    assert rows[0].starts_on == period(begins).starts_on
    for former, row in itertools.pairwise(rows):
        assert row.starts_on == period(former.starts_on).due_on + dt.timedelta(days=1)
    assert len({row.period for row in rows}) == len(rows)
    assert period(life.today).key in {row.period for row in rows}
    open_dues = [row.due_on for row in rows if row.state == "open"]
    assert life.dates[0] == min(open_dues)


@settings(max_examples=40, deadline=None)
@given(cycle=TRACKED, begins=BEGINS, events=EVENTS)
def test_every_outcome_has_its_fact_and_a_day_serves_one_period(
    cycle: str, begins: dt.date, events: list[tuple[int, str]]
) -> None:
    life = live(cycle, begins, events)
    served = [row for row in life.ledger.rows if row.kind == "update" and row.settled_by in ("data", "unchanged")]
    assert len({row.settled_on for row in served}) == len(served)
    for row in served:
        assert row.settled_on is not None and life.deliveries[row.settled_on] == row.settled_by
        assert row.settled_on >= row.starts_on
    for row in life.ledger.rows:
        assert (row.settled_on is not None) is (row.state in SETTLED)
        assert (row.late_workdays is not None) is (row.state == "late") or row.state == "excused"
        assert (row.state == "excused") is (row.reason is not None)
        if row.state == "on_time" and row.kind == "update":
            assert row.settled_on is not None and row.settled_on <= row.grace_on
        if row.state == "late":
            assert row.settled_on is not None and row.settled_on > row.grace_on


@settings(max_examples=25, deadline=None)
@given(cycle=TRACKED, begins=BEGINS, events=EVENTS)
def test_planning_again_changes_no_row(cycle: str, begins: dt.date, events: list[tuple[int, str]]) -> None:
    life = live(cycle, begins, events)
    before, dates = copy.deepcopy(life.ledger.rows), life.dates
    assert (life.plan(), life.ledger.rows) == (dates, before)


@settings(max_examples=40, deadline=None)
@given(cycle=TRACKED, begins=BEGINS, events=EVENTS)
def test_only_the_rows_that_matter_are_needed(cycle: str, begins: dt.date, events: list[tuple[int, str]]) -> None:
    """The nightly check reads settled rows only since the earliest open period: it decides as if it had read all."""
    life = live(cycle, begins, events)
    later = life.today + dt.timedelta(days=40)
    period = CYCLES[cycle].period
    assert period is not None
    since = life.ledger.open_since
    assert since is not None
    since = min(since, period(later).starts_on)
    short = copy.deepcopy(life)
    short.ledger.rows = [
        row
        for row in short.ledger.rows
        if row.state == "open" or row.starts_on >= since or (row.settled_on is not None and row.settled_on >= since)
    ]
    short.deliveries = {on: kind for on, kind in life.deliveries.items() if on >= since}
    life.plan(later)
    short.plan(later)
    kept = {row.period for row in short.ledger.rows}
    assert short.states == {period: state for period, state in life.states.items() if period in kept}
    assert short.dates == life.dates
