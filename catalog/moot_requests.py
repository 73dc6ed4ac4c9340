"""Requests that nobody can grant any more, because what they ask about was settled or fell away meanwhile.

They ask for no decision, so the office closes them without writing one, and nothing waits for ever.
"""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.act_limits import is_moot
from catalog.audit import record_audit
from catalog.errors import Conflict, NotFound
from catalog.models import Entry, Obligation, ObligationAct
from catalog.permissions import Actor, require_allowed


def close_moot(session: Session, act_id: uuid.UUID, *, by: Actor, now: dt.datetime) -> None:
    """Close a request that is moot; whoever asked may do so too, for nothing is decided.

    Raises NotFound("act_not_found"), NotAllowed, Conflict("act_decided") where somebody was faster,
    Conflict("act_not_moot") where it can still be granted.
    """
    found = session.get(ObligationAct, act_id)
    if found is None:
        raise NotFound("act_not_found")
    require_allowed(by, "obligation.decide", department_id=found.department_id)
    # In the order in which every act locks: the obligation, then the request about it.
    lock = {"populate_existing": True}
    query = select(Obligation).where(Obligation.id == found.obligation_id).with_for_update()
    row = session.scalars(query.execution_options(**lock)).one()
    asked = select(ObligationAct).where(ObligationAct.id == act_id).with_for_update()
    act = session.scalars(asked.execution_options(**lock)).one()
    if act.state != "open":
        raise Conflict("act_decided", by=act.decided_by_name)
    if not is_moot(act.kind, row.state):
        raise Conflict("act_not_moot")
    act.state, act.decided_by_id, act.decided_by_name, act.decided_at = "moot", by.account_id, by.name[:64], now
    session.flush()
    entry = session.get(Entry, row.entry_id) if row.entry_id else None
    record_audit(
        session,
        by=by,
        act="obligation.decide",
        object_kind="obligation",
        object_id=row.id,
        now=now,
        params={
            "entry": entry.name if entry else None,
            "kind": row.kind,
            "period": row.period,
            "act_kind": act.kind,
            "to": "moot",
        },
    )
