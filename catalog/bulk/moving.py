"""Handing an entry over to another department: what is owed from now on follows it, the past stays where it was."""

from __future__ import annotations

import uuid

from sqlalchemy import select, update

from catalog.audit import record_audit
from catalog.bulk.plans import Change, Doing
from catalog.entries import lock_entry
from catalog.errors import Conflict
from catalog.history import record_step
from catalog.models import Department, Entry, Obligation, ObligationAct
from catalog.steps import PUBLIC_STATES
from catalog.workflow import publish_change


def change_of(entry_id: uuid.UUID, name: str, title: str, *, old: Department, new: Department) -> Change:
    """The row of one entry that goes from one department to another."""
    return Change(
        what="entry",
        id=str(entry_id),
        label=title,
        address=name,
        before={"department": old.name, "department_id": str(old.id)},
        after={"department": new.name, "department_id": str(new.id)},
    )


def move_entry(doing: Doing, change: Change, *, back: bool = False) -> None:
    """Move the entry of `change` on, or `back`.

    Raises Conflict("bulk_changed_since") if it is no longer where the act left it, Conflict("bulk_department_closed")
    if its new department has gone out of use.
    """
    origin, target = (change.after, change.before) if back else (change.before, change.after)
    session = doing.session
    entry = lock_entry(session, change.uuid)
    if entry.state == "withdrawn" or str(entry.department_id) != origin["department_id"]:
        raise Conflict("bulk_changed_since")
    department = session.get_one(Department, uuid.UUID(target["department_id"]))
    if not department.is_active:
        raise Conflict("bulk_department_closed", name=department.name)
    entry.department_id = department.id
    session.flush()
    _take_debts_along(doing, entry)
    # The step hangs on a revision, for steps of the entry alone decide who is the second person of a withdrawal.
    record_step(
        session,
        entry,
        "reassign",
        from_state=entry.state,
        to_state=entry.state,
        by=doing.by,
        now=doing.now,
        revision_id=entry.published_revision_id or entry.open_revision_id,
        reason=doing.reason,
    )
    record_audit(
        session,
        by=doing.by,
        act="bulk.act",
        object_kind="entry",
        object_id=entry.id,
        now=doing.now,
        params={"entry": entry.name, "from": origin["department"], "to": target["department"]},
    )
    republish(doing, entry)


def republish(doing: Doing, entry: Entry) -> None:
    """Let the public see the entry as it stands now; nothing happens for one that is not public."""
    if entry.state in PUBLIC_STATES:
        entry.modified_at = doing.now
        publish_change(doing.session, entry, "updated", now=doing.now)


def _take_debts_along(doing: Doing, entry: Entry) -> None:
    open_ones = select(Obligation.id).where(Obligation.entry_id == entry.id, Obligation.state == "open")
    for table, which in (
        (ObligationAct, (ObligationAct.state == "open") & ObligationAct.obligation_id.in_(open_ones)),
        (Obligation, (Obligation.entry_id == entry.id) & (Obligation.state == "open")),
    ):
        statement = update(table).where(which).values(department_id=entry.department_id)
        doing.session.execute(statement.execution_options(synchronize_session="fetch"))
