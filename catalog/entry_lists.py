"""Lists of entries as departments and the office see them, with drafts."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, selectinload

from catalog.gaps import completeness
from catalog.keyset import format_cursor, parse_cursor
from catalog.models import Department, Entry, Revision
from catalog.permissions import Actor, is_allowed, require_allowed
from catalog.revision_texts import item_values, revision_values


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry with the newest of its texts: those of the open revision, else of the published one."""

    id: uuid.UUID
    name: str
    code: str | None
    title: str
    department_id: uuid.UUID
    department_name: str
    state: str
    revision_id: uuid.UUID
    revision_state: str
    revision_number: int
    gap_count: int
    completeness: int
    """Per cent of the required and recommended pieces that are there."""
    return_reason: str | None
    open_type: str | None
    update_cycle: str | None
    domain: str | None
    data_updated_on: dt.date | None
    next_due_on: dt.date | None
    overdue_after_on: dt.date | None
    stale_after_on: dt.date | None
    changed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One page, newest change first; `next` is the cursor of the following page, None on the last."""

    rows: list[EntryRow]
    total: int
    next: str | None


def list_entries(
    session: Session,
    *,
    by: Actor,
    department_id: uuid.UUID | None = None,
    state: str | None = None,
    revision_state: str | None = None,
    title: str | None = None,
    has_gaps: bool | None = None,
    after: str | None = None,
    limit: int = 50,
) -> EntryPage:
    """Entries that `by` may see with their drafts, filtered by state, by part of the title and by having gaps.

    Without `department_id` the office sees all departments, everyone else their own. Raises NotAllowed for another
    department, Invalid("bad_cursor").
    """
    require_allowed(by, "entry.view_draft", department_id=department_id)
    if department_id is None and not is_allowed(by, "office.view"):
        department_id = by.department_id
    query = _filter(_joined(), department_id, state, revision_state, title)
    if has_gaps is not None:
        gap_count = func.json_array_length(Revision.gaps)
        query = query.where(gap_count > 0 if has_gaps else gap_count == 0)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    cursor = parse_cursor(after)
    if cursor is not None:
        at, entry_id = cursor
        query = query.where(or_(Revision.changed_at < at, and_(Revision.changed_at == at, Entry.id < entry_id)))
    ordered = query.order_by(Revision.changed_at.desc(), Entry.id.desc()).limit(limit + 1)
    found = session.execute(ordered.options(selectinload(Revision.items))).all()
    rows = [_row(*row) for row in found[:limit]]
    following = format_cursor(rows[-1].changed_at, rows[-1].id) if len(found) > limit else None
    return EntryPage(rows, total, following)


def _joined() -> Select[Entry, Revision, str]:
    shown = func.coalesce(Entry.open_revision_id, Entry.published_revision_id)
    query = select(Entry, Revision, Department.name.label("department_name"))
    return query.join(Revision, Revision.id == shown).join(Department, Department.id == Entry.department_id)


def _filter(
    query: Select[Entry, Revision, str],
    department_id: uuid.UUID | None,
    state: str | None,
    revision_state: str | None,
    title: str | None,
) -> Select[Entry, Revision, str]:
    if department_id is not None:
        query = query.where(Entry.department_id == department_id)
    if state is not None:
        query = query.where(Entry.state == state)
    if revision_state is not None:
        query = query.where(Revision.state == revision_state)
    if title:
        query = query.where(Revision.title.contains(title, autoescape=True))
    return query


def _row(entry: Entry, revision: Revision, department_name: str) -> EntryRow:
    return EntryRow(
        id=entry.id,
        name=entry.name,
        code=entry.code,
        title=revision.title,
        department_id=entry.department_id,
        department_name=department_name,
        state=entry.state,
        revision_id=revision.id,
        revision_state=revision.state,
        revision_number=revision.number,
        gap_count=len(revision.gaps),
        completeness=completeness(revision_values(revision), [item_values(item) for item in revision.items]),
        return_reason=revision.return_reason if revision.state == "returned" else None,
        open_type=revision.open_type,
        update_cycle=revision.update_cycle,
        domain=revision.domain,
        data_updated_on=entry.data_updated_on,
        next_due_on=entry.next_due_on,
        overdue_after_on=entry.overdue_after_on,
        stale_after_on=entry.stale_after_on,
        changed_at=revision.changed_at,
    )
