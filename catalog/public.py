"""The read side for the public: lists, counts and single entries over the current records.

Reads cost O(page); a total or a facet count is O(matching entries) over indexed columns and is kept by change number
above. Nothing here shows a draft: what is not in `current_record` is not public.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from catalog.errors import Gone, NotFound
from catalog.facets import FACETS, Criteria, FacetCount, FacetValue, count_facets, narrow
from catalog.feeds.records import FeedRecord
from catalog.models import CurrentRecord, Department, Entry, EntryStep, Revision
from catalog.timeliness import timeliness
from datasets.clock import day_of

__all__ = [
    "FACETS",
    "SORTS",
    "Card",
    "Criteria",
    "FacetCount",
    "FacetValue",
    "PublicEntry",
    "PublicPage",
    "RecordPage",
    "Totals",
    "count_facets",
    "count_public",
    "get_public",
    "list_public",
    "list_records",
    "list_related",
]


@dataclass(frozen=True, slots=True)
class Sort:
    """One order of the public list."""

    key: str
    zh: str
    en: str
    columns: tuple[ColumnElement[Any], ...]


_SORTS = (
    Sort("relevance", "相关度", "Relevance", ()),
    Sort("modified", "最近更新", "Recently updated", (CurrentRecord.modified_at.desc(), CurrentRecord.entry_id.desc())),
    Sort("issued", "最新发布", "Newly published", (CurrentRecord.issued_on.desc(), CurrentRecord.ordinal.desc())),
    Sort("title", "名称拼音", "Title", (CurrentRecord.name.asc(),)),
    Sort("rows", "数据量", "Number of rows", (CurrentRecord.row_count.desc(), CurrentRecord.ordinal.desc())),
)

SORTS: Mapping[str, Sort] = {sort.key: sort for sort in _SORTS}
"""`relevance` is the order of `Criteria.ids`; without a search it means `modified`. Names begin with pinyin."""


@dataclass(frozen=True, slots=True)
class Card:
    """An entry as a list shows it. `byte_size` counts the delivered files, `row_count` their rows."""

    entry_id: uuid.UUID
    name: str
    title: str
    title_en: str | None
    summary: str
    tags: tuple[str, ...]
    department_slug: str
    department_name: str
    department_name_en: str | None
    domain: str | None
    open_type: str
    update_cycle: str
    formats: tuple[str, ...]
    file_count: int
    row_count: int
    byte_size: int
    issued_on: dt.date
    data_updated_on: dt.date | None
    modified_at: dt.datetime
    next_due_on: dt.date | None
    timeliness: str


@dataclass(frozen=True, slots=True)
class PublicPage:
    """One page of cards; `page` counts from 1 and `total` all matching entries."""

    cards: tuple[Card, ...]
    total: int
    page: int
    per_page: int

    @property
    def page_count(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.per_page))


@dataclass(frozen=True, slots=True)
class PublicEntry:
    """A published entry: the frozen record and what the calendar says of it today."""

    record: FeedRecord
    state: str
    timeliness: str
    next_due_on: dt.date | None
    overdue_after_on: dt.date | None
    stale_after_on: dt.date | None
    modified_at: dt.datetime
    change_number: int
    record_hash: str


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Entries in the order of first publication; `next_after` continues the list, None at its end."""

    entries: tuple[PublicEntry, ...]
    next_after: int | None


@dataclass(frozen=True, slots=True)
class Totals:
    """What the public catalog holds; sizes in bytes of the delivered files."""

    entries: int
    departments: int
    domains: int
    files: int
    rows: int
    bytes: int


_CARD_COLUMNS = (
    CurrentRecord.entry_id,
    CurrentRecord.name,
    CurrentRecord.title,
    CurrentRecord.record["title_en"].as_string().label("title_en"),
    CurrentRecord.summary,
    CurrentRecord.tags,
    Department.slug,
    Department.name.label("department_name"),
    Department.name_en,
    CurrentRecord.domain,
    CurrentRecord.open_type,
    CurrentRecord.update_cycle,
    CurrentRecord.formats,
    CurrentRecord.file_count,
    CurrentRecord.row_count,
    CurrentRecord.byte_size,
    CurrentRecord.issued_on,
    CurrentRecord.data_updated_on,
    CurrentRecord.modified_at,
    CurrentRecord.next_due_on,
    CurrentRecord.overdue_after_on,
    CurrentRecord.stale_after_on,
)


def list_public(
    session: Session,
    criteria: Criteria,
    *,
    sort: str = "modified",
    page: int = 1,
    per_page: int = 20,
    today: dt.date,
) -> PublicPage:
    """One page of the published entries that meet the criteria; a page past the end is empty.

    An unknown `sort` means "modified". Sorted by relevance, the cost is O(len(criteria.ids)), else O(page) beside the
    total.
    """
    if criteria.ids is not None and sort == "relevance":
        return _page_by_rank(session, criteria, page, per_page, today)
    order = (SORTS[sort].columns if sort in SORTS else ()) or SORTS["modified"].columns
    total = session.scalar(narrow(select(func.count()).select_from(CurrentRecord), session, criteria, today)) or 0
    ids = narrow(select(CurrentRecord.entry_id), session, criteria, today)
    found = session.scalars(ids.order_by(*order).limit(per_page).offset((page - 1) * per_page)).all()
    return PublicPage(_cards(session, found, today), total, page, per_page)


def list_related(session: Session, record: FeedRecord, *, today: dt.date, limit: int = 4) -> tuple[Card, ...]:
    """Other entries of the same domain, the most recently updated first; empty if the entry has no domain."""
    if record.domain is None:
        return ()
    query = select(CurrentRecord.entry_id).where(
        CurrentRecord.domain == record.domain, CurrentRecord.entry_id != record.uuid
    )
    found = session.scalars(query.order_by(CurrentRecord.modified_at.desc()).limit(limit)).all()
    return _cards(session, found, today)


def list_records(
    session: Session, criteria: Criteria, *, after: int = 0, limit: int = 20, today: dt.date
) -> RecordPage:
    """At most `limit` full entries after the ordinal `after` (keyset; O(page))."""
    query = narrow(_entry_query(), session, criteria, today).where(CurrentRecord.ordinal > after)
    rows = session.scalars(query.order_by(CurrentRecord.ordinal).limit(limit + 1)).all()
    shown = rows[:limit]
    entries = tuple(_public_entry(row, today) for row in shown)
    return RecordPage(entries, shown[-1].ordinal if len(rows) > limit else None)


def count_public(session: Session) -> Totals:
    """The totals of the whole public catalog (O(entries), kept by change number above)."""
    row = session.execute(
        select(
            func.count(),
            func.count(CurrentRecord.department_id.distinct()),
            func.count(CurrentRecord.domain.distinct()),
            func.coalesce(func.sum(CurrentRecord.file_count), 0),
            func.coalesce(func.sum(CurrentRecord.row_count), 0),
            func.coalesce(func.sum(CurrentRecord.byte_size), 0),
        ).select_from(CurrentRecord)
    ).one()
    return Totals(*(int(value) for value in row))


def get_public(session: Session, name: str, *, today: dt.date) -> PublicEntry:
    """The published entry of this name.

    Raises NotFound("entry_not_found"); Gone("entry_withdrawn") with title, day and reason for the tombstone page;
    Gone("entry_suspended") with day and reason, without the title, which may be part of the trouble.
    """
    if "\x00" in name:  # PostgreSQL cannot even be asked for such a text
        raise NotFound("entry_not_found", name="")
    row = session.scalars(_entry_query().where(CurrentRecord.name == name)).one_or_none()
    if row is None:
        raise _absence(session, name)
    return _public_entry(row, today)


def _entry_query() -> Select[Any]:
    return select(CurrentRecord).execution_options(populate_existing=True)


def _public_entry(row: CurrentRecord, today: dt.date) -> PublicEntry:
    record = FeedRecord.from_dict(row.record)
    return PublicEntry(
        record=record,
        state=record.state,
        timeliness=timeliness(row.next_due_on, row.overdue_after_on, row.stale_after_on, today),
        next_due_on=row.next_due_on,
        overdue_after_on=row.overdue_after_on,
        stale_after_on=row.stale_after_on,
        modified_at=row.modified_at,
        change_number=row.change_number,
        record_hash=row.record_hash,
    )


def _absence(session: Session, name: str) -> NotFound | Gone:
    query = (
        select(Entry.id, Entry.state, Entry.state_reason, Entry.withdrawn_at, Revision.title)
        .outerjoin(Revision, Revision.id == Entry.published_revision_id)
        .where(Entry.name == name)
    )
    entry = session.execute(query).one_or_none()
    if entry is None or entry.state not in ("withdrawn", "suspended"):
        return NotFound("entry_not_found", name=name)
    since = entry.withdrawn_at or session.scalar(
        select(func.max(EntryStep.at)).where(EntryStep.entry_id == entry.id, EntryStep.step == "suspend")
    )
    notice = {"name": name, "reason": entry.state_reason or "", "on": day_of(since).isoformat() if since else ""}
    if entry.state == "withdrawn":
        return Gone("entry_withdrawn", title=entry.title or "", **notice)
    return Gone("entry_suspended", **notice)


def _page_by_rank(session: Session, criteria: Criteria, page: int, per_page: int, today: dt.date) -> PublicPage:
    wanted = set(session.scalars(narrow(select(CurrentRecord.entry_id), session, criteria, today)))
    ranked = [key for key in criteria.ids or () if key in wanted]
    start = (page - 1) * per_page
    return PublicPage(_cards(session, ranked[start : start + per_page], today), len(ranked), page, per_page)


def _cards(session: Session, ids: Any, today: dt.date) -> tuple[Card, ...]:
    """The cards of these entries in this order: ids first, texts after, so that sorting never carries texts."""
    query = select(*_CARD_COLUMNS).join(Department, Department.id == CurrentRecord.department_id)
    rows = {row.entry_id: row for row in session.execute(query.where(CurrentRecord.entry_id.in_(ids)))}
    return tuple(_card(rows[key], today) for key in ids if key in rows)


def _card(row: Row[Any], today: dt.date) -> Card:
    return Card(
        entry_id=row.entry_id,
        name=row.name,
        title=row.title,
        title_en=row.title_en,
        summary=row.summary,
        tags=tuple(row.tags),
        department_slug=row.slug,
        department_name=row.department_name,
        department_name_en=row.name_en,
        domain=row.domain,
        open_type=row.open_type,
        update_cycle=row.update_cycle,
        formats=tuple(part for part in row.formats.split(",") if part),
        file_count=row.file_count,
        row_count=row.row_count,
        byte_size=row.byte_size,
        issued_on=row.issued_on,
        data_updated_on=row.data_updated_on,
        modified_at=row.modified_at,
        next_due_on=row.next_due_on,
        timeliness=timeliness(row.next_due_on, row.overdue_after_on, row.stale_after_on, today),
    )
