"""Entries for programs: searched or all, narrowed, in pages that go on where the last one ended."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.errors import Invalid
from catalog.facets import Criteria, narrow
from catalog.models import CurrentRecord
from catalog.public import PublicEntry, list_records
from catalog.search.index import SearchIndex
from catalog.search.searching import search_entries


@dataclass(frozen=True, slots=True)
class EntryList:
    """One page; `total` counts all that match, `next_after` goes on behind this page and is None on the last.

    `is_loose`: nothing contained all that was searched for, these contain parts of it.
    """

    entries: tuple[PublicEntry, ...]
    total: int
    next_after: int | None
    is_loose: bool = False


def list_entries(
    session: Session,
    index: SearchIndex,
    criteria: Criteria,
    *,
    q: str = "",
    after: int = 0,
    limit: int = 20,
    today: dt.date,
) -> EntryList:
    """Entries that match `q` (best first) or all (in the order of first publication), narrowed by `criteria`.

    `after` is the ordinal of the last entry of the former page, 0 for the first. Costs O(page) without a search,
    O(matching entries) with one. Raises Invalid("after_not_valid") when that entry is not among the matches any more.
    """
    if q.strip():
        found = search_entries(session, index, q)
        criteria = replace(criteria, ids=tuple(found.ids))
        return _ranked(session, criteria, after=after, limit=limit, today=today, is_loose=found.is_loose)
    total = session.scalar(narrow(select(func.count(CurrentRecord.entry_id)), session, criteria, today)) or 0
    page = list_records(session, criteria, after=after, limit=limit, today=today)
    return EntryList(page.entries, total, page.next_after)


def _ranked(
    session: Session, criteria: Criteria, *, after: int, limit: int, today: dt.date, is_loose: bool
) -> EntryList:
    both: Any = select(CurrentRecord.entry_id, CurrentRecord.ordinal)
    query = narrow(both, session, criteria, today)
    ordinals: dict[uuid.UUID, int] = {row.entry_id: row.ordinal for row in session.execute(query)}
    ranked = [entry_id for entry_id in criteria.ids or () if entry_id in ordinals]
    start = _start(ranked, ordinals, after)
    shown = ranked[start : start + limit]
    page = list_records(session, Criteria(ids=tuple(shown)), limit=limit, today=today)
    by_id = {entry.record.uuid: entry for entry in page.entries}
    has_more = start + limit < len(ranked)
    return EntryList(
        tuple(by_id[entry_id] for entry_id in shown if entry_id in by_id),
        len(ranked),
        ordinals[shown[-1]] if has_more else None,
        is_loose=is_loose,
    )


def _start(ranked: list[uuid.UUID], ordinals: dict[uuid.UUID, int], after: int) -> int:
    if not after:
        return 0
    for position, entry_id in enumerate(ranked):
        if ordinals[entry_id] == after:
            return position + 1
    raise Invalid("after_not_valid", after=after)
