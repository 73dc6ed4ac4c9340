"""How far the candidates are decided, by department and in all, and the list behind each figure."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from catalog.errors import Invalid
from catalog.models import Candidate, Department, Entry, Revision
from catalog.permissions import Actor, require_allowed

STATES = ("opened", "opened_upstream", "open_next", "kept_closed", "undecided")
"""In the order of the columns of the coverage table."""
ALL = "candidate.import"
"""The right of those who see the candidates of every department."""
PAGE_SIZE = 50
CHUNK = 500
"""Rows of one query while a whole list is written."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The candidates of one department, or of all (`department_id` None), by what becomes of them."""

    department_id: uuid.UUID | None
    department: str
    slug: str
    total: int
    opened: int
    opened_upstream: int
    open_next: int
    kept_closed: int
    undecided: int

    @property
    def decided(self) -> int:
        """Those about which somebody has said what becomes of them."""
        return self.total - self.undecided

    @property
    def share(self) -> float:
        """Decided ones among all, 0…1; 0 where there are none."""
        return self.decided / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """One candidate as lists show it; `entry_name` and `entry_title` of the entry it became."""

    id: uuid.UUID
    department_id: uuid.UUID
    department: str
    source: str
    title: str
    code: str | None
    system_name: str | None
    note: str | None
    state: str
    entry_name: str | None
    entry_title: str | None
    upstream_url: str | None
    reason: str | None
    decided_by_name: str | None
    decided_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class CandidatePage:
    """A page of the list; `next` stands behind its last row."""

    rows: tuple[CandidateRow, ...]
    next: str | None


def list_coverage(session: Session, *, by: Actor) -> tuple[list[Coverage], Coverage]:
    """Every department that has candidates, those with the most undecided first, and the whole. One GROUP BY.

    Raises NotAllowed to departments.
    """
    require_allowed(by, ALL)
    query = (
        select(Department.id, Department.name, Department.slug, Candidate.state, func.count())
        .join(Candidate, Candidate.department_id == Department.id)
        .group_by(Department.id, Department.name, Department.slug, Candidate.state)
    )
    counts: dict[tuple[uuid.UUID | None, str, str], dict[str, int]] = {}
    whole: dict[str, int] = {}
    for department_id, name, slug, state, count in session.execute(query):
        counts.setdefault((department_id, name, slug), {})[state] = count
        whole[state] = whole.get(state, 0) + count
    rows = [_coverage(*key, by_state) for key, by_state in counts.items()]
    rows.sort(key=lambda row: (-row.undecided, -row.total, row.department))
    return rows, _coverage(None, "", "", whole)


def summarise_department(session: Session, department_id: uuid.UUID, *, by: Actor) -> Coverage:
    """The coverage of one department."""
    require_allowed(by, "candidate.view", department_id=department_id)
    query = (
        select(Candidate.state, func.count()).where(Candidate.department_id == department_id).group_by(Candidate.state)
    )
    return _coverage(department_id, "", "", {row[0]: row[1] for row in session.execute(query)})


def list_candidates(
    session: Session,
    *,
    by: Actor,
    department_id: uuid.UUID | None = None,
    source: str = "",
    state: str = "",
    title: str = "",
    after: str | None = None,
    limit: int = PAGE_SIZE,
) -> CandidatePage:
    """A page of candidates by title, narrowed by department, source, state and a part of the title.

    Reads O(page). All departments (None) are the office's to see. Raises NotAllowed, Invalid("bad_cursor").
    """
    if department_id is None:
        require_allowed(by, ALL)
    require_allowed(by, "candidate.view", department_id=department_id)
    query = _query(department_id, source, state, title)
    if after:
        query = query.where(_behind(session, after))
    found = session.execute(query.limit(limit + 1)).all()
    rows = tuple(CandidateRow(*row) for row in found[:limit])
    return CandidatePage(rows, rows[-1].id.hex if len(found) > limit else None)


def iterate_candidates(
    session: Session,
    *,
    by: Actor,
    department_id: uuid.UUID | None = None,
    source: str = "",
    state: str = "",
    title: str = "",
) -> Iterator[CandidateRow]:
    """All that `list_candidates` would show, page by page."""
    after: str | None = None
    while True:
        page = list_candidates(
            session,
            by=by,
            department_id=department_id,
            source=source,
            state=state,
            title=title,
            after=after,
            limit=CHUNK,
        )
        yield from page.rows
        after = page.next
        if after is None:
            return


def _coverage(department_id: uuid.UUID | None, name: str, slug: str, counts: dict[str, int]) -> Coverage:
    by_state = {state: counts.get(state, 0) for state in STATES}
    return Coverage(department_id, name, slug, sum(by_state.values()), **by_state)


def _query(department_id: uuid.UUID | None, source: str, state: str, title: str) -> Select[*tuple[Any, ...]]:
    query = (
        select(
            Candidate.id,
            Candidate.department_id,
            Department.name,
            Candidate.source,
            Candidate.title,
            Candidate.code,
            Candidate.system_name,
            Candidate.note,
            Candidate.state,
            Entry.name,
            Revision.title,
            Candidate.upstream_url,
            Candidate.reason,
            Candidate.decided_by_name,
            Candidate.decided_at,
        )
        .join(Department, Department.id == Candidate.department_id)
        .outerjoin(Entry, Entry.id == Candidate.entry_id)
        .outerjoin(Revision, Revision.id == func.coalesce(Entry.open_revision_id, Entry.published_revision_id))
        .order_by(Candidate.title, Candidate.id)
    )
    if department_id is not None:
        query = query.where(Candidate.department_id == department_id)
    if source:
        query = query.where(Candidate.source == source)
    if state:
        query = query.where(Candidate.state == state)
    if title:
        query = query.where(Candidate.title.contains(title, autoescape=True))
    return query


def _behind(session: Session, after: str) -> ColumnElement[bool]:
    try:
        last_id = uuid.UUID(hex=after)
    except ValueError as error:
        raise Invalid("bad_cursor", after=after[:80]) from error
    last = session.scalar(select(Candidate.title).where(Candidate.id == last_id))
    if last is None:
        raise Invalid("bad_cursor", after=after[:80])
    return or_(Candidate.title > last, and_(Candidate.title == last, Candidate.id > last_id))
