"""Many entries leave the public catalog, by the same two steps and two persons as one does."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from catalog.bulk.plans import Change, Doing, Plan, Refusal
from catalog.bulk.selecting import Selection, require_selected
from catalog.entries import lock_entry
from catalog.errors import Conflict
from catalog.workflow import take_step


def plan_withdraw(session: Session, args: dict[str, Any]) -> Plan:
    """`args`: selection. Raises Invalid("bulk_invalid")."""
    changes: list[Change] = []
    refusals: list[Refusal] = []
    for row in require_selected(session, Selection.from_dict(args.get("selection") or {})):
        if row.state == "published":
            after = {"state": "withdrawn"}
            changes.append(Change("entry", str(row.id), row.title, {"state": row.state}, after, row.name))
        else:
            refusals.append(Refusal("entry", str(row.id), row.title, "bulk_not_published", address=row.name))
    return Plan("withdraw", args, tuple(changes), tuple(refusals))


def ask_withdraw(doing: Doing, change: Change) -> None:
    """Ask for the withdrawal of one entry."""
    entry = lock_entry(doing.session, change.uuid)
    take_step(doing.session, entry, "ask_withdrawal", by=doing.by, now=doing.now, reason=doing.reason)


def apply_withdraw(doing: Doing, change: Change) -> None:
    """The second person withdraws it; raises as the step does."""
    entry = lock_entry(doing.session, change.uuid)
    take_step(doing.session, entry, "withdraw", by=doing.by, now=doing.now, reason=doing.reason)


def undo_withdraw(doing: Doing, change: Change) -> None:
    """Refuse the withdrawal that was asked for; a withdrawn entry never comes back (Conflict "bulk_withdrawn")."""
    entry = lock_entry(doing.session, change.uuid)
    if entry.state == "withdrawn":
        raise Conflict("bulk_withdrawn")
    if entry.state != "withdrawal_review":
        raise Conflict("bulk_changed_since")
    take_step(doing.session, entry, "refuse_withdrawal", by=doing.by, now=doing.now, reason=doing.reason)
