"""Which entries a bulk act is about: ticked one by one, or all that a filter finds."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from catalog.errors import Invalid, Problem
from catalog.models import Department, Entry, Revision

MAX_ENTRIES = 2000
"""Entries in one act that are chosen by hand or filter; merging and renaming take all of a department."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A filter over entries; with `ids` it is these entries and nothing else. `text` is a part of the title."""

    department_id: uuid.UUID | None = None
    state: str | None = None
    cycle: str | None = None
    domain: str | None = None
    text: str = ""
    ids: tuple[uuid.UUID, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said: an act never means everything by default."""
        return not (self.department_id or self.state or self.cycle or self.domain or self.text or self.ids)

    def as_dict(self) -> dict[str, Any]:
        """The selection as it is stored; what was not said is left out."""
        said = {
            "department_id": str(self.department_id) if self.department_id else None,
            "state": self.state,
            "cycle": self.cycle,
            "domain": self.domain,
            "text": self.text,
            "ids": sorted(str(key) for key in set(self.ids)),
        }
        return {name: value for name, value in said.items() if value}

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> Selection:
        """What `as_dict` wrote; raises Invalid("bulk_invalid") for ids that are none."""
        try:
            department = said.get("department_id")
            return cls(
                department_id=uuid.UUID(department) if department else None,
                state=said.get("state") or None,
                cycle=said.get("cycle") or None,
                domain=said.get("domain") or None,
                text=str(said.get("text") or "").strip()[:128],
                ids=tuple(uuid.UUID(key) for key in said.get("ids") or ()),
            )
        except (ValueError, AttributeError, TypeError):
            raise Invalid("bulk_invalid", problems=[Problem("selection", "bulk_nothing_chosen")]) from None


@dataclass(frozen=True, slots=True)
class Chosen:
    """An entry as a list to choose from shows it, and as the kinds of act look at it."""

    id: uuid.UUID
    name: str
    title: str
    state: str
    department_id: uuid.UUID
    department_name: str
    update_cycle: str | None
    domain: str | None
    published_revision_id: uuid.UUID | None
    open_revision_id: uuid.UUID | None


def list_selected(session: Session, selection: Selection, *, limit: int = MAX_ENTRIES) -> tuple[list[Chosen], int]:
    """At most `limit` chosen entries in the order of department and title, and how many there are in all.

    Withdrawn entries are found only when their state is asked for. O(matching entries) for the total.
    """
    query = _narrow(_query(), selection)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(Department.position, Department.slug, Revision.title, Entry.id).limit(limit)
    return [Chosen(*row) for row in session.execute(ordered)], total


def require_selected(session: Session, selection: Selection) -> list[Chosen]:
    """The chosen entries; raises Invalid("bulk_invalid") for none, all of the house, or more than MAX_ENTRIES."""
    if selection.is_empty:
        raise Invalid("bulk_invalid", problems=[Problem("selection", "bulk_nothing_chosen")])
    rows, total = list_selected(session, selection)
    if not rows:
        raise Invalid("bulk_invalid", problems=[Problem("selection", "bulk_nothing_found")])
    if total > MAX_ENTRIES:
        problem = Problem("selection", "bulk_too_many", count=total, limit=MAX_ENTRIES)
        raise Invalid("bulk_invalid", problems=[problem])
    return rows


def _query() -> Select[Any]:
    shown = func.coalesce(Entry.published_revision_id, Entry.open_revision_id)
    query: Any = (
        select(
            Entry.id,
            Entry.name,
            Revision.title,
            Entry.state,
            Entry.department_id,
            Department.name.label("department_name"),
            Revision.update_cycle,
            Revision.domain,
            Entry.published_revision_id,
            Entry.open_revision_id,
        )
        .join(Revision, Revision.id == shown)
        .join(Department, Department.id == Entry.department_id)
    )
    return cast(Select[Any], query)


def _narrow(query: Select[Any], selection: Selection) -> Select[Any]:
    if selection.ids:
        return query.where(Entry.id.in_(selection.ids))
    if selection.department_id is not None:
        query = query.where(Entry.department_id == selection.department_id)
    query = query.where(Entry.state == selection.state if selection.state else Entry.state != "withdrawn")
    if selection.cycle:
        query = query.where(Revision.update_cycle == selection.cycle)
    if selection.domain:
        query = query.where(Revision.domain == selection.domain)
    if selection.text:
        query = query.where(Revision.title.contains(selection.text, autoescape=True))
    return query
