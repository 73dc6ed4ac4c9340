"""The acts that are interrupted: each calls the very functions that views, jobs and commands call."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

from sqlalchemy import select

from catalog.deliveries import begin_delivery, confirm_delivery, get_delivery
from catalog.entries import create_entry, get_entry
from catalog.jobs import queue_job
from catalog.models import Account, Department, Entry, Resource
from catalog.permissions import Actor
from catalog.resources import add_resource
from catalog.workflow import take_step
from datasets.ingest.reading import ReadOptions
from datasets.models import DataVersion, Intake
from portal.backup import make_backup
from portal.house import House, build_house
from portal.uploading import JOB_KIND, job_key, keep_upload, start_reading
from portal.worker import Worker
from tests.catalog.lifecycle import FIELDS, ITEMS
from tests.e2e.running import settings_of

ROWS = "社区名称,办公电话,户数\r\n磁湖社区,6250001,1203\r\n花湖社区,6250002,845\r\n".encode("gb18030")


def actor(house: House, username: str) -> Actor:
    """The person of that user name."""
    roles = {"editor": "editor", "reviewer": "reviewer", "office": "office"}
    with house.database.reading() as session:
        account = session.scalars(select(Account).where(Account.username == username)).one()
        return Actor(account.id, account.display_name, account.department_id, frozenset({roles[username]}))


def draft(home: Path, title: str) -> None:
    """A draft with an empty file resource."""
    house, now = build_house(settings_of(home)), dt.datetime.now(dt.UTC)
    editor = actor(house, "editor")
    with house.database.work() as session:
        department = session.scalars(select(Department).where(Department.slug == "minzheng")).one()
        fields = {**FIELDS, "title": title}
        entry = create_entry(session, department_id=department.id, fields=fields, items=ITEMS, by=editor, now=now)
        add_resource(session, entry, kind="file", title="社区名录", by=editor, now=now)


def upload(home: Path, title: str, data: str = "") -> None:
    """Upload a file for the resource of a draft, have it read, confirm it: what two requests do."""
    house = build_house(settings_of(home))
    intake_id = receive(house, title, data)
    start_reading(house, intake_id, ReadOptions())
    editor = actor(house, "editor")
    with house.database.work() as session:
        confirm_delivery(session, get_delivery(session, intake_id, by=editor), by=editor, now=house.now())


def receive(house: House, title: str, data: str = ""):  # type: ignore[no-untyped-def]
    """Keep the bytes and note that they arrived; the intake's id."""
    editor = actor(house, "editor")
    blob = keep_upload(house, io.BytesIO(data.encode() or ROWS))
    with house.database.work() as session:
        entry = get_entry(session, name_of(house, title))
        resource = session.scalars(select(Resource).where(Resource.entry_id == entry.id)).one()
        delivery = begin_delivery(
            session,
            entry,
            resource_id=resource.id,
            title="",
            blob=blob,
            file_name="社区名录.csv",
            by=editor,
            now=house.now(),
        )
        return delivery.intake.id


def name_of(house: House, title: str) -> str:
    """The name of the entry of that title, in whatever state."""
    from catalog.models import Revision

    with house.database.reading() as session:
        query = select(Entry.name).join(Revision, Revision.entry_id == Entry.id).where(Revision.title == title)
        return str(session.scalars(query).first())


def step(home: Path, title: str, step: str, username: str) -> None:
    """Take one step of an entry."""
    house = build_house(settings_of(home))
    by = actor(house, username)
    name = name_of(house, title)
    with house.database.work() as session:
        take_step(session, get_entry(session, name), step, by=by, now=house.now(), reason="按规定办理")


def follow_search(home: Path) -> None:
    """What the worker's chore does after a change."""
    house = build_house(settings_of(home))
    with house.database.reading() as session:
        house.search.follow(session)


def backup(home: Path, target: str, hour: int) -> None:
    """Make a backup as if it were that hour of a day."""
    now = dt.datetime(2026, 7, 10, hour, tzinfo=dt.UTC)
    make_backup(settings_of(home), Path(target), now=now, advance=lambda done, total: None)


def queue_reading(home: Path, title: str) -> None:
    """Queue the reading of a delivered file as a job, as is done for large files."""
    house = build_house(settings_of(home))
    intake_id = receive(house, title)
    with house.database.work() as session:
        session.get_one(Intake, intake_id).state = "reading"
        queue_job(session, JOB_KIND, {"intake": str(intake_id)}, key=job_key(intake_id), now=house.now())


def work_once(home: Path, seconds_later: int = 0) -> None:
    """One turn of a worker whose clock is ahead; raises LookupError when no job was ready."""
    house = build_house(settings_of(home))
    house.clock = lambda: dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds_later)
    if not Worker(house).run_one():
        raise LookupError("no job is ready")


def versions(house: House) -> list[tuple[int, str]]:
    """(number, state) of every data version."""
    with house.database.reading() as session:
        rows = session.execute(select(DataVersion.number, DataVersion.state).order_by(DataVersion.created_at))
        return [(number, state) for number, state in rows]


ACTS = {act.__name__: act for act in (draft, upload, step, follow_search, backup, queue_reading, work_once)}
