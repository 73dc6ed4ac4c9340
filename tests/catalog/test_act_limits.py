"""Each limit of what may be asked about an obligation, on the days where it begins and ends."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from catalog.act_limits import ACTS, Standing, find_obstacle, last_extension_day, last_objection_day
from catalog.permissions import POLICY
from catalog.workdays import Calendar

CALENDAR = Calendar()
JULY = Standing("update", "open", dt.date(2026, 7, 1), dt.date(2026, 7, 31), dt.date(2026, 8, 7))
"""July 2026: due Friday 07-31, on time through Friday 08-07."""
LATE = replace(JULY, state="late", settled_on=dt.date(2026, 8, 10))
"""Delivered on Monday 08-10."""
AUGUST = Standing("update", "late", dt.date(2026, 8, 1), dt.date(2026, 8, 31), dt.date(2026, 9, 7))
"""August 2026: due Monday 08-31, on time through Monday 09-07."""


def code(name: str, standing: Standing, day: str) -> str | None:
    obstacle = find_obstacle(name, standing, today=dt.date.fromisoformat(day), calendar=CALENDAR)
    return obstacle.code if obstacle else None


@pytest.mark.parametrize(
    ("day", "weekday", "expected"),
    [
        ("2026-06-30", "Tuesday", "period_not_begun"),
        ("2026-07-01", "Wednesday", None),
        ("2026-07-31", "Friday", None),
        ("2026-08-01", "Saturday", None),
        ("2026-12-31", "Thursday", None),
    ],
)
def test_unchanged_is_confirmed_from_the_first_day_of_the_period(day: str, weekday: str, expected: str | None) -> None:
    assert f"{dt.date.fromisoformat(day):%A}" == weekday
    assert code("unchanged", JULY, day) == expected


@pytest.mark.parametrize(("times", "expected"), [(0, None), (2, None), (3, "unchanged_too_often")])
def test_unchanged_is_confirmed_three_times_in_a_row(times: int, expected: str | None) -> None:
    assert code("unchanged", replace(JULY, unchanged_in_a_row=times), "2026-07-10") == expected


def test_unchanged_is_confirmed_for_the_period_that_a_delivery_would_serve() -> None:
    assert code("unchanged", replace(JULY, is_served_next=False), "2026-07-10") == "other_period_first"


@pytest.mark.parametrize(
    ("day", "weekday", "expected"),
    [
        ("2026-07-10", "Friday", None),
        ("2026-07-31", "Friday", None),
        ("2026-08-07", "Friday", None),
        ("2026-08-08", "Saturday", "extension_too_late"),
        ("2026-08-10", "Monday", "extension_too_late"),
    ],
)
def test_an_extension_is_asked_for_until_the_last_day_of_grace(day: str, weekday: str, expected: str | None) -> None:
    assert f"{dt.date.fromisoformat(day):%A}" == weekday
    assert code("extension", JULY, day) == expected


@pytest.mark.parametrize(
    ("requests", "expected"),
    [
        ((("extension", "open"),), "act_waiting"),
        ((("extension", "granted"),), "extension_used"),
        ((("extension", "refused"),), None),
        ((("extension", "refused"), ("extension", "open")), "act_waiting"),
    ],
)
def test_one_extension_waits_and_one_is_granted(requests: tuple[tuple[str, str], ...], expected: str | None) -> None:
    assert code("extension", replace(JULY, requests=requests), "2026-07-10") == expected


def test_a_request_that_nobody_can_grant_any_more_stands_in_nobodys_way() -> None:
    missed = replace(LATE, state="missed", requests=(("extension", "open"),))
    assert code("objection", missed, "2026-08-11") is None
    assert code("objection", replace(missed, state="late"), "2026-08-11") == "act_waiting"


@pytest.mark.parametrize(
    ("due", "last"),
    [("2026-07-31", "2026-08-30"), ("2026-02-28", "2026-03-30"), ("2028-01-31", "2028-03-01")],
)
def test_an_extension_reaches_thirty_calendar_days(due: str, last: str) -> None:
    """2028 has a 29 February."""
    assert last_extension_day(dt.date.fromisoformat(due)) == dt.date.fromisoformat(last)


@pytest.mark.parametrize(
    ("standing", "settled", "weekday", "last", "last_weekday"),
    [
        (LATE, "2026-08-10", "Monday", "2026-08-24", "Monday"),
        # Friday: the first of the ten working days is the Monday after
        (LATE, "2026-08-14", "Friday", "2026-08-28", "Friday"),
        # Saturday, no working day: the same ten
        (LATE, "2026-08-15", "Saturday", "2026-08-28", "Friday"),
        # over 中秋 (Friday 09-25), National Day (10-01 to 10-07) and the make-up Saturday 10-10
        (AUGUST, "2026-09-24", "Thursday", "2026-10-15", "Thursday"),
    ],
)
def test_ten_working_days_to_object(
    standing: Standing, settled: str, weekday: str, last: str, last_weekday: str
) -> None:
    settled_on, last_on = dt.date.fromisoformat(settled), dt.date.fromisoformat(last)
    assert (f"{settled_on:%A}", f"{last_on:%A}") == (weekday, last_weekday)
    standing = replace(standing, settled_on=settled_on)
    assert last_objection_day(standing, CALENDAR) == last_on
    assert code("objection", standing, last) is None
    assert code("objection", standing, (last_on + dt.timedelta(days=1)).isoformat()) == "objection_too_late"


@pytest.mark.parametrize("state", ["open", "granted", "refused"])
def test_one_objection_for_each_obligation(state: str) -> None:
    expected = "act_waiting" if state == "open" else "objection_used"
    assert code("objection", replace(LATE, requests=(("objection", state),)), "2026-08-11") == expected


@pytest.mark.parametrize(
    ("day", "weekday", "expected"),
    [("2026-08-07", "Friday", "not_overdue_yet"), ("2026-08-08", "Saturday", None), ("2026-08-10", "Monday", None)],
)
def test_an_open_one_is_excused_only_when_overdue(day: str, weekday: str, expected: str | None) -> None:
    assert f"{dt.date.fromisoformat(day):%A}" == weekday
    assert code("excuse", JULY, day) == expected


def test_nothing_is_excused_while_the_department_waits_for_an_answer() -> None:
    assert code("excuse", replace(LATE, requests=(("objection", "open"),)), "2026-08-11") == "act_waiting"


KINDS = ("update", "freshness", "node", "rectification")
STATES = ("open", "on_time", "late", "excused", "missed", "void")
POSSIBLE = {
    "unchanged": {("update", "open")},
    "extension": {("update", "open"), ("rectification", "open")},
    "objection": {(kind, state) for kind in KINDS for state in ("late", "missed")},
    "excuse": {(kind, state) for kind in KINDS for state in ("open", "late", "missed")},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("state", STATES)
def test_every_act_knows_its_kinds_and_states(kind: str, state: str) -> None:
    for name in ACTS:
        standing = replace(JULY, kind=kind, state=state, settled_on=None if state == "open" else JULY.grace_on)
        day = "2026-08-10" if name in ("excuse", "objection") else "2026-07-10"
        assert (code(name, standing, day) is None) == ((kind, state) in POSSIBLE[name]), (name, kind, state)


def test_every_act_has_its_permission() -> None:
    assert all(act.permission in POLICY for act in ACTS.values())
