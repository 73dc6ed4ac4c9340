"""The bulk acts that there were, newest first, and one of them with all that it changed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from catalog.bulk.plans import Change
from catalog.errors import NotFound
from catalog.keyset import format_cursor, parse_cursor
from catalog.models import BulkAct
from catalog.permissions import Actor, require_allowed


@dataclass(frozen=True, slots=True)
class BulkFacts:
    """One act; `counts` of its changes by state."""

    id: uuid.UUID
    kind: str
    reason: str
    state: str
    by_id: uuid.UUID | None
    by_name: str
    at: dt.datetime
    confirmed_by_name: str | None
    undone_at: dt.datetime | None
    undone_by_name: str | None
    undo_reason: str | None
    changes: tuple[Change, ...]

    @property
    def counts(self) -> Counter[str]:
        """State of a change → how many."""
        return Counter(change.state for change in self.changes)

    @property
    def is_running(self) -> bool:
        """Whether batches of it are still to come."""
        return self.state in ("asking", "applying", "undoing")


@dataclass(frozen=True, slots=True)
class BulkPage:
    """One page of acts; `next` is the cursor of the following page."""

    rows: tuple[BulkFacts, ...]
    next: str | None


def list_bulk(session: Session, *, by: Actor, after: str | None = None, limit: int = 20) -> BulkPage:
    """The acts, newest first (keyset). A page costs O(things changed by the acts on it). Raises NotAllowed."""
    require_allowed(by, "bulk.act")
    query = select(BulkAct)
    cursor = parse_cursor(after)
    if cursor is not None:
        at, key = cursor
        query = query.where(or_(BulkAct.at < at, and_(BulkAct.at == at, BulkAct.id < key)))
    found = session.scalars(query.order_by(BulkAct.at.desc(), BulkAct.id.desc()).limit(limit + 1)).all()
    rows = tuple(_facts(act) for act in found[:limit])
    return BulkPage(rows, format_cursor(rows[-1].at, rows[-1].id) if len(found) > limit else None)


def get_bulk(session: Session, act_id: uuid.UUID, *, by: Actor) -> BulkFacts:
    """One act; raises NotAllowed, NotFound("bulk_not_found")."""
    require_allowed(by, "bulk.act")
    act = session.get(BulkAct, act_id, populate_existing=True)
    if act is None:
        raise NotFound("bulk_not_found")
    return _facts(act)


def _facts(act: BulkAct) -> BulkFacts:
    return BulkFacts(
        id=act.id,
        kind=act.kind,
        reason=act.reason,
        state=act.params["state"],
        by_id=act.by_id,
        by_name=act.by_name,
        at=act.at,
        confirmed_by_name=act.params.get("confirmed_by"),
        undone_at=act.undone_at,
        undone_by_name=act.undone_by_name,
        undo_reason=act.params.get("undo_reason"),
        changes=tuple(Change(**row) for row in act.changes),
    )
