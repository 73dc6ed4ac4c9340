"""A district lived through day by day: the ledger and the oracle agree on every outcome.

`make simulation` runs 21 departments × 400 entries over two years (SIMULATION="seed,departments,entries,years"); the
suite a small one, by the same code.
"""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from catalog.models import AuditRow, Delivery, Message, Obligation, Reminder
from catalog.timely_rates import list_timely_shares
from portal import migrating
from portal.house import build_house
from portal.jobs import JOBS
from portal.settings import load_settings
from tests.simulation.district import make_district
from tests.simulation.oracle import ONE, fifth_workday_after, is_workday, workdays_after
from tests.simulation.replay import Replay, Watch

SMALL = "8,5,6,1"
SIZE = tuple(int(part) for part in os.environ.get("SIMULATION", SMALL).split(","))
IS_FULL = SIZE[1] * SIZE[2] > 1000

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(0 if IS_FULL else 300),
    pytest.mark.skipif(bool(os.environ.get("TEST_DATABASE_URL")), reason="brings a SQLite home of its own"),
]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    """The district after its last day."""
    home = tmp_path_factory.mktemp("simulation")
    watch = Watch()
    house = build_house(load_settings(home=home, database_url=f"sqlite:///{home / 'kaifang.db'}"), clock=watch)
    migrating.upgrade(house.database.engine)
    seed, departments, entries, years = SIZE
    district = make_district(seed, departments=departments, entries=entries, years=years)
    replay = Replay(house, watch, district, way=("adopt",))
    replay.run(lambda day: print(day, flush=True) if IS_FULL and day.day == 1 else None)
    return replay


def test_the_ledger_and_the_oracle_agree_on_every_outcome(lived: Replay) -> None:
    assert lived.counts["publish"] > 0
    assert lived.counts["deliver"] > lived.counts["publish"]
    assert lived.compare() == []


def test_every_outcome_occurs(lived: Replay) -> None:
    """Otherwise the agreement would say little."""
    states = Counter(row.state for life in lived.lives for row in life.rows)
    assert all(states[state] for state in ("open", "on_time", "late", "missed", "excused", "void")), states


def test_no_night_and_no_reminder_runs_twice(lived: Replay) -> None:
    """The jobs of the last day, run again, change nothing."""

    def everything() -> list[tuple[object, ...]]:
        tables = (Obligation, Delivery, Reminder, Message, AuditRow)
        with lived.house.database.reading() as session:
            rows = [tuple(row) for table in tables for row in session.execute(select(*table.__table__.columns))]
        return sorted(rows, key=str)

    before = everything()
    for kind in ("deadlines.check", "notices.raise"):
        JOBS[kind].run(lived.house, {}, lambda done, total, step: None)
    assert everything() == before


def test_each_step_of_the_ladder_is_taken_at_most_once_and_on_a_working_day(lived: Replay) -> None:
    with lived.house.database.reading() as session:
        steps = session.execute(
            select(Reminder.obligation_id, Reminder.step, func.count()).group_by(Reminder.obligation_id, Reminder.step)
        ).all()
        days = set(session.scalars(select(Reminder.raised_on)))
    assert len(steps) > 20
    assert {row[2] for row in steps} == {1}
    assert [day for day in days if not is_workday(day)] == []


def test_who_was_on_time_is_never_called_overdue(lived: Replay) -> None:
    """Unless the office took so long that the portal learnt of it after the days of grace."""
    with lived.house.database.reading() as session:
        query = (
            select(Obligation.settled_on, Delivery.at, Reminder.raised_on)
            .join(Reminder, Reminder.obligation_id == Obligation.id)
            .join(
                Delivery, (Delivery.entry_id == Obligation.entry_id) & (Delivery.delivered_on == Obligation.settled_on)
            )
            .where(Obligation.state == "on_time", Reminder.step == "overdue")
        )
        wrong = [row for row in session.execute(query) if row.at.date() <= row.raised_on - ONE]
    assert wrong == []


def test_nothing_is_both_late_and_excused_or_settled_without_a_day(lived: Replay) -> None:
    with lived.house.database.reading() as session:
        rows = list(session.scalars(select(Obligation)))
    assert len({(row.subject_id, row.kind, row.period) for row in rows}) == len(rows)
    for row in rows:
        assert (row.late_workdays is not None and row.late_workdays > 0) if row.state == "late" else True
        assert row.state in ("open", "void") or row.settled_on is not None
        if row.state == "on_time":
            assert row.settled_on is not None
            assert row.starts_on <= row.settled_on <= row.grace_on


def test_rates_are_those_that_the_oracle_counts(lived: Replay) -> None:
    since, until = lived.district.first, lived.district.last
    counts: dict[int, Counter[str]] = {number: Counter() for number in range(lived.district.departments)}
    for life in lived.lives:
        for row in life.rows:
            is_overdue = row.state == "open" and row.grace < until
            if since <= row.due <= until and row.state != "void" and (row.state != "open" or is_overdue):
                counts[row.owner]["overdue" if is_overdue else row.state] += 1
    with lived.house.database.reading() as session:
        shares = list_timely_shares(session, since=since, until=until, today=until)
    names = ("on_time", "late", "missed", "overdue", "excused")
    for number, people in enumerate(lived.people):
        found = shares.get(people.department.id)
        theirs = {name: getattr(found, name) if found else 0 for name in names}
        assert theirs == {name: counts[number][name] for name in names}, number


def test_the_oracle_counts_days_as_people_do() -> None:
    """Its own arithmetic, on days that can be looked up in the notices."""
    assert not is_workday(dt.date(2024, 2, 15)), "Thursday of the Spring Festival"
    assert is_workday(dt.date(2024, 2, 18)), "a Sunday worked for it"
    assert is_workday(dt.date(2026, 2, 28)), "a Saturday worked for the Spring Festival"
    assert fifth_workday_after(dt.date(2024, 1, 31)) == dt.date(2024, 2, 6), "Sunday 4 February was worked"
    assert fifth_workday_after(dt.date(2024, 9, 30)) == dt.date(2024, 10, 12), (
        "National Day, then Saturday 12 October worked"
    )
    assert workdays_after(dt.date(2024, 6, 30), dt.date(2024, 7, 8)) == 6
    assert Path(__file__).with_name("arrangements.csv").is_file()
