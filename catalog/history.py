"""The steps in the life of an entry, its revisions and its data versions: who, when, from where, why."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.models import Entry, EntryStep
from catalog.permissions import Actor


@dataclass(frozen=True, slots=True)
class StepTaken:
    """One step as it was taken; `change_number` is set when the public catalog changed by it."""

    step: str
    entry_id: uuid.UUID
    revision_id: uuid.UUID | None
    version_id: uuid.UUID | None
    from_state: str | None
    to_state: str
    reason: str | None
    by_id: uuid.UUID | None
    by_name: str
    at: dt.datetime
    change_number: int | None = None


def record_step(
    session: Session,
    entry: Entry,
    step: str,
    *,
    from_state: str | None,
    to_state: str,
    by: Actor,
    now: dt.datetime,
    revision_id: uuid.UUID | None = None,
    version_id: uuid.UUID | None = None,
    reason: str | None = None,
    number: int | None = None,
) -> EntryStep:
    """Append a step to the history of `entry`, whose row the caller has locked.

    `number` is given where the caller knows it: 1 for a new entry.
    """
    if number is None:
        number = (session.scalar(select(func.max(EntryStep.number)).where(EntryStep.entry_id == entry.id)) or 0) + 1
    row = EntryStep(
        entry_id=entry.id,
        number=number,
        revision_id=revision_id,
        version_id=version_id,
        step=step,
        from_state=from_state,
        to_state=to_state,
        reason=reason,
        by_id=by.account_id,
        by_name=by.name[:64],
        address=by.address[:64] if by.address else None,
        at=now,
    )
    session.add(row)
    session.flush()
    return row


def list_steps(
    session: Session, entry_id: uuid.UUID, *, revision_id: uuid.UUID | None = None, limit: int = 200
) -> list[StepTaken]:
    """The newest steps of an entry, or of one of its revisions, newest first."""
    query = select(EntryStep).where(EntryStep.entry_id == entry_id)
    if revision_id is not None:
        query = query.where(EntryStep.revision_id == revision_id)
    rows = session.scalars(query.order_by(EntryStep.number.desc()).limit(limit))
    return [describe_step(row) for row in rows]


def describe_step(row: EntryStep, *, change_number: int | None = None) -> StepTaken:
    """The frozen form of a step row."""
    return StepTaken(
        step=row.step,
        entry_id=row.entry_id,
        revision_id=row.revision_id,
        version_id=row.version_id,
        from_state=row.from_state,
        to_state=row.to_state,
        reason=row.reason,
        by_id=row.by_id,
        by_name=row.by_name,
        at=row.at,
        change_number=change_number,
    )
