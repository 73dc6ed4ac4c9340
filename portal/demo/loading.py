"""Lets the demonstration district live through its last two years, in order of time.

Every entry becomes a list of events (draft, submit, sign, approve, publish, next data version, …), each at its own
moment before today; plans, promises, assessment and the office's other work bring theirs. All events run in order of
time, each in a transaction of its own, through the functions behind the buttons; reading the files, the slow part, runs
ahead on all cores. The catalog of 2023 goes first: entries that stood in it got their data here later.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.data_updates import approve_version, attach_version, confirm_version, submit_version
from catalog.entries import create_entry, get_entry
from catalog.models import Entry, Resource
from catalog.permissions import Actor
from catalog.resources import add_resource
from catalog.workflow import take_step
from datasets.clock import day_of
from datasets.models import DataVersion
from portal.demo.assessing import list_assessment_events
from portal.demo.filing import File, deliver, read_ahead
from portal.demo.officework import list_office_events, run_nights
from portal.demo.past import take_over_dates
from portal.demo.people import DemoPeople, create_people
from portal.demo.plans import list_plan_events
from portal.demo.promises import list_promise_events
from portal.demo.specs import EntrySpec, read_specs
from portal.demo.timeline import Act, Event, moment, moment_on
from portal.demo_accounts import DemoAccount

if TYPE_CHECKING:
    from portal.house import House

ITEM_TYPES = {"text": "C", "integer": "I", "decimal": "N", "boolean": "L", "date": "D", "datetime": "T"}
"""Type of a column as read → type letter of the data item that declares it."""

PATH_TO = {
    "draft": (),
    "department_review": ("submit",),
    "office_review": ("submit", "sign"),
    "returned": ("submit", "sign", "return_by_office"),
    "approved": ("submit", "sign", "approve"),
    "published": ("submit", "sign", "approve", "publish"),
}
"""State of a revision → the steps that lead there from a draft."""

AFTERWARDS = {
    "withdrawal_review": ("ask_withdrawal",),
    "withdrawn": ("ask_withdrawal", "withdraw"),
    "suspended": ("suspend",),
}
"""State of an entry → the steps that lead there once it is published."""

FOUNDED_ON = dt.date(2023, 1, 4)
"""Since when the departments exist."""


@dataclass
class _Life:
    """One entry on its way: its specification and what its events have found out so far."""

    spec: EntrySpec
    columns: dict[str, str]
    readings: list[Future[File]]
    name: str = ""
    people: DemoPeople = field(default_factory=lambda: DemoPeople({}, {}))


def load_demo(house: House) -> list[DemoAccount]:
    """Load departments, accounts and entries with their history; returns the accounts with their passwords."""
    specs, columns = read_specs()
    today = house.today()
    with house.database.work() as session:
        people, accounts = create_people(session, founded=moment_on(FOUNDED_ON), now=house.now())
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        ordered = sorted(specs, key=lambda spec: spec.registered_on or today)
        lives = [_Life(spec, columns, read_ahead(house, pool, spec), people=people) for spec in ordered]
        events = [event for life in lives for event in _events(house, life, today)]
        events += list_plan_events(people, specs, today)
        events += list_promise_events(people, today)
        events += list_assessment_events(people, today)
        events += list_office_events(people, today)
        for at, act in sorted(events, key=lambda event: event[0]):
            with house.database.work() as session:
                act(session, at)
    run_nights(house, people, today)
    return accounts


def _events(house: House, life: _Life, today: dt.date) -> Iterator[Event]:
    spec = life.spec
    first = spec.deliveries[0].days if spec.deliveries else 45
    if spec.registered_on is not None:
        yield from _register(house, life, spec.registered_on)
    if spec.deliveries or spec.registered_on is None:
        yield moment(today, first + 2, 9), lambda session, at: _begin(house, session, life, now=at)
        days = [first + 1] * 3 + [first]
        yield from _steps(life, [moment(today, day, 9 + 2 * hour) for hour, day in enumerate(days)])
    for number, delivery in enumerate(spec.deliveries[1:], start=1):
        yield moment(today, delivery.days, 8, minute=30), _next_data(house, life, number)
    last = spec.deliveries[-1].days if spec.deliveries else first
    for number, step in enumerate(AFTERWARDS.get(spec.state, ())):
        at = moment(today, max(last - 2, 1), 10 + number)
        yield at, _step(life, step, by=_person(life.people, spec, step), reason=spec.reason)


def _begin(house: House, session: Session, life: _Life, *, now: dt.datetime) -> None:
    by = life.people.editor(life.spec.department)
    if life.spec.registered_on is None:
        _draft(house, session, life, by=by, now=now)
    else:
        _bring_file(house, session, life, by=by, now=now)


def _register(house: House, life: _Life, on: dt.date) -> Iterator[Event]:
    """The entry comes into the catalog on the day `on`, without data yet."""
    by = life.people.editor(life.spec.department)
    before = on - dt.timedelta(days=3)
    yield moment_on(before), lambda session, at: _draft(house, session, life, by=by, now=at, with_file=False)
    yield from _steps(life, [moment_on(before, 11), moment_on(before, 15), moment_on(on, 9), moment_on(on, 11)])


def _steps(life: _Life, moments: Iterable[dt.datetime]) -> Iterator[Event]:
    """The steps from a draft to the state that the entry is to reach, each at its moment."""
    spec = life.spec
    for at, step in zip(moments, PATH_TO.get(spec.state, PATH_TO["published"]), strict=False):
        yield at, _step(life, step, by=_person(life.people, spec, step), reason=spec.reason)


def _person(people: DemoPeople, spec: EntrySpec, step: str) -> Actor:
    if step in ("submit", "ask_withdrawal"):
        return people.editor(spec.department)
    return people.reviewer(spec.department) if step == "sign" else people.office


def _next_data(house: House, life: _Life, number: int) -> Act:
    return lambda session, at: _update(house, session, life, number, now=at)


def _step(life: _Life, step: str, *, by: Actor, reason: str | None) -> Act:
    def act(session: Session, at: dt.datetime) -> None:
        needs_reason = step not in ("submit", "sign", "approve", "publish")
        take_step(session, get_entry(session, life.name), step, by=by, now=at, reason=reason if needs_reason else None)

    return act


def _draft(house: House, session: Session, life: _Life, *, by: Actor, now: dt.datetime, with_file: bool = True) -> None:
    files = [future.result() for future in life.readings]
    items = [
        {"name": column.name, "field_name": life.columns.get(column.name), "type": ITEM_TYPES[column.type]}
        for column in (files[-1].reading.columns if files else [])
    ]
    items = items or [{"name": "登记编号", "type": "C"}, {"name": "登记日期", "type": "D"}]
    department_id = life.people.departments[life.spec.department]
    entry = create_entry(session, department_id=department_id, fields=life.spec.fields, items=items, by=by, now=now)
    life.name = entry.name
    if files and with_file:
        _add_file(house, session, life, entry, files[0], by=by, now=now)


def _bring_file(house: House, session: Session, life: _Life, *, by: Actor, now: dt.datetime) -> None:
    """The first data of an entry that stood in the catalog without: when it was renewed until then is known."""
    spec, entry = life.spec, get_entry(session, life.name)
    assert spec.registered_on is not None
    take_over_dates(session, entry, spec.fields["update_cycle"], since=spec.registered_on, until=day_of(now), now=now)
    _add_file(house, session, life, entry, life.readings[0].result(), by=by, now=now)


def _add_file(
    house: House, session: Session, life: _Life, entry: Entry, file: File, *, by: Actor, now: dt.datetime
) -> None:
    resource = add_resource(session, entry, kind="file", title=life.spec.fields["title"], by=by, now=now)
    version = deliver(house, session, file, resource, life.columns, by=by, now=now)
    attach_version(session, resource, version, by=by, now=now)


def _update(house: House, session: Session, life: _Life, number: int, *, now: dt.datetime) -> None:
    people, department = life.people, life.spec.department
    entry = get_entry(session, life.name)
    resource = session.scalars(select(Resource).where(Resource.entry_id == entry.id)).one()
    editor = people.editor(department)
    version = deliver(house, session, life.readings[number].result(), resource, life.columns, by=editor, now=now)
    attach_version(session, resource, version, by=editor, now=now)
    submit_version(session, version, by=editor, now=now)
    confirm_version(session, version, by=people.reviewer(department), now=now)
    if session.get_one(DataVersion, version.id).state == "office_review":
        approve_version(session, version, by=people.office, now=now)
