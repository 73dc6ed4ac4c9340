"""What must hold after every fault, whatever was interrupted (RELIABILITY 5, invariant I)."""

from __future__ import annotations

import hashlib
import sqlite3
import uuid
from contextlib import closing
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.audit import verify_audit
from catalog.changes import change_number
from catalog.feeds.records import FeedRecord
from catalog.models import ChangeRow, CurrentRecord, Entry, Revision
from catalog.steps import PUBLIC_STATES
from datasets.models import DataVersion
from datasets.versions import VersionFacts
from portal.house import House


def check_house(house: House, *, with_exports: bool = False) -> list[str]:
    """What is wrong with a house after a fault, one sentence each; empty when all is well.

    `with_exports` also writes the public CSV of every file and compares it with what was promised (slower).
    """
    with house.database.reading() as session:
        return [
            *_check_database(house.home / "kaifang.db"),
            *_check_numbers(session),
            *_check_current(session),
            *_check_public(session),
            *_check_files(house, session, with_exports=with_exports),
            *([] if (audit := verify_audit(session)).is_sound else [f"audit: {audit.code} at {audit.bad_number}"]),
        ]


def public_titles(house: House) -> set[str]:
    """What the public sees now."""
    with house.database.reading() as session:
        return set(session.scalars(select(CurrentRecord.title)))


def audit_count(house: House) -> int:
    """How many acts the log holds."""
    with house.database.reading() as session:
        return verify_audit(session).count


def _check_database(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        told = connection.execute("PRAGMA integrity_check").fetchone()[0]
        loose = connection.execute("PRAGMA foreign_key_check").fetchall()
    return [f"database: {told}"] * (told != "ok") + [f"loose reference: {row}" for row in loose]


def _check_numbers(session: Session) -> list[str]:
    numbers = list(session.scalars(select(ChangeRow.number).order_by(ChangeRow.number)))
    if numbers == list(range(1, change_number(session) + 1)):
        return []
    return [f"change numbers {numbers} with counter {change_number(session)}"]


def _check_current(session: Session) -> list[str]:
    """Playing the change log from the beginning gives exactly the current records."""
    replayed: dict[object, ChangeRow] = {}
    for row in session.scalars(select(ChangeRow).order_by(ChangeRow.number)):
        replayed.pop(row.entry_id, None)
        if row.record is not None:
            replayed[row.entry_id] = row
    current = {row.entry_id: row for row in session.scalars(select(CurrentRecord))}
    wrong = [f"current record of {entry} is not the log's" for entry in set(current) ^ set(replayed)]
    for entry, row in current.items():
        log = replayed.get(entry)
        if log and (log.record, log.record_hash, log.number) != (row.record, row.record_hash, row.change_number):
            wrong.append(f"current record {row.name} differs from change {log.number}")
        if FeedRecord.from_dict(row.record).digest() != row.record_hash:
            wrong.append(f"current record {row.name} has another hash than its content")
    return wrong


def _check_public(session: Session) -> list[str]:
    """Exactly the entries in a public state are public, with the published revision and published files."""
    wrong = []
    public = {row.entry_id: row for row in session.scalars(select(CurrentRecord))}
    states = dict(session.execute(select(Entry.id, Entry.state)).all())
    wrong += [f"{entry} is {state}" for entry, state in states.items() if (state in PUBLIC_STATES) != (entry in public)]
    for entry_id, row in public.items():
        entry = session.get_one(Entry, entry_id)
        revision = session.get(Revision, entry.published_revision_id) if entry.published_revision_id else None
        if revision is None or revision.state != "published" or revision.title != row.title:
            wrong.append(f"{row.name} shows what is not published")
    return wrong


def _check_files(house: House, session: Session, *, with_exports: bool) -> list[str]:
    wrong = []
    for row in session.scalars(select(CurrentRecord)):
        for file in FeedRecord.from_dict(row.record).files:
            promised = file.version
            if promised is None:
                continue
            version = session.get(DataVersion, uuid.UUID(promised.id))
            if version is None or version.state != "published":
                wrong.append(f"{row.name}: its file is not a published version")
            elif hashlib.sha256(house.store.path(promised.sha256).read_bytes()).hexdigest() != promised.sha256:
                wrong.append(f"{row.name}: the file is not the one that was promised")
            elif with_exports:
                made = house.downloads.export(VersionFacts.of(version), None, "csv")
                if made.sha256 != promised.csv_sha256:
                    wrong.append(f"{row.name}: the CSV is not the one that was promised")
    return wrong
