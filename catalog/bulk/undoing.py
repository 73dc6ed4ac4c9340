"""Takes a bulk act back: what has not moved since becomes what it was, the rest is kept and named with its reason."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace

from sqlalchemy.orm import Session

from catalog.bulk.applying import audit_bulk, continue_bulk, lock_bulk, require_reason
from catalog.bulk.plans import Change
from catalog.errors import Conflict
from catalog.models import BulkAct
from catalog.permissions import Actor, require_allowed


def undo_bulk(session: Session, act_id: uuid.UUID, *, reason: str, by: Actor, now: dt.datetime) -> BulkAct:
    """Begin to undo an act that was carried out or is only asked for, and work the first batch off.

    Raises NotFound("bulk_not_found"), Conflict("bulk_undone") for the second time, Conflict("bulk_running") while it
    is being carried out, Invalid("reason_required").
    """
    require_allowed(by, "bulk.act")
    act = lock_bulk(session, act_id)
    if act.undone_at is not None:
        raise Conflict("bulk_undone", name=act.undone_by_name or "")
    if act.params["state"] not in ("applied", "asked"):
        raise Conflict("bulk_running")
    why = require_reason(reason)
    act.undone_at, act.undone_by_name = now, by.name[:64]
    said = {"id": str(by.account_id) if by.account_id else None, "name": by.name[:64], "address": by.address}
    act.params = {**act.params, "state": "undoing", "by": said, "undo_reason": why}
    # What was only planned needs no taking back.
    changes = [Change(**row) for row in act.changes]
    act.changes = [
        (replace(change, state="undone") if change.state == "planned" else change).as_dict() for change in changes
    ]
    session.flush()
    audit_bulk(session, act, "undone", by=by, now=now, count=len(changes))
    continue_bulk(session, act.id, now=now)
    return act
