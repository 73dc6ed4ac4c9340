"""Factories for the lifecycle of entries: they reach every state through the steps that people take, never by hand."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog import data_updates
from catalog.entries import create_entry, find_open_revision, open_revision
from catalog.models import Account, Department, Entry, Resource, Revision
from catalog.permissions import Actor
from catalog.resources import add_resource
from catalog.workflow import take_step
from datasets.models import DataVersion
from datasets.versions import expire_versions

MOMENT = dt.datetime(2026, 7, 10, 2, 0, tzinfo=dt.UTC)

FIELDS: dict[str, Any] = {
    "title": "黄石港区社区居委会名录",
    "summary": "辖区各社区居委会的名称、地址和办公电话。",
    "tags": ["社区", "居委会"],
    "class_code": "306001",
    "domain": "living",
    "contact_phone": "0714-6250001",
    "source_kind": "system",
    "format_category": "spreadsheet",
    "format_type": "xlsx",
    "open_type": "unconditional",
    "share_type": "unconditional",
    "share_method": "file",
    "update_cycle": "monthly",
}
"""The fields of an entry without gaps."""

ITEMS: list[dict[str, Any]] = [
    {"name": "社区名称", "field_name": "name", "type": "C", "length": 64, "is_primary_key": True},
    {"name": "办公电话", "field_name": "phone", "type": "C"},
    {"name": "户数", "field_name": "households", "type": "I"},
]

COLUMNS: list[dict[str, Any]] = [
    {"index": 0, "key": "name", "name": "社区名称", "type": "text"},
    {"index": 1, "key": "phone", "name": "办公电话", "type": "text"},
    {"index": 2, "key": "households", "name": "户数", "type": "integer"},
]

PATHS: dict[str, tuple[str, ...]] = {
    "draft": (),
    "department_review": ("submit",),
    "returned": ("submit", "return_by_department"),
    "office_review": ("submit", "sign"),
    "approved": ("submit", "sign", "approve"),
    "published": ("submit", "sign", "approve", "publish"),
    "withdrawal_review": ("submit", "sign", "approve", "publish", "ask_withdrawal"),
    "suspended": ("submit", "sign", "approve", "publish", "suspend"),
    "withdrawn": ("submit", "sign", "approve", "publish", "ask_withdrawal", "withdraw"),
}
"""State → the steps of a fresh draft that lead there."""

STEP_ROLES = {
    "submit": "editor",
    "recall": "editor",
    "discard": "editor",
    "sign": "reviewer",
    "return_by_department": "reviewer",
    "ask_withdrawal": "editor",
    "submit_data": "editor",
    "recall_data": "editor",
    "discard_data": "editor",
    "confirm_data": "reviewer",
    "reject_data_by_department": "reviewer",
}
"""Step → who takes it; what is not named here is the office's."""


@dataclass
class People:
    """One department with its editor and reviewer, and the data office."""

    department: Department
    editor: Actor
    reviewer: Actor
    office: Actor

    def for_step(self, step: str) -> Actor:
        """Who takes this step."""
        actor: Actor = getattr(self, STEP_ROLES.get(step, "office"))
        return actor


@dataclass
class Lifecycle:
    """Makes entries in any state within one session."""

    session: Session
    people: People
    now: dt.datetime = MOMENT

    def draft(self, title: str = FIELDS["title"], *, items: list[dict[str, Any]] | None = None, **fields: Any) -> Entry:
        """An entry with a draft; without gaps unless `fields` makes some."""
        return create_entry(
            self.session,
            department_id=self.people.department.id,
            fields={**FIELDS, "title": title, **fields},
            items=ITEMS if items is None else items,
            by=self.people.editor,
            now=self.now,
        )

    def take(self, entry: Entry, *steps: str, now: dt.datetime | None = None) -> Entry:
        """Take steps one after the other, each by whom it belongs to."""
        for step in steps:
            take_step(
                self.session, entry, step, by=self.people.for_step(step), now=now or self.now, reason="按规定办理"
            )
        return entry

    def entry(self, state: str, title: str = FIELDS["title"], *, with_file: bool = False, **fields: Any) -> Entry:
        """An entry in a state of PATHS, with one file resource and its first version if asked for."""
        entry = self.draft(title, **fields)
        if with_file:
            self.attach(self.file(entry))
        return self.take(entry, *PATHS[state])

    def revised(self, state: str, **fields: Any) -> Entry:
        """A published entry with a second revision in a state of PATHS up to approved."""
        entry = self.entry("published", **fields)
        open_revision(self.session, entry, by=self.people.editor, now=self.now)
        return self.take(entry, *PATHS[state])

    def revision(self, entry: Entry) -> Revision:
        """The open revision."""
        revision = find_open_revision(self.session, entry)
        assert revision is not None
        return revision

    def file(self, entry: Entry, title: str = "社区名录") -> Resource:
        """A new file resource in the open revision."""
        return add_resource(self.session, entry, kind="file", title=title, by=self.people.editor, now=self.now)

    def attach(self, resource: Resource, **facts: Any) -> DataVersion:
        """A new prepared version of `resource`, attached."""
        version = make_version(self.session, resource, now=self.now, **facts)
        return data_updates.attach_version(self.session, resource, version, by=self.people.editor, now=self.now)

    def version(self, state: str, *, entry_state: str = "published", **facts: Any) -> DataVersion:
        """The second version of a public file in a state of VERSION_STATES, its entry in `entry_state`.

        For `superseded` it is the first version, superseded by the second; for `expired` a third one came after.
        """
        entry = self.entry("published", with_file=True)
        resource = self.session.scalars(select(Resource).where(Resource.entry_id == entry.id)).one()
        first = self.session.get_one(DataVersion, resource.published_version_id)
        second = self.attach(resource, **facts)
        steps = {
            "prepared": (),
            "department_review": ("submit_data",),
            "office_review": ("submit_data", "confirm_data"),
            "published": ("submit_data", "confirm_data", "approve_data"),
            "superseded": ("submit_data", "confirm_data", "approve_data"),
            "expired": ("submit_data", "confirm_data", "approve_data"),
            "rejected": ("submit_data", "reject_data_by_department"),
        }[state]
        self._take_all(second, steps)
        if state == "expired":
            self._take_all(self.attach(resource), steps)
            expire_versions(self.session, kept=1)
            self.session.expire_all()
        later = {"withdrawal_review": ("ask_withdrawal",), "suspended": ("suspend",)}
        self.take(entry, *later.get(entry_state, ()))
        return first if state in ("superseded", "expired") else second

    def _take_all(self, version: DataVersion, steps: tuple[str, ...]) -> None:
        """Take the steps; what is public after the reviewer's confirmation needs no approval."""
        for step in steps:
            if not (step == "approve_data" and version.state == "published"):
                self.take_data(version, step)

    def take_data(self, version: DataVersion, step: str) -> DataVersion:
        """Take a step of a data version by whom it belongs to."""
        data_updates.take_version_step(
            self.session, version, step, by=self.people.for_step(step), now=self.now, reason="按规定办理"
        )
        return version


def make_department(session: Session, name: str = "黄石港区民政局", now: dt.datetime = MOMENT) -> Department:
    """A department of this name; one and the same when asked for again."""
    found = session.scalar(select(Department).where(Department.name == name))
    if found is not None:
        return found
    row = Department(slug=f"d-{uuid.uuid4().hex[:8]}", name=name, short_name=name[-6:], created_at=now)
    session.add(row)
    session.flush()
    return row


def make_actor(session: Session, *roles: str, department: Department | None = None, name: str | None = None) -> Actor:
    """A person with an account and these roles; department roles act for `department`."""
    shown = name or "、".join(roles)
    account = Account(
        username=f"u{uuid.uuid4().hex[:12]}",
        display_name=shown,
        department_id=department.id if department else None,
        password_hash="!",
        created_at=MOMENT,
    )
    session.add(account)
    session.flush()
    return Actor(account.id, shown, department.id if department else None, frozenset(roles), "192.0.2.7")


def make_people(session: Session, name: str = "黄石港区民政局") -> People:
    """A department with an editor and a reviewer, and an office."""
    department = make_department(session, name)
    return People(
        department=department,
        editor=make_actor(session, "editor", department=department, name="填报员甲"),
        reviewer=make_actor(session, "reviewer", department=department, name="审签人乙"),
        office=make_actor(session, "office", name="政数局丙"),
    )


def make_version(session: Session, resource: Resource, *, now: dt.datetime = MOMENT, **facts: Any) -> DataVersion:
    """A prepared data version as an intake leaves it behind; `facts` replace single columns."""
    last = session.scalar(select(func.max(DataVersion.number)).where(DataVersion.resource_id == resource.id)) or 0
    digest = uuid.uuid4().hex * 2
    values: dict[str, Any] = {
        "resource_id": resource.id,
        "number": last + 1,
        "state": "prepared",
        "blob_sha256": digest,
        "file_name": "社区名录.csv",
        "file_format": "csv",
        "byte_size": 1200,
        "recipe": {},
        "columns": COLUMNS,
        "row_count": 35,
        "row_store": f"{digest[:16]}.duckdb",
        "content_sha256": digest,
        "csv_sha256": digest,
        "csv_byte_size": 1250,
        "created_at": now,
    }
    version = DataVersion(**{**values, **facts})
    session.add(version)
    session.flush()
    return version


def second_office(session: Session) -> Actor:
    return make_actor(session, "office", name="政数局丁")
