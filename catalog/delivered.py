"""The facts that settle updates: on which day a department delivered what.

A `data` row is written when a data version becomes public, for the day on which the department's own reviewer let it
go; `unchanged` is the reviewer's word that nothing has changed; `imported` an update known from another portal's list.
Obligations are settled from these rows and from nothing else.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from catalog.models import Delivery, EntryStep, Obligation
from catalog.obligations import reopen
from catalog.permissions import Actor
from datasets.clock import day_of
from datasets.models import DataVersion


@dataclass(frozen=True, slots=True)
class DeliveryFacts:
    """One delivery as people read it; `at` is when the portal learnt of it, `delivered_on` the day that counts."""

    id: uuid.UUID
    delivered_on: dt.date
    kind: str
    version_id: uuid.UUID | None
    reason: str | None
    by_name: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The department's word for a data version: the day, and who gave it."""

    on: dt.date
    by_id: uuid.UUID | None
    by_name: str


def record_delivery(
    session: Session,
    entry_id: uuid.UUID,
    *,
    kind: str,
    on: dt.date,
    at: dt.datetime,
    by: Actor | Confirmation | None = None,
    version_id: uuid.UUID | None = None,
    reason: str | None = None,
) -> bool:
    """Append a fact of one of DELIVERY_KINDS; False if the entry has one of this kind and day already.

    `on` is the Shanghai day that counts, `at` the instant of recording. A fact that becomes known late (the office took
    weeks) opens again what later days had settled, for it came first; the caller plans the entry anew (`replan`) in the
    same transaction, under the lock of the entry's row.
    """
    known = select(Delivery.id).where(Delivery.entry_id == entry_id, Delivery.delivered_on == on, Delivery.kind == kind)
    if session.scalar(known) is not None:
        return False
    by_id = by.account_id if isinstance(by, Actor) else by.by_id if by else None
    by_name = by.name[:64] if isinstance(by, Actor) else by.by_name if by else ""
    session.add(
        Delivery(
            id=uuid.uuid4(),
            entry_id=entry_id,
            delivered_on=on,
            kind=kind,
            version_id=version_id,
            reason=reason,
            by_id=by_id,
            by_name=by_name,
            at=at,
        )
    )
    if on < day_of(at):
        _reopen_later(session, entry_id, on)
    session.flush()
    return True


def list_deliveries(session: Session, entry_id: uuid.UUID, *, limit: int = 24) -> tuple[DeliveryFacts, ...]:
    """The deliveries of an entry, the latest day first. One query of at most `limit` rows."""
    query = (
        select(*(getattr(Delivery, name) for name in DeliveryFacts.__slots__))
        .where(Delivery.entry_id == entry_id)
        .order_by(Delivery.delivered_on.desc(), Delivery.kind)
        .limit(limit)
    )
    return tuple(DeliveryFacts(*row) for row in session.execute(query))


def find_confirmation(
    session: Session, version: DataVersion, *, revision_id: uuid.UUID | None = None
) -> Confirmation | None:
    """When the department's reviewer let `version` go: the last "confirm_data", or for a first version that travels
    with the revision `revision_id` its last "sign". None where there is no such step (an adopted entry)."""
    step = and_(EntryStep.version_id == version.id, EntryStep.step == "confirm_data")
    if revision_id is not None:
        step = or_(step, and_(EntryStep.revision_id == revision_id, EntryStep.step == "sign"))
    query = select(EntryStep.at, EntryStep.by_id, EntryStep.by_name).where(step).order_by(EntryStep.number.desc())
    row = session.execute(query.limit(1)).one_or_none()
    return Confirmation(day_of(row.at), row.by_id, row.by_name) if row is not None else None


def _reopen_later(session: Session, entry_id: uuid.UUID, on: dt.date) -> None:
    """Open again the updates settled by days after `on`, and the failed months of daily data in which it lies."""
    later = and_(
        Obligation.kind == "update", Obligation.state.in_(("on_time", "late", "missed")), Obligation.settled_on > on
    )
    month = and_(
        Obligation.kind == "freshness",
        Obligation.state == "missed",
        Obligation.starts_on <= on,
        Obligation.due_on >= on,
    )
    for row in session.scalars(select(Obligation).where(Obligation.entry_id == entry_id, or_(later, month))):
        reopen(row)
