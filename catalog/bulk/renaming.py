"""A department gets another name: everywhere the public reads it, one entry after the other."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.bulk.moving import republish
from catalog.bulk.plans import Change, Doing, Plan
from catalog.bulk.reassigning import require_department
from catalog.departments import PUBLIC_NAMES, check_names, rename_department
from catalog.entries import lock_entry
from catalog.errors import Conflict, Invalid, Problem
from catalog.models import CurrentRecord, Department

NAMES = ("name", "short_name", "name_en")


def plan_rename(session: Session, args: dict[str, Any]) -> Plan:
    """`args`: department_id, name, short_name, name_en. The department first, then each of its public entries.

    Raises Invalid("bulk_invalid"), Invalid("department_invalid"), Conflict("department_exists").
    """
    department = require_department(session, args.get("department_id"), "department_id")
    before = {name: getattr(department, name) for name in NAMES}
    after = check_names(session, department.id, {name: args.get(name) for name in NAMES})
    changed = [name for name in NAMES if before[name] != after[name]]
    if not changed:
        raise Invalid("bulk_invalid", problems=[Problem("name", "bulk_same_name")])
    changes = [
        Change(
            "department",
            str(department.id),
            department.name,
            {name: before[name] for name in changed},
            {name: after[name] for name in changed},
            department.slug,
        )
    ]
    public = [name for name in PUBLIC_NAMES if name in changed]
    if public:
        query = select(CurrentRecord.entry_id, CurrentRecord.title, CurrentRecord.name)
        query = query.where(CurrentRecord.department_id == department.id).order_by(CurrentRecord.ordinal)
        old, new = {name: before[name] for name in public}, {name: after[name] for name in public}
        changes += [Change("entry", str(key), title, old, new, slug) for key, title, slug in session.execute(query)]
    return Plan("rename_department", args, tuple(changes))


def apply_rename(doing: Doing, change: Change) -> None:
    """Rename the department, or bring the record of one entry in step."""
    if change.what == "department":
        _rename(doing, change, change.before, change.after)
    else:
        _bring_in_step(doing, change, change.after)


def undo_rename(doing: Doing, change: Change) -> None:
    """Give the department its former name if nobody has renamed it since, and bring its entries in step."""
    if change.what == "department":
        _rename(doing, change, change.after, change.before)
    else:
        _bring_in_step(doing, change, change.before)


def _rename(doing: Doing, change: Change, old: dict[str, Any], new: dict[str, Any]) -> None:
    department = doing.session.get_one(Department, change.uuid, with_for_update=True, populate_existing=True)
    if any(getattr(department, name) != value for name, value in old.items()):
        raise Conflict("bulk_changed_since")
    rename_department(doing.session, department.id, by=doing.by, now=doing.now, **new)


def _bring_in_step(doing: Doing, change: Change, names: dict[str, Any]) -> None:
    entry = lock_entry(doing.session, change.uuid)
    department = doing.session.get_one(Department, uuid.UUID(doing.args["department_id"]))
    is_there = entry.department_id == department.id
    if not is_there or any(getattr(department, name) != value for name, value in names.items()):
        raise Conflict("bulk_changed_since")
    republish(doing, entry)
