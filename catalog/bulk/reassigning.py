"""Entries go to another department."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy.orm import Session

from catalog.bulk.moving import change_of, move_entry
from catalog.bulk.plans import Change, Doing, Plan, Refusal
from catalog.bulk.selecting import Selection, require_selected
from catalog.errors import Invalid, Problem
from catalog.models import Department


def plan_reassign(session: Session, args: dict[str, Any]) -> Plan:
    """`args`: selection, into_id. Raises Invalid("bulk_invalid")."""
    into = require_department(session, args.get("into_id"), "into_id")
    changes: list[Change] = []
    refusals: list[Refusal] = []
    for row in require_selected(session, Selection.from_dict(args.get("selection") or {})):
        code = "entry_is_withdrawn" if row.state == "withdrawn" else None
        code = code or ("bulk_same_department" if row.department_id == into.id else None)
        if code:
            refusals.append(Refusal("entry", str(row.id), row.title, code, {"name": into.name}, row.name))
        else:
            old = session.get_one(Department, row.department_id)
            changes.append(change_of(row.id, row.name, row.title, old=old, new=into))
    return Plan("reassign", args, tuple(changes), tuple(refusals))


def apply_reassign(doing: Doing, change: Change) -> None:
    """Move one entry."""
    move_entry(doing, change)


def undo_reassign(doing: Doing, change: Change) -> None:
    """Move it back."""
    move_entry(doing, change, back=True)


def require_department(session: Session, department_id: str | None, where: str) -> Department:
    """The active department of this id; raises Invalid("bulk_invalid") with the problem at `where`."""
    try:
        found = session.get(Department, uuid.UUID(department_id or ""))
    except ValueError:
        found = None
    if found is None:
        raise Invalid("bulk_invalid", problems=[Problem(where, "bulk_choose_department")])
    if not found.is_active:
        raise Invalid("bulk_invalid", problems=[Problem(where, "bulk_department_closed", name=found.name)])
    return found
