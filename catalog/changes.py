"""The change log of the public catalog: what feeds, search index and caches follow.

Every public change is one row with a number that has no gaps and is visible in the order of the numbers, because it
is taken under the lock of one counter row that is held until the transaction ends. A puller who keeps the last number
never misses a change, however long a transaction took.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import delete, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from catalog.audit import lock_audit
from catalog.errors import Invalid
from catalog.feeds.records import FeedRecord
from catalog.feeds.records_builder import build_record
from catalog.models import ChangeCounter, ChangeRow, CurrentRecord, Entry

TOMBSTONE_KINDS = frozenset({"suspended", "withdrawn"})
"""Kinds of change by which an entry leaves the public catalog."""

_COUNTER_ID = 1


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the log; `record` is None for a tombstone. `at` is a UTC instant."""

    number: int
    entry_id: uuid.UUID
    name: str
    kind: str
    at: dt.datetime
    record: FeedRecord | None
    record_hash: str | None
    reason: str | None

    @property
    def is_tombstone(self) -> bool:
        """True if the entry is no longer public."""
        return self.record is None


@dataclass(frozen=True, slots=True)
class FeedPage:
    """What changed after a number: each entry once, with its newest state. Ask again with `next`."""

    records: list[Change]
    tombstones: list[Change]
    next: int
    has_more: bool


def change_number(session: Session) -> int:
    """The number of the last public change; 0 before the first."""
    return session.scalar(select(ChangeCounter.number).where(ChangeCounter.id == _COUNTER_ID)) or 0


def append_change(session: Session, entry: Entry, kind: str, *, now: dt.datetime, reason: str | None = None) -> int:
    """Append a change of `entry` in the caller's transaction and return its number.

    Freezes the record as it stands, or leaves a tombstone for the kinds by which an entry leaves the catalog, and
    brings its row of current records in step. Holds the log's lock until the transaction ends.
    """
    lock_audit(session)
    session.flush()
    number = _take_number(session)
    if entry.ordinal is None:
        entry.ordinal = (session.scalar(select(func.max(Entry.ordinal))) or 0) + 1
        session.flush()
    record = None if kind in TOMBSTONE_KINDS else build_record(session, entry)
    row = ChangeRow(
        number=number,
        entry_id=entry.id,
        kind=kind,
        at=now,
        record=record.as_dict() if record else None,
        record_hash=record.digest() if record else None,
        reason=reason,
    )
    session.add(row)
    if record is None:
        session.execute(delete(CurrentRecord).where(CurrentRecord.entry_id == entry.id))
    else:
        _keep_current(session, entry, record, row)
    session.flush()
    return number


def changes_after(session: Session, number: int, limit: int) -> FeedPage:
    """At most `limit` entries that changed after `number`, in the order of their newest change.

    An entry that changed again appears only with its newest change, so what was withdrawn never comes back to a
    puller who starts from 0. Raises Invalid("change_number_unknown") for a number that was never given out: the
    puller must start over, else it would miss changes.
    """
    ceiling = change_number(session)
    if not 0 <= number <= ceiling:
        raise Invalid("change_number_unknown", after=number, last=ceiling)
    later = aliased(ChangeRow)
    query = (
        select(ChangeRow, Entry.name)
        .join(Entry, Entry.id == ChangeRow.entry_id)
        .where(ChangeRow.number > number, ChangeRow.number <= ceiling)
        .where(~exists().where(later.entry_id == ChangeRow.entry_id, later.number > ChangeRow.number))
        .order_by(ChangeRow.number)
        .limit(limit + 1)
    )
    rows = session.execute(query).all()
    changes = [_change(row, name) for row, name in rows[:limit]]
    has_more = len(rows) > limit
    return FeedPage(
        records=[change for change in changes if not change.is_tombstone],
        tombstones=[change for change in changes if change.is_tombstone],
        next=changes[-1].number if has_more else ceiling,
        has_more=has_more,
    )


def _take_number(session: Session) -> int:
    """The next number, under a row lock; makes the counter row if this is the very first change."""
    step = (
        update(ChangeCounter)
        .where(ChangeCounter.id == _COUNTER_ID)
        .values(number=ChangeCounter.number + 1)
        .returning(ChangeCounter.number)
        .execution_options(synchronize_session=False)
    )
    number = session.scalar(step)
    if number is None:
        try:
            with session.begin_nested():
                session.execute(insert(ChangeCounter).values(id=_COUNTER_ID, number=0))
        except IntegrityError:
            pass  # another transaction made it first; its row is there now
        number = session.scalar(step)
    assert number is not None
    return number


def _keep_current(session: Session, entry: Entry, record: FeedRecord, row: ChangeRow) -> None:
    current = session.get(CurrentRecord, entry.id)
    if current is None:
        current = CurrentRecord(entry_id=entry.id)
        session.add(current)
    versions = [file.version for file in record.files if file.version]
    formats = sorted({v.file_format for v in versions} | {r.kind for r in record.resources if r.kind != "file"})
    current.ordinal = record.ordinal
    current.change_number = row.number
    current.name = record.name
    current.title = record.title
    current.summary = record.summary
    current.tags = record.tags
    current.item_names = " ".join(name for item in record.items for name in (item.name, item.field_name) if name)
    current.department_id = entry.department_id
    current.domain = record.domain
    current.open_type = record.open_type
    current.update_cycle = record.update_cycle
    current.formats = f",{','.join(formats)}," if formats else ""
    current.file_count = len(versions)
    current.row_count = sum(version.row_count for version in versions)
    current.byte_size = sum(version.byte_size for version in versions)
    current.issued_on = dt.date.fromisoformat(record.issued_on)
    current.data_updated_on = record.data_updated
    assert entry.modified_at is not None
    current.modified_at = entry.modified_at
    current.next_due_on = entry.next_due_on
    current.overdue_after_on = entry.overdue_after_on
    current.stale_after_on = entry.stale_after_on
    assert row.record is not None and row.record_hash is not None
    current.record = row.record
    current.record_hash = row.record_hash


def _change(row: ChangeRow, name: str) -> Change:
    return Change(
        number=row.number,
        entry_id=row.entry_id,
        name=name,
        kind=row.kind,
        at=row.at,
        record=FeedRecord.from_dict(row.record) if row.record is not None else None,
        record_hash=row.record_hash,
        reason=row.reason,
    )
