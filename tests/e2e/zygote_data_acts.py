"""The acts around data files that are interrupted: pieces, next versions, mending, downloads."""

from __future__ import annotations

import io
from pathlib import Path

from sqlalchemy import select

from catalog.data_updates import take_version_step
from catalog.deliveries import begin_delivery, confirm_delivery, get_delivery
from catalog.entries import get_entry
from catalog.models import Resource
from datasets.export_plans import plan_export
from datasets.ingest.reading import ReadOptions
from datasets.models import DataVersion, Upload
from datasets.query.question import EVERYTHING
from datasets.uploads import begin_upload
from datasets.versions import VersionFacts
from portal.house import House, build_house
from portal.mending import mend_marked
from portal.uploading import keep_pieces, start_reading, upload_file
from tests.e2e.running import settings_of
from tests.e2e.zygote_acts import ROWS, actor, name_of

PIECE = 30
"""Bytes of one piece: three make the file."""


def pieces(home: Path, title: str) -> None:
    """Go on sending a file in pieces from the offset that is told; then deliver, read and confirm it."""
    house = build_house(settings_of(home))
    editor = actor(house, "editor")
    with house.database.work() as session:
        upload = session.scalars(select(Upload)).first() or begin_upload(
            session,
            account_id=editor.account_id,
            file_name="社区名录.csv",
            byte_size=len(ROWS),
            max_bytes=1_000_000,
            now=house.now(),
        )
        session.flush()
        session.expunge(upload)
    while (offset := house.pieces.offset(upload)) < len(ROWS):
        house.pieces.append(upload, offset, io.BytesIO(ROWS[offset : offset + PIECE]))
    blob, file_name = keep_pieces(house, upload.id, account_id=editor.account_id)
    with house.database.work() as session:
        entry = get_entry(session, name_of(house, title))
        resource = session.scalars(select(Resource).where(Resource.entry_id == entry.id)).one()
        facts = {"resource_id": resource.id, "title": "", "blob": blob, "file_name": file_name}
        intake_id = begin_delivery(session, entry, **facts, by=editor, now=house.now()).intake.id
    start_reading(house, intake_id, ReadOptions())
    with house.database.work() as session:
        confirm_delivery(session, get_delivery(session, intake_id, by=editor), by=editor, now=house.now())


def deliver(home: Path, title: str, file: str) -> None:
    """Bring the next file of a public entry in, compared with what is public, and hand it to the reviewer."""
    house = build_house(settings_of(home))
    upload_file(house, name_of(house, title), Path(file), resource_title=None, by=actor(house, "editor"))


def version_step(home: Path, step: str, username: str) -> None:
    """Take one step of the newest version."""
    house = build_house(settings_of(home))
    with house.database.work() as session:
        take_version_step(session, newest(session), step, by=actor(house, username), now=house.now())


def mend(home: Path) -> None:
    """What the worker does about row stores that were marked."""
    mend_marked(build_house(settings_of(home)))


def export(home: Path) -> None:
    """Write the whole CSV of the newest version."""
    house = build_house(settings_of(home))
    house.downloads.make(plan_of(house))


def plan_of(house: House):  # type: ignore[no-untyped-def]
    """Which file `export` makes."""
    with house.database.reading() as session:
        return plan_export(VersionFacts.of(newest(session)), EVERYTHING, "csv", "utf-8-sig")


def newest(session) -> DataVersion:  # type: ignore[no-untyped-def]
    """The version with the highest number."""
    return session.scalars(select(DataVersion).order_by(DataVersion.number.desc())).first()


DATA_ACTS = {act.__name__: act for act in (pieces, deliver, version_step, mend, export)}
