"""更新周期 as calendar periods."""

from __future__ import annotations

import datetime as dt

import pytest

from catalog.cycles import CYCLES, next_period, period_of, reminder_on
from catalog.vocabularies import VOCABULARIES


@pytest.mark.parametrize(
    ("cycle", "on", "key", "starts_on", "due_on"),
    [
        ("weekly", "2026-07-10", "2026-W28", "2026-07-06", "2026-07-12"),
        ("weekly", "2027-01-01", "2026-W53", "2026-12-28", "2027-01-03"),
        ("weekly", "2025-12-29", "2026-W01", "2025-12-29", "2026-01-04"),
        ("ten_days", "2026-07-10", "2026-07-T1", "2026-07-01", "2026-07-10"),
        ("ten_days", "2026-07-11", "2026-07-T2", "2026-07-11", "2026-07-20"),
        ("ten_days", "2026-07-31", "2026-07-T3", "2026-07-21", "2026-07-31"),
        ("ten_days", "2024-02-29", "2024-02-T3", "2024-02-21", "2024-02-29"),
        ("monthly", "2026-07-10", "2026-07", "2026-07-01", "2026-07-31"),
        ("monthly", "2024-02-01", "2024-02", "2024-02-01", "2024-02-29"),
        ("quarterly", "2026-07-10", "2026Q3", "2026-07-01", "2026-09-30"),
        ("quarterly", "2026-12-31", "2026Q4", "2026-10-01", "2026-12-31"),
        ("half_yearly", "2026-07-10", "2026H2", "2026-07-01", "2026-12-31"),
        ("half_yearly", "2026-06-30", "2026H1", "2026-01-01", "2026-06-30"),
        ("yearly", "2026-07-10", "2026", "2026-01-01", "2026-12-31"),
        ("daily", "2026-07-10", "2026-07", "2026-07-01", "2026-07-31"),
        ("realtime", "2026-07-10", "2026-07", "2026-07-01", "2026-07-31"),
    ],
)
def test_the_period_in_which_a_day_lies(cycle: str, on: str, key: str, starts_on: str, due_on: str) -> None:
    period = period_of(cycle, dt.date.fromisoformat(on))
    assert period is not None
    assert (period.key, str(period.starts_on), str(period.due_on)) == (key, starts_on, due_on)


@pytest.mark.parametrize("cycle", [code for code, cycle in CYCLES.items() if cycle.period])
def test_periods_follow_each_other_without_gap_or_overlap(cycle: str) -> None:
    period = period_of(cycle, dt.date(2023, 1, 1))
    keys = set()
    while period is not None and period.due_on.year < 2029:
        day = period.starts_on
        while day <= period.due_on:
            assert period_of(cycle, day) == period
            day += dt.timedelta(days=1)
        assert period.key not in keys
        assert len(period.key) <= 16
        keys.add(period.key)
        following = next_period(cycle, period)
        assert following.starts_on == period.due_on + dt.timedelta(days=1)
        period = following


@pytest.mark.parametrize("cycle", ["irregular", "static", "whenever"])
def test_some_cycles_owe_nothing(cycle: str) -> None:
    assert period_of(cycle, dt.date(2026, 7, 10)) is None


def test_every_cycle_of_the_vocabulary_has_its_rule() -> None:
    assert tuple(CYCLES) == VOCABULARIES["update_cycle"].codes


def test_an_irregular_entry_is_brought_to_mind_after_a_year() -> None:
    assert reminder_on(dt.date(2025, 7, 10)) == dt.date(2026, 7, 10)
    assert reminder_on(dt.date(2024, 2, 29)) == dt.date(2025, 2, 28)
