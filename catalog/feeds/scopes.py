"""What the Atom feeds of an entry, a department and a domain say, read from the change log and the current records."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased

from catalog.changes import TOMBSTONE_KINDS, change_number
from catalog.departments import get_department
from catalog.errors import NotFound
from catalog.feeds.atom import ChangeNote, Scope, Tombstone, write_changes_of, write_scope
from catalog.feeds.records import FeedRecord, RecordVersion
from catalog.feeds.records_builder import format_instant
from catalog.feeds.site import Site
from catalog.feeds.whole import EPOCH
from catalog.models import ChangeRow, CurrentRecord, Entry
from catalog.vocabularies import VOCABULARIES

NEWEST = 50
"""Entries, or changes of one entry, in a feed."""
TOMBSTONE_WINDOW = 500
"""Tombstones are looked for among so many of the last public changes."""

TEXTS = {
    "published": "发布",
    "updated": "更新",
    "resumed": "恢复公开",
    "suspended": "暂停公开",
    "withdrawn": "下架",
}
"""Kind of change → what happened; an update says more precisely what changed."""
NEW_DATA = "数据更新"
NEW_METADATA = "目录信息更新"
SAME_RECORD = "更新情况有变化"
"""A change after which the record is the same: its due dates or checks have changed."""


def read_entry_feed(session: Session, site: Site, name: str) -> bytes:
    """The changes of one entry, newest first: publication, data versions, metadata, withdrawal. O(page).

    An entry that is no longer public has one change only, its tombstone, without what was public before. Raises
    NotFound("entry_not_found") for a name that never was public.
    """
    if "\x00" in name:
        raise NotFound("entry_not_found", name="")
    entry = session.execute(select(Entry.id, Entry.created_at).where(Entry.name == name)).one_or_none()
    rows = _changes(session, entry.id) if entry else []
    if entry is None or not rows:
        raise NotFound("entry_not_found", name=name)
    newest = rows[0].record
    if newest is None:
        notes, title, author = [_tombstone_note(rows[0])], "", site.publisher
    else:
        notes = [_note(row, older) for row, older in zip(rows, [*rows[1:], None], strict=True)][:NEWEST]
        title, author = newest["title"], newest["department_name"]
    scope = Scope(f"/dataset/{name}/feed.atom", f"/dataset/{name}", f"{title or '数据集'} - {site.title}")
    return write_changes_of(site, scope, name, notes, updated=notes[0].at, author=author)


def read_department_feed(session: Session, site: Site, slug: str) -> bytes:
    """The entries of a department that changed last. O(page). Raises NotFound("department_not_found")."""
    facts = get_department(session, slug)
    scope = Scope(f"/department/{slug}/feed.atom", f"/department/{slug}", f"{facts.name} - {site.title}")
    is_here = CurrentRecord.department_id == facts.id
    return _scope_feed(session, site, scope, is_here, ("department_id", str(facts.id)))


def read_domain_feed(session: Session, site: Site, code: str) -> bytes:
    """The entries of a domain that changed last. O(page). Raises NotFound("domain_not_found")."""
    term = VOCABULARIES["domain"].get(code)
    if term is None:
        raise NotFound("domain_not_found", name=code)
    scope = Scope(f"/domain/{code}/feed.atom", f"/domain/{code}", f"{term.label('zh')} - {site.title}")
    return _scope_feed(session, site, scope, CurrentRecord.domain == code, ("domain", code))


def _changes(session: Session, entry_id: uuid.UUID) -> list[ChangeRow]:
    """The last changes of an entry and one more, to tell what the oldest shown has changed."""
    query = select(ChangeRow).where(ChangeRow.entry_id == entry_id).order_by(ChangeRow.number.desc())
    return list(session.scalars(query.limit(NEWEST + 1)))


def _note(row: ChangeRow, older: ChangeRow | None) -> ChangeNote:
    if row.record is None:
        return _tombstone_note(row)
    record = FeedRecord.from_dict(row.record)
    what, more = TEXTS[row.kind], ""
    fresh = _new_versions(record, FeedRecord.from_dict(older.record) if older and older.record else None)
    if row.kind == "updated":
        is_same = older is not None and older.record_hash == row.record_hash
        what = NEW_DATA if fresh else SAME_RECORD if is_same else NEW_METADATA
    if fresh:
        more = "；".join(f"{title}第 {version.number} 版，{version.row_count} 行" for title, version in fresh)
    text = "。".join(part for part in (more, record.summary) if part)
    return ChangeNote(row.number, f"{record.title}：{what}", text, format_instant(row.at))


def _tombstone_note(row: ChangeRow) -> ChangeNote:
    """What the log says of an entry that left: when and why, and nothing of its content."""
    return ChangeNote(row.number, f"数据集已{TEXTS[row.kind]}", row.reason or "", format_instant(row.at))


def _new_versions(record: FeedRecord, older: FeedRecord | None) -> list[tuple[str, RecordVersion]]:
    """The files whose data version is not the one before."""
    before = {file.id: file.version.id for file in older.files if file.version} if older else {}
    return [
        (file.title, file.version) for file in record.files if file.version and before.get(file.id) != file.version.id
    ]


def _scope_feed(
    session: Session,
    site: Site,
    scope: Scope,
    is_here: ColumnElement[bool],
    key: tuple[str, str],
) -> bytes:
    newest = (
        select(CurrentRecord.record)
        .where(is_here)
        .order_by(CurrentRecord.modified_at.desc(), CurrentRecord.entry_id.desc())
        .limit(NEWEST)
    )
    records = [FeedRecord.from_dict(row) for row in session.scalars(newest)]
    return write_scope(site, scope, records, _tombstones(session, key), updated=format_instant(EPOCH))


def _tombstones(session: Session, key: tuple[str, str]) -> list[Tombstone]:
    """The entries that left this scope among the last changes and have not come back, newest first."""
    field, value = key
    later, before = aliased(ChangeRow), aliased(ChangeRow)
    last_public = (
        select(before.number)
        .where(before.entry_id == ChangeRow.entry_id, before.number < ChangeRow.number, before.record.is_not(None))
        .order_by(before.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    frozen: Any = aliased(ChangeRow)
    query = (
        select(ChangeRow.at, ChangeRow.reason, Entry.name)
        .join(Entry, Entry.id == ChangeRow.entry_id)
        .join(frozen, frozen.number == last_public)
        .where(ChangeRow.number > change_number(session) - TOMBSTONE_WINDOW)
        .where(ChangeRow.kind.in_(TOMBSTONE_KINDS))
        .where(~exists().where(later.entry_id == ChangeRow.entry_id, later.number > ChangeRow.number))
        .where(frozen.record[field].as_string() == value)
        .order_by(ChangeRow.number.desc())
        .limit(NEWEST)
    )
    return [Tombstone(row.name, format_instant(row.at), row.reason or "") for row in session.execute(query)]
