"""One obligation with every record behind it, and the requests about obligations that wait for the office."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from catalog.act_limits import is_moot
from catalog.errors import NotFound
from catalog.keyset import format_cursor, parse_cursor
from catalog.models import Delivery, Obligation, ObligationAct, Reminder
from catalog.obligation_lists import Countdown, LedgerRow, joined_ledger, make_row
from catalog.permissions import Actor, is_allowed, require_allowed
from catalog.workdays import load_calendar
from datasets.models import DataVersion

DELIVERIES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class ActFacts:
    """One request or excuse with its answer."""

    id: uuid.UUID
    kind: str
    state: str
    reason: str
    until_on: dt.date | None
    by_name: str
    at: dt.datetime
    answer: str | None
    decided_by_name: str | None
    decided_at: dt.datetime | None
    is_own: bool
    """Whether the person looking asked for it, and so cannot decide on it."""


@dataclass(frozen=True, slots=True)
class ReminderFacts:
    """One step of the ladder that was taken."""

    step: str
    raised_on: dt.date


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """One delivery behind an obligation; of data with its version."""

    delivered_on: dt.date
    kind: str
    reason: str | None
    by_name: str
    at: dt.datetime
    version_id: uuid.UUID | None
    version_number: int | None
    file_name: str | None
    row_count: int | None


@dataclass(frozen=True, slots=True)
class ObligationDetail:
    """One obligation and the records behind each of its figures."""

    row: LedgerRow
    acts: tuple[ActFacts, ...]
    """The oldest first."""
    reminders: tuple[ReminderFacts, ...]
    deliveries: tuple[DeliveryRecord, ...]
    """From the beginning of the period to its settling, or to today."""


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request with the obligation it is about."""

    act: ActFacts
    row: LedgerRow

    @property
    def is_moot(self) -> bool:
        """Whether it waits though there is nothing to grant any more."""
        return self.act.state == "open" and is_moot(self.act.kind, self.row.state)


@dataclass(frozen=True, slots=True)
class RequestPage:
    """One page of requests; `next` is the cursor of the following page, None on the last."""

    rows: tuple[RequestRow, ...]
    next: str | None


def get_obligation(session: Session, obligation_id: uuid.UUID, *, by: Actor, today: dt.date) -> ObligationDetail:
    """One obligation with its acts, reminders and deliveries: four short queries.

    Raises NotFound("obligation_not_found"), also for another department's.
    """
    found = session.execute(joined_ledger().where(Obligation.id == obligation_id)).one_or_none()
    if found is None or not is_allowed(by, "obligation.view", department_id=found[0].department_id):
        raise NotFound("obligation_not_found")
    row = make_row(found, today, Countdown(load_calendar(session), today))
    acts = session.scalars(
        select(ObligationAct).where(ObligationAct.obligation_id == obligation_id).order_by(ObligationAct.at)
    ).all()
    reminders = session.execute(
        select(Reminder.step, Reminder.raised_on)
        .where(Reminder.obligation_id == obligation_id)
        .order_by(Reminder.raised_on)
    )
    waiting = next((act.kind for act in acts if act.state == "open"), None)
    return ObligationDetail(
        row=replace(row, open_act=waiting),
        acts=tuple(_act(act, by) for act in acts),
        reminders=tuple(ReminderFacts(*one) for one in reminders),
        deliveries=_deliveries(session, row, today) if row.entry_id is not None else (),
    )


def list_requests(
    session: Session, *, by: Actor, today: dt.date, after: str | None = None, limit: int = 50
) -> RequestPage:
    """Extensions and objections that wait for the office, the oldest first.

    Raises NotAllowed, Invalid("bad_cursor").
    """
    require_allowed(by, "obligation.decide")
    query = select(ObligationAct).where(ObligationAct.state == "open")
    cursor = parse_cursor(after)
    if cursor is not None:
        at, act_id = cursor
        query = query.where(or_(ObligationAct.at > at, and_(ObligationAct.at == at, ObligationAct.id > act_id)))
    acts = session.scalars(query.order_by(ObligationAct.at, ObligationAct.id).limit(limit + 1)).all()
    following = format_cursor(acts[limit - 1].at, acts[limit - 1].id) if len(acts) > limit else None
    return RequestPage(_with_obligations(session, acts[:limit], by, today), following)


def list_decided(session: Session, *, by: Actor, today: dt.date, limit: int = 20) -> tuple[RequestRow, ...]:
    """What was decided last, the newest first; raises NotAllowed."""
    require_allowed(by, "obligation.decide")
    query = select(ObligationAct).where(ObligationAct.state.in_(("granted", "refused", "moot")))
    acts = session.scalars(query.order_by(ObligationAct.at.desc(), ObligationAct.id).limit(limit)).all()
    return _with_obligations(session, acts, by, today)


def _with_obligations(
    session: Session, acts: Iterable[ObligationAct], by: Actor, today: dt.date
) -> tuple[RequestRow, ...]:
    acts = list(acts)
    ids = {act.obligation_id for act in acts}
    countdown = Countdown(load_calendar(session), today)
    found = session.execute(joined_ledger().where(Obligation.id.in_(ids))).all() if ids else []
    rows = {one[0].id: make_row(one, today, countdown) for one in found}
    return tuple(RequestRow(_act(act, by), rows[act.obligation_id]) for act in acts)


def _act(act: ObligationAct, by: Actor) -> ActFacts:
    names = [name for name in ActFacts.__slots__ if name != "is_own"]
    is_own = act.by_id is not None and act.by_id == by.account_id
    return ActFacts(**{name: getattr(act, name) for name in names}, is_own=is_own)


def _deliveries(session: Session, row: LedgerRow, today: dt.date) -> tuple[DeliveryRecord, ...]:
    query = (
        select(
            Delivery.delivered_on,
            Delivery.kind,
            Delivery.reason,
            Delivery.by_name,
            Delivery.at,
            Delivery.version_id,
            DataVersion.number,
            DataVersion.file_name,
            DataVersion.row_count,
        )
        .outerjoin(DataVersion, DataVersion.id == Delivery.version_id)
        .where(Delivery.entry_id == row.entry_id, Delivery.delivered_on.between(row.starts_on, row.settled_on or today))
        .order_by(Delivery.delivered_on)
        .limit(DELIVERIES_SHOWN)
    )
    return tuple(DeliveryRecord(*one) for one in session.execute(query))
