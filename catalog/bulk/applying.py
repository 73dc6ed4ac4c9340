"""Carries a bulk act out as it was previewed: in batches, each of which is done wholly or not at all.

The row of the act holds every change with its state, so that work that was cut off goes on where it stopped and
nothing is done twice. The lock of the act's row lets one worker at a time go on with it.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.audit import record_audit
from catalog.bulk.kinds import Step, get_kind
from catalog.bulk.plans import Change, Doing
from catalog.bulk.previewing import preview_bulk
from catalog.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound, Problem
from catalog.field_values import clean_text
from catalog.models import BulkAct
from catalog.permissions import Actor, require_allowed

BULK_AT_ONCE = 40
"""Changes in one transaction: about a second in which other writers wait."""

MAX_REASON = 2000

PHASES: Mapping[str, tuple[tuple[str, ...], str, str]] = {
    # state of the act: states of the changes that wait, their state afterwards, the act's state at the end
    "asking": (("planned",), "asked", "asked"),
    "applying": (("planned", "asked"), "done", "applied"),
    "undoing": (("done", "asked"), "undone", "undone"),
}


def apply_bulk(
    session: Session, kind: str, args: dict[str, Any], *, reason: str, digest: str, by: Actor, now: dt.datetime
) -> BulkAct:
    """Begin the act that was previewed with this `digest`, and work its first batch off.

    Where two persons are needed it is only asked for (`asking`, then `asked`); `continue_bulk` does the rest. Raises
    what `preview_bulk` raises, Conflict("bulk_stale") if the act would now do something else than was shown,
    Invalid("reason_required"), Conflict("bulk_nothing_to_do").
    """
    plan = preview_bulk(session, kind, args, by=by)
    why = require_reason(reason)
    if plan.digest != digest:
        raise Conflict("bulk_stale")
    if not plan.changes:
        raise Conflict("bulk_nothing_to_do")
    found = get_kind(kind)
    state = "applying" if not found.two_person else "asking" if found.ask else "asked"
    act = BulkAct(
        id=uuid.uuid4(), kind=kind, reason=why, by_id=by.account_id, by_name=by.name[:64], at=now,
        params={"args": args, "state": state, "by": _describe(by)},
        changes=[change.as_dict() for change in plan.changes],
    )  # fmt: skip
    session.add(act)
    session.flush()
    audit_bulk(session, act, "asked" if found.two_person else "applied", by=by, now=now, count=len(plan.changes))
    if state != "asked":
        continue_bulk(session, act.id, now=now, is_strict=True)
    return act


def confirm_bulk(session: Session, act_id: uuid.UUID, *, by: Actor, now: dt.datetime) -> BulkAct:
    """The second person lets an act that was asked for be carried out, and works its first batch off.

    Raises NotFound("bulk_not_found"), Conflict("bulk_not_waiting"), NotAllowed("own_submission") to who asked.
    """
    require_allowed(by, "bulk.act")
    act = lock_bulk(session, act_id)
    if act.params["state"] != "asked":
        raise Conflict("bulk_not_waiting")
    if act.by_id == by.account_id:
        raise NotAllowed("own_submission", step=act.kind)
    act.params = {**act.params, "state": "applying", "by": _describe(by), "confirmed_by": by.name[:64]}
    session.flush()
    audit_bulk(session, act, "confirmed", by=by, now=now, count=len(act.changes))
    continue_bulk(session, act.id, now=now)
    return act


def continue_bulk(
    session: Session, act_id: uuid.UUID, *, now: dt.datetime, limit: int = BULK_AT_ONCE, is_strict: bool = False
) -> int:
    """Work off the next `limit` changes and return how many still wait; 0 where nothing is in progress.

    What has moved since the preview is skipped with its reason; `is_strict` raises Conflict("bulk_stale") instead.
    """
    act = lock_bulk(session, act_id)
    phase = PHASES.get(act.params["state"])
    if phase is None:
        return 0
    waiting, done, final = phase
    doing = _doing(session, act, now)
    changes = [Change(**row) for row in act.changes]
    places = [place for place, change in enumerate(changes) if change.state in waiting]
    step = _step_of(act)
    for place in places[:limit]:
        changes[place] = _carry_out(doing, step, changes[place], done, is_strict)
    act.changes = [change.as_dict() for change in changes]
    remaining = len(places[limit:])
    if not remaining:
        act.params = {**act.params, "state": final}
    session.flush()
    return remaining


def lock_bulk(session: Session, act_id: uuid.UUID) -> BulkAct:
    """The act as it stands now, locked until the transaction ends; raises NotFound("bulk_not_found")."""
    query = select(BulkAct).where(BulkAct.id == act_id).with_for_update()
    act = session.scalar(query.execution_options(populate_existing=True))
    if act is None:
        raise NotFound("bulk_not_found")
    return act


def audit_bulk(session: Session, act: BulkAct, what: str, *, by: Actor, now: dt.datetime, count: int) -> None:
    """The act's own line in the log; the things it changes have theirs."""
    params = {"kind": act.kind, "what": what, "count": count, "why": act.reason}
    record_audit(session, by=by, act="bulk.act", object_kind="bulk_act", object_id=act.id, now=now, params=params)


def require_reason(reason: str) -> str:
    """The cleaned reason; raises Invalid("reason_required") or Invalid("reason_too_long")."""
    why = clean_text(reason, lines=True)
    if not why:
        raise Invalid("reason_required", problems=[Problem("reason", "reason_required")])
    if len(why) > MAX_REASON:
        raise Invalid("reason_too_long", problems=[Problem("reason", "too_long", limit=MAX_REASON, length=len(why))])
    return why


def _carry_out(doing: Doing, step: Step, change: Change, done: str, is_strict: bool) -> Change:
    try:
        with doing.session.begin_nested():
            step(doing, change)
    except DomainError as error:
        if is_strict:
            raise Conflict("bulk_stale") from error
        doing.session.expire_all()
        return replace(change, state="kept" if done == "undone" else "skipped", why=error.code)
    return replace(change, state=done)


def _step_of(act: BulkAct) -> Step:
    kind = get_kind(act.kind)
    if act.params["state"] == "asking":
        assert kind.ask is not None
        return kind.ask
    return kind.undo if act.params["state"] == "undoing" else kind.apply


def _doing(session: Session, act: BulkAct, now: dt.datetime) -> Doing:
    by = _actor(act.params["by"])
    asked_by = Actor(act.by_id, act.by_name, roles=frozenset({"office"}))
    return Doing(session, act.params["args"], act.params.get("undo_reason") or act.reason, by, asked_by, now)


def _describe(by: Actor) -> dict[str, str | None]:
    return {"id": str(by.account_id) if by.account_id else None, "name": by.name[:64], "address": by.address}


def _actor(said: Mapping[str, str | None]) -> Actor:
    """The person in whose name a batch is worked off: the right was asked when the person began the act."""
    key = said["id"]
    return Actor(
        uuid.UUID(key) if key else None, said["name"] or "", roles=frozenset({"office"}), address=said["address"]
    )
