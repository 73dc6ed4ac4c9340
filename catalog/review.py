"""What waits for review, oldest first, and what a reviewer has to compare."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from catalog.errors import NotAllowed
from catalog.keyset import format_cursor, parse_cursor
from catalog.models import Department, Entry, EntryStep, Resource, Revision
from catalog.permissions import Actor, is_allowed
from catalog.revision_texts import FieldChange, compare_items, compare_values, item_values, revision_values
from datasets.models import DataVersion

QueueKind = Literal["revision", "version", "withdrawal"]


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One thing that waits for `by`. `state` is that of the revision, version or entry.

    `is_own`: the person looking at it submitted it and so cannot pass it; `is_new`: the entry was never public.
    """

    kind: QueueKind
    id: uuid.UUID
    """Id of the revision, the data version or the entry."""
    entry_id: uuid.UUID
    entry_name: str
    title: str
    department_id: uuid.UUID
    department_name: str
    state: str
    since: dt.datetime
    """When it was submitted or asked for."""
    is_own: bool
    is_new: bool
    resource_id: uuid.UUID | None = None
    version_number: int | None = None


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue; `next` is the cursor of the following page, None on the last."""

    rows: list[QueueRow]
    total: int
    next: str | None


def list_review_queue(session: Session, *, by: Actor, after: str | None = None, limit: int = 50) -> QueuePage:
    """What waits for the office (review, publication, withdrawals) or for the reviewer's signature, oldest first.

    The office sees all departments, a reviewer the own one; raises NotAllowed for everyone else and
    Invalid("bad_cursor").
    """
    queries = list(_queries(by))
    if not queries:
        raise NotAllowed("not_allowed", act="entry.review")
    cursor = parse_cursor(after)
    rows: list[QueueRow] = []
    total = 0
    for kind, query, since, key in queries:
        total += session.scalar(select(func.count()).select_from(query.subquery())) or 0
        if cursor is not None:
            found = query.where(or_(since > cursor[0], and_(since == cursor[0], key > cursor[1])))
        else:
            found = query
        rows.extend(_row(kind, by, row) for row in session.execute(found.order_by(since, key).limit(limit + 1)))
    rows.sort(key=lambda row: (row.since, row.id))
    following = format_cursor(rows[limit - 1].since, rows[limit - 1].id) if len(rows) > limit else None
    return QueuePage(rows[:limit], total, following)


def compare_revisions(published: Revision | None, opened: Revision) -> list[FieldChange]:
    """What the open revision changes, field by field, then data item by data item; both come with their items.

    Without a published one every filled field counts as changed from None.
    """
    old = revision_values(published) if published else {}
    new = {name: value for name, value in revision_values(opened).items() if published or value not in (None, "", [])}
    old_items = [item_values(item) for item in published.items] if published else []
    return compare_values(old, new) + compare_items(old_items, [item_values(item) for item in opened.items])


_Queue = tuple[QueueKind, Select[Any], ColumnElement[Any], ColumnElement[Any]]


def _queries(by: Actor) -> Iterator[_Queue]:
    if is_allowed(by, "entry.review"):
        yield _revisions("office_review", "approved")
        yield _versions("office_review")
        yield _withdrawals()
    if by.department_id is not None and is_allowed(by, "entry.sign", department_id=by.department_id):
        yield _own(_revisions("department_review"), by.department_id)
        yield _own(_versions("department_review"), by.department_id)


def _own(queue: _Queue, department_id: uuid.UUID) -> _Queue:
    kind, query, since, key = queue
    return kind, query.where(Entry.department_id == department_id), since, key


def _revisions(*states: str) -> _Queue:
    query = (
        _select(Revision.id, Revision.state, Revision.submitted_at, Revision.submitted_by, Revision.number)
        .join(Revision, Revision.id == Entry.open_revision_id)
        .where(Revision.state.in_(states))
    )
    return "revision", query, Revision.submitted_at.expression, Revision.id.expression


def _versions(state: str) -> _Queue:
    since = (
        select(func.max(EntryStep.at))
        .where(EntryStep.version_id == DataVersion.id)
        .correlate(DataVersion)
        .scalar_subquery()
    )
    query = (
        _select(DataVersion.id, DataVersion.state, since, DataVersion.submitted_by, DataVersion.number)
        .add_columns(Resource.id.label("resource_id"))
        .join(Resource, Resource.entry_id == Entry.id)
        .join(DataVersion, DataVersion.resource_id == Resource.id)
        .join(Revision, Revision.id == Entry.published_revision_id)
        .where(DataVersion.state == state, Resource.published_at.is_not(None), Resource.retired_at.is_(None))
    )
    return "version", query, since, DataVersion.id.expression


def _withdrawals() -> _Queue:
    asked = (
        select(EntryStep.entry_id, func.max(EntryStep.number).label("number"))
        .where(EntryStep.step == "ask_withdrawal")
        .group_by(EntryStep.entry_id)
        .subquery()
    )
    query = (
        _select(Entry.id, Entry.state, EntryStep.at, EntryStep.by_id, EntryStep.number)
        .join(asked, asked.c.entry_id == Entry.id)
        .join(EntryStep, and_(EntryStep.entry_id == Entry.id, EntryStep.number == asked.c.number))
        .join(Revision, Revision.id == Entry.published_revision_id)
        .where(Entry.state == "withdrawal_review")
    )
    return "withdrawal", query, EntryStep.at.expression, Entry.id.expression


def _select(subject_id: Any, state: Any, since: Any, submitted_by: Any, number: Any) -> Select[Any]:
    query: Select[Any] = select(
        Entry.id.label("entry_id"),
        Entry.name.label("entry_name"),
        Entry.state.label("entry_state"),
        Entry.department_id,
        Department.name.label("department_name"),
        Revision.title,
        subject_id.label("id"),
        state.label("state"),
        since.label("since"),
        submitted_by.label("submitted_by"),
        number.label("number"),
    )
    return query.select_from(Entry).join(Department, Department.id == Entry.department_id)


def _row(kind: QueueKind, by: Actor, row: Row[Any]) -> QueueRow:
    is_version = kind == "version"
    return QueueRow(
        kind=kind,
        id=row.id,
        entry_id=row.entry_id,
        entry_name=row.entry_name,
        title=row.title,
        department_id=row.department_id,
        department_name=row.department_name,
        state=row.state,
        since=row.since,
        is_own=row.submitted_by == by.account_id,
        is_new=row.entry_state == "never_published",
        resource_id=row.resource_id if is_version else None,
        version_number=row.number if is_version else None,
    )
