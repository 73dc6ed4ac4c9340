"""Deliveries as facts: the day that counts, what becomes known late, what an import tells, who owes."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import deadlines
from catalog.data_updates import take_version_step
from catalog.delivered import list_deliveries, record_delivery
from catalog.entries import create_entry
from catalog.models import Delivery, Entry, Obligation, Resource
from catalog.obligations import excuse, extend
from catalog.resources import add_resource
from catalog.workdays import load_calendar
from catalog.workflow import take_step
from tests.catalog.lifecycle import COLUMNS, FIELDS, Lifecycle, make_department


def at(text: str, hour: int = 10) -> dt.datetime:
    """An hour of a day in Shanghai."""
    return dt.datetime.fromisoformat(f"{text}T{hour:02}:00:00+08:00")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def rows_of(session: Session, entry: Entry) -> dict[str, Obligation]:
    """Period → row, oldest first."""
    query = select(Obligation).where(Obligation.entry_id == entry.id).order_by(Obligation.starts_on)
    return {row.period: row for row in session.scalars(query)}


def states(session: Session, entry: Entry) -> dict[str, str]:
    return {period: row.state for period, row in rows_of(session, entry).items()}


def published(lifecycle: Lifecycle, on: str, cycle: str = "monthly") -> Entry:
    """An entry with a file, brought out in one day."""
    lifecycle.now = at(on)
    return lifecycle.entry("published", with_file=True, update_cycle=cycle)


def submit_new_data(lifecycle: Lifecycle, entry: Entry, on: str, **facts: object) -> object:
    """A second version of the entry's file, submitted and confirmed by the department on this day."""
    lifecycle.now = at(on)
    resource = lifecycle.session.scalars(select(Resource).where(Resource.entry_id == entry.id)).one()
    version = lifecycle.attach(resource, **facts)
    lifecycle.take_data(version, "submit_data")
    lifecycle.take_data(version, "confirm_data")
    return version


def test_the_day_of_the_departments_confirmation_counts_though_the_office_took_weeks(
    session: Session, lifecycle: Lifecycle
) -> None:
    entry = published(lifecycle, "2026-06-10")
    version = submit_new_data(lifecycle, entry, "2026-08-06", columns=COLUMNS[:-1])
    assert states(session, entry) == {"2026-06": "on_time", "2026-07": "open"}
    deadlines.check(session, on=day("2026-08-20"))
    assert states(session, entry)["2026-07"] == "open", "nothing is public yet"
    take_version_step(session, version, "approve_data", by=lifecycle.people.office, now=at("2026-08-24"))  # type: ignore[arg-type]
    july = rows_of(session, entry)["2026-07"]
    assert (july.state, july.settled_on, july.settled_by) == ("on_time", day("2026-08-06"), "data")
    newest = list_deliveries(session, entry.id)[0]
    assert (newest.delivered_on, newest.kind, newest.by_name) == (day("2026-08-06"), "data", "审签人乙")
    assert newest.at == at("2026-08-24")


def test_data_that_needs_no_office_counts_on_its_day(session: Session, lifecycle: Lifecycle) -> None:
    entry = published(lifecycle, "2026-07-10")
    submit_new_data(lifecycle, entry, "2026-08-20")
    assert [one.delivered_on for one in list_deliveries(session, entry.id)] == [day("2026-08-20"), day("2026-07-10")]
    assert states(session, entry) == {"2026-07": "on_time", "2026-08": "on_time", "2026-09": "open"}


def test_the_first_data_counts_on_the_day_the_reviewer_signed(session: Session, lifecycle: Lifecycle) -> None:
    lifecycle.now = at("2026-07-02")
    entry = lifecycle.draft()
    lifecycle.attach(lifecycle.file(entry))
    lifecycle.take(entry, "submit", now=at("2026-07-02"))
    lifecycle.take(entry, "sign", now=at("2026-07-03"))
    lifecycle.take(entry, "approve", "publish", now=at("2026-07-20"))
    assert [one.delivered_on for one in list_deliveries(session, entry.id)] == [day("2026-07-03")]
    assert states(session, entry) == {"2026-07": "on_time", "2026-08": "open"}
    assert entry.data_updated_on == day("2026-07-20"), "what the public sees is the day of publication"


def test_a_version_that_was_returned_and_confirmed_again_counts_from_the_last_confirmation(
    session: Session, lifecycle: Lifecycle
) -> None:
    entry = published(lifecycle, "2026-06-10")
    version = submit_new_data(lifecycle, entry, "2026-08-03", columns=COLUMNS[:-1])
    lifecycle.now = at("2026-08-12")
    for step in ("recall_data", "submit_data", "confirm_data"):
        lifecycle.take_data(version, step)  # type: ignore[arg-type]
    lifecycle.now = at("2026-08-20")
    lifecycle.take_data(version, "approve_data")  # type: ignore[arg-type]
    july = rows_of(session, entry)["2026-07"]
    assert (july.state, july.settled_on) == ("late", day("2026-08-12"))


def test_a_fact_is_recorded_once(session: Session, lifecycle: Lifecycle) -> None:
    entry = lifecycle.entry("published")
    first = record_delivery(session, entry.id, kind="data", on=day("2026-07-20"), at=at("2026-07-20"))
    again = record_delivery(session, entry.id, kind="data", on=day("2026-07-20"), at=at("2026-07-20", 18))
    other = record_delivery(
        session,
        entry.id,
        kind="unchanged",
        on=day("2026-07-20"),
        at=at("2026-07-20"),
        by=lifecycle.people.reviewer,
        reason="本月无新增",
    )
    assert (first, again, other) == (True, False, True)
    assert len(session.scalars(select(Delivery).where(Delivery.entry_id == entry.id)).all()) == 2


def test_new_data_of_a_day_weighs_more_than_a_word_of_that_day(session: Session, lifecycle: Lifecycle) -> None:
    entry = published(lifecycle, "2026-06-10")
    for kind in ("unchanged", "data", "imported"):
        record_delivery(session, entry.id, kind=kind, on=day("2026-07-20"), at=at("2026-07-20"))
    deadlines.replan(session, entry, now=at("2026-07-20"))
    assert rows_of(session, entry)["2026-07"].settled_by == "data"


@pytest.mark.parametrize("order", [("2026-07-06", "2026-07-20"), ("2026-07-20", "2026-07-06")])
def test_facts_settle_alike_in_whatever_order_they_become_known(
    session: Session, lifecycle: Lifecycle, order: tuple[str, str]
) -> None:
    entry = published(lifecycle, "2026-05-10")
    for one in order:
        record_delivery(session, entry.id, kind="data", on=day(one), at=at("2026-07-25"))
        deadlines.replan(session, entry, now=at("2026-07-25"))
    settled = {row.period: (row.state, row.settled_on) for row in rows_of(session, entry).values()}
    assert settled == {
        "2026-05": ("on_time", day("2026-05-10")),
        "2026-06": ("on_time", day("2026-07-06")),  # the fourth working day of grace
        "2026-07": ("on_time", day("2026-07-20")),
        "2026-08": ("open", None),
    }


def test_a_failed_month_of_daily_data_is_judged_anew_when_a_day_of_it_becomes_known(
    session: Session, lifecycle: Lifecycle
) -> None:
    entry = published(lifecycle, "2026-06-01", "daily")
    workdays = load_calendar(session).list_workdays(day("2026-06-01"), day("2026-06-30"))
    for one in workdays[:18]:
        record_delivery(session, entry.id, kind="data", on=one, at=at(one.isoformat()))
    record_delivery(session, entry.id, kind="data", on=day("2026-07-02"), at=at("2026-07-02"))
    deadlines.replan(session, entry, now=at("2026-07-02"))
    assert states(session, entry)["2026-06"] == "missed", "18 of 21 are 85.7 %"
    record_delivery(session, entry.id, kind="data", on=workdays[20], at=at("2026-07-06"))
    deadlines.replan(session, entry, now=at("2026-07-06"))
    june = rows_of(session, entry)["2026-06"]
    assert (june.state, june.settled_by) == ("on_time", "share")


def test_an_extension_and_an_excuse_show_in_the_dates_of_the_entry(session: Session, lifecycle: Lifecycle) -> None:
    entry = lifecycle.entry("published")
    july = rows_of(session, entry)["2026-07"]
    extend(july, day("2026-08-14"), load_calendar(session))
    deadlines.replan(session, entry, now=at("2026-08-03"))
    assert (entry.next_due_on, entry.overdue_after_on) == (day("2026-08-14"), day("2026-08-21"))
    facts = deadlines.list_obligations(session, entry.id)[-1]
    assert (facts.period, facts.first_due_on, facts.is_extended) == ("2026-07", day("2026-07-31"), True)
    excuse(july, day("2026-08-24"), "系统改造")
    deadlines.replan(session, entry, now=at("2026-08-24"))
    assert entry.next_due_on == day("2026-08-31")
    assert states(session, entry) == {"2026-07": "excused", "2026-08": "open"}
    assert july.state == "excused", "an object that was loaded tells what was written"


def test_what_is_open_follows_the_entry_to_its_next_department(session: Session, lifecycle: Lifecycle) -> None:
    entry = published(lifecycle, "2026-06-10")
    former, heir = entry.department_id, make_department(session, "黄石港区政务服务局")
    deadlines.check(session, on=day("2026-07-01"))
    entry.department_id = heir.id
    report = deadlines.check(session, on=day("2026-07-02"))
    assert report.checked == 1
    owners = {row.period: row.department_id for row in rows_of(session, entry).values()}
    assert owners == {"2026-06": former, "2026-07": heir.id}
    assert deadlines.check(session, on=day("2026-07-02")).checked == 0


def adopted(lifecycle: Lifecycle, updated_on: str | None, on: str, **fields: object) -> Entry:
    """An entry that was public elsewhere, taken over on a day with the link to its former page."""
    url = "https://data.example.gov.cn/dataset/1"
    office, now = lifecycle.people.office, at(on)
    entry = create_entry(
        lifecycle.session,
        department_id=lifecycle.people.department.id,
        fields={**FIELDS, **fields},
        by=office,
        now=now,
        act="catalog.adopt",
        source_url=url,
        issued_on=day("2020-05-01"),
        data_updated_on=day(updated_on) if updated_on else None,
    )
    add_resource(
        lifecycle.session, entry, kind="link", title="原平台页面", url=url, by=office, now=now, act="catalog.adopt"
    )
    take_step(lifecycle.session, entry, "adopt", by=office, now=now)
    return entry


def test_an_adopted_entry_shows_its_debts_since_its_last_known_update(session: Session, lifecycle: Lifecycle) -> None:
    entry = adopted(lifecycle, "2026-03-05", "2026-07-10")
    assert [(one.delivered_on, one.kind) for one in list_deliveries(session, entry.id)] == [
        (day("2026-03-05"), "imported")
    ]
    assert states(session, entry) == {
        "2026-03": "on_time",
        "2026-04": "open",
        "2026-05": "open",
        "2026-06": "open",
        "2026-07": "open",
    }
    assert rows_of(session, entry)["2026-03"].settled_by == "imported"
    assert entry.next_due_on == day("2026-04-30")
    standing = deadlines.timeliness(entry.next_due_on, entry.overdue_after_on, entry.stale_after_on, day("2026-07-10"))
    assert standing == "long_stale"


def test_history_is_opened_for_two_years_of_months_at_most(session: Session, lifecycle: Lifecycle) -> None:
    entry = adopted(lifecycle, "2019-01-31", "2026-07-10")
    found = states(session, entry)
    assert (len(found), set(found.values()), min(found)) == (25, {"open"}, "2024-07")
    before = {row.id for row in rows_of(session, entry).values()}
    deadlines.backfill(session, entry, now=at("2026-07-10"))
    deadlines.replan(session, entry, now=at("2026-07-10"))
    assert {row.id for row in rows_of(session, entry).values()} == before


def test_an_adopted_entry_that_is_up_to_date_owes_the_next_period(session: Session, lifecycle: Lifecycle) -> None:
    entry = adopted(lifecycle, "2026-07-02", "2026-07-10")
    assert states(session, entry) == {"2026-07": "on_time", "2026-08": "open"}


@pytest.mark.parametrize("updated_on", [None, "2027-01-01"])
def test_without_a_known_update_an_adopted_entry_begins_today(
    session: Session, lifecycle: Lifecycle, updated_on: str | None
) -> None:
    entry = adopted(lifecycle, updated_on, "2026-07-10")
    assert list_deliveries(session, entry.id) == ()
    assert states(session, entry) == {"2026-07": "open"}


@pytest.mark.parametrize("fields", [{"update_cycle": "irregular"}, {"update_cycle": "static", "cycle_reason": "终版"}])
def test_an_adopted_entry_without_a_cycle_owes_nothing(
    session: Session, lifecycle: Lifecycle, fields: dict[str, str]
) -> None:
    entry = adopted(lifecycle, "2021-03-05", "2026-07-10", **fields)
    assert states(session, entry) == {}
    assert entry.next_due_on is None
