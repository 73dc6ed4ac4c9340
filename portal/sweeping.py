"""What no row names any more, and what has had its time: removed once a night."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from catalog.accounts import sweep_sessions
from catalog.feeds.pulls import forget_pulls
from catalog.models import Job, Message, SheetUpload
from datasets.models import DataVersion, Intake, Upload
from datasets.storage.files import remove_older
from datasets.uploads import KEPT_FOR, forget_uploads
from datasets.versions import expire_versions
from portal.house import House
from portal.packaging import sweep_packages

UNNAMED_AFTER = dt.timedelta(days=2)
"""A file that no row names is kept so long: an upload may be about to be named."""
DIFFERENCES_AFTER = dt.timedelta(days=30)
"""Differences between versions that nobody has asked for so long are made again when they are."""
TEMPORARY_AFTER_DAYS = 1
ACCESS_LOGS_AFTER_DAYS = 200
"""网络安全法 art. 21 asks for six months of logs at least."""
ROWS_AFTER = dt.timedelta(days=30)
"""Ended jobs are kept so long."""
SENT_AFTER = dt.timedelta(days=90)
"""Messages that have left are kept so long, to show that they did."""


def sweep_files(house: House) -> int:
    """Remove unnamed blobs and row stores, old exports and packages, temporary files and logs; how many."""
    older_than = house.now() - UNNAMED_AFTER
    with house.database.reading() as session:
        digests, keys = named_blobs(session), named_row_stores(session)
    removed = house.store.sweep(digests, older_than=older_than)
    removed += house.row_stores.sweep(keys, older_than=older_than)
    removed += house.downloads.sweep() + sweep_packages(house)
    removed += house.pieces.sweep(older_than=house.now() - KEPT_FOR)
    removed += house.differences.sweep(older_than=house.now() - DIFFERENCES_AFTER)
    removed += house.marks.sweep(time.time())
    removed += remove_older(_files(house.settings.folder("tmp")), before=_days_ago(TEMPORARY_AFTER_DAYS))
    logs = house.settings.folder("logs").glob("access-*.jsonl")
    return removed + remove_older(logs, before=_days_ago(ACCESS_LOGS_AFTER_DAYS))


def sweep_rows(house: House) -> None:
    """Expire superseded versions; remove ended jobs, sent messages, old pulls of feeds, ended and idle sessions."""
    before = house.now() - ROWS_AFTER
    with house.database.work() as session:
        expire_versions(session, kept=house.settings.versions_kept)
        session.execute(delete(Job).where(Job.finished_at < before))
        session.execute(delete(Message).where(Message.state == "sent", Message.created_at < house.now() - SENT_AFTER))
        forget_uploads(session, now=house.now())
        forget_pulls(session, now=house.now())
        sweep_sessions(session, now=house.now())


def named_blobs(session: Session) -> set[str]:
    """Digests of all files that a version, an intake still under way or an uploaded sheet names."""
    open_intakes = select(Intake.blob_sha256).where(Intake.state != "discarded")
    held = select(DataVersion.blob_sha256).where(DataVersion.state != "expired")
    named = (held, open_intakes, select(SheetUpload.blob_sha256), select(Upload.blob_sha256))
    return {digest for statement in named for digest in session.scalars(statement) if digest}


def named_row_stores(session: Session) -> set[str]:
    """Keys of all row stores that a version or an intake still under way names."""
    keys = set(session.scalars(select(DataVersion.row_store).where(DataVersion.state != "expired")))
    readings = session.scalars(select(Intake.reading).where(Intake.state == "read"))
    return keys | {reading["row_store"] for reading in readings if reading and reading.get("row_store")}


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _days_ago(days: int) -> float:
    return time.time() - days * 86_400
