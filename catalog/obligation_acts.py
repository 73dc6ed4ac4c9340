"""What people do about obligations: confirm unchanged, ask for an extension, object; the office decides and excuses.

Each act takes a reason, keeps its limits (`catalog.act_limits`), writes its audit row and, where the public sees a
difference (a next due date, a timely rate), its public change, all in the caller's transaction. The entry's row is
locked first, then the obligation's: of two people who act at once the second gets a Conflict.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog import obligations
from catalog.act_limits import (
    ACTS,
    GRANTABLE_STATES,
    LIMITS,
    Standing,
    find_obstacle,
    last_extension_day,
)
from catalog.audit import record_audit
from catalog.deadlines import replan
from catalog.delivered import record_delivery
from catalog.entries import lock_entry
from catalog.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from catalog.field_values import clean_text
from catalog.models import Delivery, Entry, Obligation, ObligationAct
from catalog.permissions import Actor, is_allowed, require_allowed
from catalog.steps import PUBLIC_STATES
from catalog.workdays import Calendar, load_calendar
from catalog.workflow import MAX_REASON, publish_change
from datasets.clock import day_of


@dataclass(frozen=True, slots=True)
class PossibleAct:
    """An act that a person may take about an obligation, or the `obstacle` that stands before it now.

    `first_on` and `last_on` bound the day that an extension may ask for.
    """

    name: str
    obstacle: Problem | None
    first_on: dt.date | None = None
    last_on: dt.date | None = None


HOPELESS = frozenset({"act_not_for_kind", "act_not_in_state"})
"""Obstacles that nobody needs to read: the act has nothing to do with such an obligation."""


def list_possible_acts(
    session: Session, obligation_id: uuid.UUID, *, by: Actor, today: dt.date
) -> tuple[PossibleAct, ...]:
    """What `by` may do about an obligation, in the order of ACTS, each with what stands in its way: four queries.

    Raises NotFound("obligation_not_found").
    """
    row = session.get(Obligation, obligation_id)
    if row is None:
        raise NotFound("obligation_not_found")
    standing, calendar = standing_of(session, row, today=today), load_calendar(session)
    found = []
    for name, act in ACTS.items():
        if not is_allowed(by, act.permission, department_id=row.department_id):
            continue
        obstacle = find_obstacle(name, standing, today=today, calendar=calendar)
        if obstacle is not None and obstacle.code in HOPELESS:
            continue
        is_extension = name == "extension"
        first_on = row.due_on + dt.timedelta(days=1) if is_extension else None
        found.append(PossibleAct(name, obstacle, first_on, last_extension_day(row.due_on) if is_extension else None))
    return tuple(found)


def confirm_unchanged(session: Session, entry: Entry, *, reason: str, by: Actor, now: dt.datetime) -> uuid.UUID:
    """确认无变化: the reviewer vouches that the public data still holds; it settles a period as new data would.

    Returns the id of the obligation it served. Raises NotFound("entry_not_found"), NotAllowed, Invalid for the reason,
    Conflict("nothing_to_confirm") where no period has begun or a delivery of today has served it, and
    Conflict("unchanged_too_often").
    """
    if not is_allowed(by, "obligation.view", department_id=entry.department_id):
        raise NotFound("entry_not_found", name=entry.name)
    require_allowed(by, ACTS["unchanged"].permission, department_id=entry.department_id)
    text = _require_text("reason", reason)
    entry = lock_entry(session, entry.id)
    today = day_of(now)
    served_id = find_served_next(session, entry.id, today=today)
    if served_id is None:
        raise Conflict("nothing_to_confirm")
    row = _lock(session, served_id)
    _require_possible(session, "unchanged", row, today=today, calendar=load_calendar(session))
    if not record_delivery(session, entry.id, kind="unchanged", on=today, at=now, by=by, reason=text):
        raise Conflict("nothing_to_confirm")
    _audit(session, "unchanged", row, entry, by=by, now=now, why=text)
    _show(session, entry, now=now)
    session.refresh(row)
    if row.settled_by != "unchanged":
        raise Conflict("nothing_to_confirm")
    return row.id


def confirm_served(session: Session, obligation_id: uuid.UUID, *, reason: str, by: Actor, now: dt.datetime) -> None:
    """`confirm_unchanged` by way of the obligation that somebody looked at.

    Raises besides NotFound("obligation_not_found"), and Conflict("other_period_first") where the confirmation would
    serve another period of the entry.
    """
    row = session.get(Obligation, obligation_id)
    if row is None or not is_allowed(by, "obligation.view", department_id=row.department_id):
        raise NotFound("obligation_not_found")
    if row.entry_id is None or row.kind not in ACTS["unchanged"].kinds:
        raise Conflict("act_not_for_kind")
    entry = session.get_one(Entry, row.entry_id)
    if confirm_unchanged(session, entry, reason=reason, by=by, now=now) != obligation_id:
        raise Conflict("other_period_first")


def ask_extension(
    session: Session, obligation_id: uuid.UUID, *, until_on: dt.date, reason: str, by: Actor, now: dt.datetime
) -> uuid.UUID:
    """申请延期: ask the office to move the due date to `until_on`; returns the id of the request.

    Raises NotFound("obligation_not_found"), NotAllowed, Invalid for the reason or the day (at most 30 calendar days
    after the due date), and a Conflict for every limit of `find_obstacle`.
    """
    row, _ = _open(session, obligation_id, "extension", by=by)
    text = _require_text("reason", reason)
    _require_possible(session, "extension", row, today=day_of(now), calendar=load_calendar(session))
    latest = last_extension_day(row.due_on)
    if not row.due_on < until_on <= latest:
        first = row.due_on + dt.timedelta(days=1)
        params = {"first_on": first.isoformat(), "last_on": latest.isoformat()}
        raise Invalid("extension_out_of_range", problems=[Problem("until_on", "extension_out_of_range", **params)])
    return _ask(session, "extension", row, reason=text, until_on=until_on, by=by, now=now)


def object_to(session: Session, obligation_id: uuid.UUID, *, reason: str, by: Actor, now: dt.datetime) -> uuid.UUID:
    """申诉: reviewer or head disputes that it was late or missed; returns the id of the request.

    Raises as `ask_extension`, the limit being 10 working days after the day on which it was settled.
    """
    row, _ = _open(session, obligation_id, "objection", by=by)
    text = _require_text("reason", reason)
    _require_possible(session, "objection", row, today=day_of(now), calendar=load_calendar(session))
    return _ask(session, "objection", row, reason=text, until_on=None, by=by, now=now)


def excuse(session: Session, obligation_id: uuid.UUID, *, reason: str, by: Actor, now: dt.datetime) -> None:
    """豁免: the office takes an overdue, late or missed obligation out of the rate, for a reason that is kept.

    Raises NotFound("obligation_not_found"), NotAllowed, also ("own_request") to a person who may object for the
    department, Invalid for the reason, Conflict("act_waiting") while a request of the department has not been
    answered, Conflict("not_overdue_yet").
    """
    row, entry = _open(session, obligation_id, "excuse", by=by)
    if by.account_id is not None and is_allowed(by, "obligation.object", department_id=row.department_id):
        raise NotAllowed("own_request")  # the data office is a department too: who may object for it does not excuse it
    text = _require_text("reason", reason)
    _require_possible(session, "excuse", row, today=day_of(now), calendar=load_calendar(session))
    act = _row_of("excuse", row, reason=text, until_on=None, by=by, now=now)
    act.state, act.decided_by_id, act.decided_by_name, act.decided_at = "granted", by.account_id, by.name[:64], now
    session.add(act)
    _audit(session, "excuse", row, entry, by=by, now=now, why=text, was=row.state, late_workdays=row.late_workdays)
    obligations.excuse(row, day_of(now), text)
    session.flush()
    _show(session, entry, now=now)


def decide(session: Session, act_id: uuid.UUID, *, is_granted: bool, answer: str, by: Actor, now: dt.datetime) -> None:
    """The office grants or refuses an extension or an objection, with an answer that the department reads.

    A granted extension moves the due date and its grace and keeps the first one; a granted objection excuses. Raises
    NotFound("act_not_found"), NotAllowed("not_allowed"), Invalid for the answer, Conflict("act_decided") for whoever
    comes second, NotAllowed("own_request"), Conflict("act_not_grantable") where the obligation has been settled since.
    """
    found = session.get(ObligationAct, act_id)
    if found is None:
        raise NotFound("act_not_found")
    require_allowed(by, "obligation.decide", department_id=found.department_id)
    text = _require_text("answer", answer)
    row, entry = _lock_both(session, found.obligation_id)
    act = session.scalars(
        select(ObligationAct)
        .where(ObligationAct.id == act_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if act.state != "open":
        raise Conflict("act_decided", by=act.decided_by_name)
    if act.by_id is not None and act.by_id == by.account_id:
        raise NotAllowed("own_request")
    if is_granted and row.state not in GRANTABLE_STATES[act.kind]:
        raise Conflict("act_not_grantable")
    act.state, act.answer = "granted" if is_granted else "refused", text
    act.decided_by_id, act.decided_by_name, act.decided_at = by.account_id, by.name[:64], now
    _audit(
        session, "decide", row, entry, by=by, now=now, why=text, act_kind=act.kind, to=act.state, until_on=act.until_on
    )
    if is_granted and act.kind == "extension":
        assert act.until_on is not None
        _extend(row, act.until_on, load_calendar(session))
    elif is_granted:
        obligations.excuse(row, day_of(now), act.reason)
    session.flush()
    if is_granted:
        _show(session, entry, now=now)


def find_served_next(session: Session, entry_id: uuid.UUID, *, today: dt.date) -> uuid.UUID | None:
    """The open update obligation that a delivery of `today` would serve: the newest period that has ended, else the
    running one; None where no period has begun."""
    rows = session.execute(
        select(Obligation.id, Obligation.due_on)
        .where(Obligation.entry_id == entry_id, Obligation.kind == "update", Obligation.state == "open")
        .where(Obligation.starts_on <= today)
        .order_by(Obligation.starts_on)
    ).all()
    ended = [row.id for row in rows if row.due_on < today]
    return ended[-1] if ended else min(rows, key=lambda row: row.due_on).id if rows else None


def standing_of(session: Session, row: Obligation, *, today: dt.date) -> Standing:
    """How `row` stands on `today`, for `find_obstacle`: three short queries."""
    requests = session.execute(
        select(ObligationAct.kind, ObligationAct.state).where(ObligationAct.obligation_id == row.id)
    )
    is_update = row.entry_id is not None and row.kind == "update"
    return Standing(
        kind=row.kind,
        state=row.state,
        starts_on=row.starts_on,
        due_on=row.due_on,
        grace_on=row.grace_on,
        settled_on=row.settled_on,
        requests=tuple((found.kind, found.state) for found in requests),
        unchanged_in_a_row=_unchanged_in_a_row(session, row.entry_id) if is_update and row.entry_id else 0,
        is_served_next=bool(
            is_update and row.entry_id and find_served_next(session, row.entry_id, today=today) == row.id
        ),
    )


def _unchanged_in_a_row(session: Session, entry_id: uuid.UUID) -> int:
    of_entry = select(func.max(Delivery.delivered_on)).where(
        Delivery.entry_id == entry_id, Delivery.kind != "unchanged"
    )
    last_data = session.scalar(of_entry)
    query = select(func.count()).select_from(Delivery)
    query = query.where(Delivery.entry_id == entry_id, Delivery.kind == "unchanged")
    if last_data is not None:
        query = query.where(Delivery.delivered_on > last_data)
    return session.scalar(query) or 0


def _open(session: Session, obligation_id: uuid.UUID, name: str, *, by: Actor) -> tuple[Obligation, Entry | None]:
    """The obligation and its entry, locked, for somebody who may do `name` to it."""
    department_id = session.scalar(select(Obligation.department_id).where(Obligation.id == obligation_id))
    if department_id is None or not is_allowed(by, "obligation.view", department_id=department_id):
        raise NotFound("obligation_not_found")
    require_allowed(by, ACTS[name].permission, department_id=department_id)
    row, entry = _lock_both(session, obligation_id)
    if row.department_id != department_id:
        raise Conflict("changed_meanwhile")
    return row, entry


def _lock_both(session: Session, obligation_id: uuid.UUID) -> tuple[Obligation, Entry | None]:
    entry_id = session.scalar(select(Obligation.entry_id).where(Obligation.id == obligation_id))
    entry = lock_entry(session, entry_id) if entry_id is not None else None
    return _lock(session, obligation_id), entry


def _lock(session: Session, obligation_id: uuid.UUID) -> Obligation:
    query = select(Obligation).where(Obligation.id == obligation_id).with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound("obligation_not_found")
    return row


def _require_possible(session: Session, name: str, row: Obligation, *, today: dt.date, calendar: Calendar) -> None:
    obstacle = find_obstacle(name, standing_of(session, row, today=today), today=today, calendar=calendar)
    if obstacle is not None:
        raise Conflict(obstacle.code, **obstacle.params)


def _require_text(where: str, given: str) -> str:
    text = clean_text(given, lines=True)
    if len(text) < LIMITS["reason_characters"]:
        problem = Problem(where, "reason_too_short", least=LIMITS["reason_characters"])
        raise Invalid("reason_too_short", problems=[problem], least=LIMITS["reason_characters"])
    if len(text) > MAX_REASON:
        raise Invalid("reason_too_long", problems=[Problem(where, "too_long", limit=MAX_REASON, length=len(text))])
    return text


def _ask(
    session: Session,
    kind: str,
    row: Obligation,
    *,
    reason: str,
    until_on: dt.date | None,
    by: Actor,
    now: dt.datetime,
) -> uuid.UUID:
    act = _row_of(kind, row, reason=reason, until_on=until_on, by=by, now=now)
    session.add(act)
    session.flush()
    entry = session.get(Entry, row.entry_id) if row.entry_id else None
    _audit(session, kind, row, entry, by=by, now=now, why=reason, until_on=until_on)
    return act.id


def _row_of(
    kind: str, row: Obligation, *, reason: str, until_on: dt.date | None, by: Actor, now: dt.datetime
) -> ObligationAct:
    return ObligationAct(
        id=uuid.uuid4(),
        obligation_id=row.id,
        department_id=row.department_id,
        kind=kind,
        state="open",
        reason=reason,
        until_on=until_on,
        by_id=by.account_id,
        by_name=by.name[:64],
        at=now,
    )


def _extend(row: Obligation, until_on: dt.date, calendar: Calendar) -> None:
    """Move the due date; an update that came late while the office took its time is judged anew by it."""
    if row.kind == "update" and row.state == "open":
        obligations.extend(row, until_on, calendar)
        return
    row.first_due_on, row.due_on = row.first_due_on or row.due_on, until_on
    row.grace_on, row.is_provisional = (
        obligations.grace_of(until_on, calendar) if row.kind == "update" else (until_on, row.is_provisional)
    )
    if row.state == "late" and row.settled_on is not None:
        is_timely = row.settled_on <= row.grace_on
        row.state = "on_time" if is_timely else "late"
        row.late_workdays = None if is_timely else calendar.workdays_between(until_on, row.settled_on)


def _show(session: Session, entry: Entry | None, *, now: dt.datetime) -> None:
    """Plan the entry anew and, where it is public, let the public see its dates and its rate."""
    if entry is None:
        return
    if entry.state in PUBLIC_STATES:
        publish_change(session, entry, "updated", now=now)
    else:
        replan(session, entry, now=now)


def _audit(
    session: Session, name: str, row: Obligation, entry: Entry | None, *, by: Actor, now: dt.datetime, **params: Any
) -> None:
    record_audit(
        session,
        by=by,
        act="obligation.decide" if name == "decide" else ACTS[name].permission,
        object_kind="obligation",
        object_id=row.id,
        now=now,
        params={"entry": entry.name if entry else None, "kind": row.kind, "period": row.period, **params},
    )
