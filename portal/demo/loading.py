"""Lets the demonstration district live through its last two years, in order of time.

Every entry becomes a list of events (draft, submit, sign, approve, publish, next data version, …), each at its own
moment before today. The events of all entries run in order of time, each in a transaction of its own, through the
functions behind the buttons; reading the files, the slow part, runs ahead on all cores.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.data_updates import approve_version, attach_version, confirm_version, submit_version
from catalog.deadlines import check
from catalog.entries import create_entry, get_entry
from catalog.models import Resource
from catalog.permissions import Actor
from catalog.resources import add_resource
from catalog.workflow import take_step
from datasets.clock import SHANGHAI
from datasets.models import DataVersion
from portal.demo.filing import File, deliver, read_ahead
from portal.demo.people import DemoPeople, create_people
from portal.demo.specs import EntrySpec, read_specs
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

Act = Callable[[Session, dt.datetime], None]


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
        people, accounts = create_people(session, founded=_moment(today, 730), now=house.now())
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        lives = [_Life(spec, columns, read_ahead(house, pool, spec), people=people) for spec in specs]
        events = sorted((event for life in lives for event in _events(house, life, today)), key=lambda e: e[0])
        for at, act in events:
            with house.database.work() as session:
                act(session, at)
    with house.database.work() as session:
        check(session, on=today)
    return accounts


def _events(house: House, life: _Life, today: dt.date) -> Iterator[tuple[dt.datetime, Act]]:
    spec, people = life.spec, life.people
    editor = people.editor(spec.department)
    first = spec.deliveries[0].days if spec.deliveries else 45
    yield _moment(today, first + 2, 9), lambda session, at: _draft(house, session, life, by=editor, now=at)
    revision_state = spec.state if spec.state in PATH_TO else "published"
    for number, step in enumerate(PATH_TO[revision_state]):
        at = _moment(today, first + 1, 9 + number * 2) if step != "publish" else _moment(today, first, 8)
        yield at, _step(life, step, by=_person(people, spec, step), reason=spec.reason)
    for number, delivery in enumerate(spec.deliveries[1:], start=1):
        at = _moment(today, delivery.days, 8, minute=30)
        yield at, lambda session, at, number=number: _update(house, session, life, number, now=at)
    last = spec.deliveries[-1].days if spec.deliveries else first
    for number, step in enumerate(AFTERWARDS.get(spec.state, ())):
        at = _moment(today, max(last - 2, 1), 10 + number)
        yield at, _step(life, step, by=_person(people, spec, step), reason=spec.reason)


def _moment(today: dt.date, days: int, hour: int = 8, minute: int = 0) -> dt.datetime:
    day = today - dt.timedelta(days=days)
    return dt.datetime.combine(day, dt.time(hour, minute), SHANGHAI).astimezone(dt.UTC)


def _person(people: DemoPeople, spec: EntrySpec, step: str) -> Actor:
    if step in ("submit", "ask_withdrawal"):
        return people.editor(spec.department)
    return people.reviewer(spec.department) if step == "sign" else people.office


def _step(life: _Life, step: str, *, by: Actor, reason: str | None) -> Act:
    def act(session: Session, at: dt.datetime) -> None:
        needs_reason = step not in ("submit", "sign", "approve", "publish")
        take_step(session, get_entry(session, life.name), step, by=by, now=at, reason=reason if needs_reason else None)

    return act


def _draft(house: House, session: Session, life: _Life, *, by: Actor, now: dt.datetime) -> None:
    files = [future.result() for future in life.readings]
    items = [
        {"name": column.name, "field_name": life.columns.get(column.name), "type": ITEM_TYPES[column.type]}
        for column in (files[0].reading.columns if files else [])
    ]
    items = items or [{"name": "登记编号", "type": "C"}, {"name": "登记日期", "type": "D"}]
    department_id = life.people.departments[life.spec.department]
    entry = create_entry(session, department_id=department_id, fields=life.spec.fields, items=items, by=by, now=now)
    life.name = entry.name
    if files:
        title = life.spec.fields["title"]
        resource = add_resource(session, entry, kind="file", title=title, by=by, now=now)
        version = deliver(house, session, files[0], resource, life.columns, by=by, now=now)
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
