"""Versions of data that were public once and hold what may not be public any more.

A column can be closed later: by a revision that declares its data item as not open, or by a newer version in which it
is masked or left out. The published version never holds such a column (`release.require_clean_data`). Superseded ones
keep their addresses, so each is looked at when it is asked for: as a file, as rows and as one side of a comparison.
It is withheld whole and not stripped, because its digests, its difference and its original belong to all its columns.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.models import DataItem, Entry, Resource
from datasets.models import DataVersion


def find_withheld(session: Session, resource_id: uuid.UUID, number: int) -> tuple[str, ...]:
    """Names of the columns of a superseded version that may not be public any more; empty for all other versions."""
    wanted = select(DataVersion.number, DataVersion.state, DataVersion.columns, DataVersion.recipe).where(
        DataVersion.resource_id == resource_id, (DataVersion.number == number) | (DataVersion.state == "published")
    )
    return _withheld(session, resource_id, list(session.execute(wanted))).get(number, ())


def list_withheld(session: Session, resource_id: uuid.UUID) -> frozenset[int]:
    """Numbers of the superseded versions of a resource that are withheld. O(versions)."""
    wanted = select(DataVersion.number, DataVersion.state, DataVersion.columns, DataVersion.recipe).where(
        DataVersion.resource_id == resource_id, DataVersion.state.in_(("published", "superseded"))
    )
    rows = list(session.execute(wanted))
    return frozenset(_withheld(session, resource_id, rows)) if len(rows) > 1 else frozenset()


def _withheld(session: Session, resource_id: uuid.UUID, rows: Sequence[Any]) -> dict[int, tuple[str, ...]]:
    """Number of a superseded version → its columns that may not be public; versions without any are left out."""
    published = next((row for row in rows if row.state == "published"), None)
    closed, masked = _closed(session, resource_id), _masked(published.recipe) if published else frozenset()
    found = {}
    for row in rows:
        hidden = closed | (masked - _masked(row.recipe))
        names = tuple(column["name"] for column in row.columns if hidden & {column["name"], column["key"]})
        if row.state == "superseded" and names:
            found[row.number] = names
    return found


def _closed(session: Session, resource_id: uuid.UUID) -> frozenset[str]:
    """Names and field names of the data items that the published revision declares as not open."""
    items = (
        select(DataItem.name, DataItem.field_name)
        .join(Entry, Entry.published_revision_id == DataItem.revision_id)
        .join(Resource, Resource.entry_id == Entry.id)
        .where(Resource.id == resource_id, DataItem.is_open.is_(False))
    )
    return frozenset(name for row in session.execute(items) for name in row if name)


def _masked(recipe: Mapping[str, Any]) -> frozenset[str]:
    """Names of the columns that a version shows masked, or not at all."""
    decisions: Sequence[Sequence[str]] = recipe.get("masking") or ()
    return frozenset(name for name, *_ in decisions)
