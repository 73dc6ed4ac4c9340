"""How far the titles that departments expect to register under a plan have come.

A title counts as done once its entry has gone public, or is closed with its legal basis; under a plan that is closed
also one that was withdrawn since. One that is tied to no entry yet stands for the department's entry of the same title
(as stored: NFKC, blanks collapsed).
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, or_, select
from sqlalchemy.orm import Session, aliased

from catalog.models import Entry, PlanItem, Revision, WorkPlan
from catalog.steps import ONCE_PUBLISHED, PUBLIC_STATES

DONE_STATES = frozenset({"published", "closed"})
"""States of a title with which a department has done its part."""
SETTLED_STATES = DONE_STATES | {"dropped"}
IN_REVIEW = ("department_review", "office_review", "approved")

_Live = aliased(Revision)
"""The revision that is public."""
_Open = aliased(Revision)
"""The revision that is being worked on."""


@dataclass(frozen=True, slots=True)
class ExpectedItem:
    """One expected title; `state` is a code of the vocabulary plan_item_state."""

    id: uuid.UUID
    department_id: uuid.UUID
    title: str
    state: str
    reason: str | None
    entry_id: uuid.UUID | None
    entry_name: str | None
    is_public: bool
    """Whether the public can open the entry at this moment."""
    is_tied: bool
    """Whether the tie to the entry is stored; else it was found by its title just now."""

    @property
    def is_missing(self) -> bool:
        """Whether the declaration of completeness cannot be made because of it."""
        return self.state not in SETTLED_STATES


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a list is: `expected` titles (dropped ones aside), of which `done`, of which `closed` with basis."""

    expected: int = 0
    done: int = 0
    closed: int = 0

    @property
    def missing(self) -> int:
        """How many are not done."""
        return self.expected - self.done


def list_expected(session: Session, plan_id: uuid.UUID, department_id: uuid.UUID | None = None) -> list[ExpectedItem]:
    """The expected titles of one department or of all under a plan, in the order in which they were written down.

    2 queries, O(titles). Rights are checked by who shows them.
    """
    query = _item_query().where(PlanItem.plan_id == plan_id).order_by(PlanItem.created_at, PlanItem.title)
    if department_id is not None:
        query = query.where(PlanItem.department_id == department_id)
    items = [_item(row) for row in session.execute(query)]
    loose = [item for item in items if item.entry_id is None and item.state == "missing"]
    found = _entries_of_title(session, loose)
    return [replace(item, **found.get((item.department_id, item.title), {})) for item in items]


def count_progress(items: Iterable[ExpectedItem]) -> Progress:
    """How far these titles are."""
    states = Counter(item.state for item in items if item.state != "dropped")
    return Progress(sum(states.values()), sum(states[state] for state in DONE_STATES), states["closed"])


def progress_by_department(session: Session, plan_id: uuid.UUID) -> dict[uuid.UUID, Progress]:
    """How far each department of a plan is (2 queries)."""
    items: dict[uuid.UUID, list[ExpectedItem]] = defaultdict(list)
    for item in list_expected(session, plan_id):
        items[item.department_id].append(item)
    return {department_id: count_progress(rows) for department_id, rows in items.items()}


def list_own_entries(session: Session, department_id: uuid.UUID) -> list[tuple[str, str]]:
    """(name, title) of the department's entries that are not withdrawn, to tie titles to (one query, O(entries))."""
    query = (
        select(Entry.name, Revision.title)
        .join(Revision, Revision.id == _shown_revision())
        .where(Entry.department_id == department_id, Entry.state != "withdrawn")
        .order_by(Revision.title, Entry.name)
    )
    return [(name, title) for name, title in session.execute(query)]


def _shown_revision() -> ColumnElement[uuid.UUID | None]:
    return case((Entry.open_revision_id.is_not(None), Entry.open_revision_id), else_=Entry.published_revision_id)


def _entry_state() -> ColumnElement[str]:
    """How far an entry is, as a state of the titles that it stands for; needs `_Live` and `_Open` joined."""
    once = Entry.state.in_(ONCE_PUBLISHED)
    return case(
        (Entry.state == "withdrawn", "withdrawn"),
        (and_(once, _Live.open_type == "closed", _Live.closed_basis.is_(None)), "without_basis"),
        (and_(once, _Live.open_type == "closed"), "closed"),
        (once, "published"),
        (and_(_Open.state == "approved", _Open.open_type == "closed", _Open.closed_basis.is_not(None)), "closed"),
        (_Open.state == "returned", "returned"),
        (_Open.state.in_(IN_REVIEW), "reviewing"),
        else_="draft",
    )


def _item_query() -> Select[*tuple[Any, ...]]:
    state = case(
        (PlanItem.state == "dropped", "dropped"),
        (PlanItem.entry_id.is_(None), "missing"),
        (and_(WorkPlan.state == "closed", Entry.state == "withdrawn", Entry.ordinal.is_not(None)), "published"),
        else_=_entry_state(),
    )
    columns = (PlanItem.id, PlanItem.department_id, PlanItem.title, PlanItem.reason, PlanItem.entry_id)
    return (
        select(*columns, Entry.name.label("entry_name"), Entry.state.label("entry_state"), state.label("progress"))
        .join(WorkPlan, WorkPlan.id == PlanItem.plan_id)
        .outerjoin(Entry, Entry.id == PlanItem.entry_id)
        .outerjoin(_Live, _Live.id == Entry.published_revision_id)
        .outerjoin(_Open, _Open.id == Entry.open_revision_id)
    )


def _item(row: Any) -> ExpectedItem:
    return ExpectedItem(
        id=row.id,
        department_id=row.department_id,
        title=row.title,
        state=row.progress,
        reason=row.reason,
        entry_id=row.entry_id,
        entry_name=row.entry_name,
        is_public=row.entry_state in PUBLIC_STATES,
        is_tied=row.entry_id is not None,
    )


def _entries_of_title(session: Session, items: Sequence[ExpectedItem]) -> dict[tuple[uuid.UUID, str], dict[str, Any]]:
    """(department, title) → what an untied title takes over from the entry of the same title (one query).

    Of several the one that has come furthest: a published one before a draft, the older before the newer.
    """
    if not items:
        return {}
    query = (
        select(
            *(Entry.department_id, Entry.id, Entry.name, Entry.state),
            *(_Live.title.label("live_title"), _Open.title.label("open_title"), _entry_state().label("progress")),
        )
        .outerjoin(_Live, _Live.id == Entry.published_revision_id)
        .outerjoin(_Open, _Open.id == Entry.open_revision_id)
        .where(
            Entry.department_id.in_({item.department_id for item in items}),
            or_(_Live.id.is_not(None), _Open.id.is_not(None)),
            Entry.state != "withdrawn",
        )
        .order_by((Entry.state == "never_published"), Entry.created_at, Entry.id)
    )
    wanted = {(item.department_id, item.title) for item in items}
    found: dict[tuple[uuid.UUID, str], dict[str, Any]] = {}
    for row in session.execute(query):
        facts = {
            "entry_id": row.id,
            "entry_name": row.name,
            "state": row.progress,
            "is_public": row.state in PUBLIC_STATES,
        }
        for title in (row.live_title, row.open_title):
            if (row.department_id, title) in wanted:
                found.setdefault((row.department_id, title), facts)
    return found
