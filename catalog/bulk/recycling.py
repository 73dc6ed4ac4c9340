"""Another update cycle for many entries.

Metadata changes only through a new revision that two persons have seen: here one person of the office proposes and
another confirms, and the revision that is then published is a copy of the public one with the new cycle. The
department's people are left out, for the office sets the cycles of the plan; its open drafts are not overruled: an
entry with an open revision is refused, since publishing that draft later would bring the old cycle back unseen.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy.orm import Session

from catalog.bulk.moving import republish
from catalog.bulk.plans import Change, Doing, Plan, Refusal
from catalog.bulk.selecting import Chosen, Selection, require_selected
from catalog.cycles import CYCLES
from catalog.entries import lock_entry, open_revision, touch_revision
from catalog.errors import Conflict, Invalid, Problem
from catalog.history import record_step
from catalog.models import Entry, Revision


def plan_change_cycle(session: Session, args: dict[str, Any]) -> Plan:
    """`args`: selection, cycle. Raises Invalid("bulk_invalid")."""
    cycle = args.get("cycle") or ""
    if cycle not in CYCLES:
        raise Invalid("bulk_invalid", problems=[Problem("cycle", "bulk_choose_cycle")])
    changes: list[Change] = []
    refusals: list[Refusal] = []
    for row in require_selected(session, Selection.from_dict(args.get("selection") or {})):
        code = _hindrance(row, cycle)
        if code:
            refusals.append(Refusal("entry", str(row.id), row.title, code, address=row.name))
            continue
        revision = session.get_one(Revision, row.published_revision_id)
        before = {
            "update_cycle": row.update_cycle,
            "cycle_reason": revision.cycle_reason,
            "revision_id": str(row.published_revision_id),
        }
        changes.append(Change("entry", str(row.id), row.title, before, {"update_cycle": cycle}, row.name))
    return Plan("change_cycle", args, tuple(changes), tuple(refusals))


def apply_change_cycle(doing: Doing, change: Change) -> None:
    """Publish the copy with the new cycle; raises Conflict("bulk_changed_since")."""
    entry = lock_entry(doing.session, change.uuid)
    if str(entry.published_revision_id) != change.before["revision_id"]:
        raise Conflict("bulk_changed_since")
    cycle, former = change.after["update_cycle"], change.before
    # Why data was not updated says nothing any more once it has a cycle.
    kept = None if former["update_cycle"] == "static" else former["cycle_reason"]
    _publish(doing, entry, cycle, doing.reason if cycle == "static" else kept)


def undo_change_cycle(doing: Doing, change: Change) -> None:
    """Publish a copy with the former cycle, if the published revision is still the one that the act made."""
    entry = lock_entry(doing.session, change.uuid)
    if entry.published_revision_id is None or entry.state != "published":
        raise Conflict("bulk_changed_since")
    revision = doing.session.get_one(Revision, entry.published_revision_id)
    made_by_act = doing.session.get_one(Revision, uuid.UUID(change.before["revision_id"])).number + 1
    if revision.number != made_by_act or revision.update_cycle != change.after["update_cycle"]:
        raise Conflict("bulk_changed_since")
    _publish(doing, entry, change.before["update_cycle"], change.before["cycle_reason"])


def _hindrance(row: Chosen, cycle: str) -> str | None:
    if row.state != "published":
        return "bulk_not_published"
    if row.open_revision_id is not None:
        return "bulk_revision_open"
    return "bulk_same_cycle" if row.update_cycle == cycle else None


def _publish(doing: Doing, entry: Entry, cycle: str, cycle_reason: str | None) -> None:
    session, now = doing.session, doing.now
    if entry.state != "published" or entry.open_revision_id is not None or entry.published_revision_id is None:
        raise Conflict("bulk_changed_since")
    former = session.get_one(Revision, entry.published_revision_id)
    revision = open_revision(session, entry, by=doing.asked_by, now=now, act="bulk.act")
    revision.update_cycle, revision.cycle_reason = cycle, cycle_reason
    touch_revision(revision, now=now)
    _mark_published(doing, revision, now)
    former.state = "superseded"
    entry.published_revision_id, entry.open_revision_id = revision.id, None
    session.flush()
    record_step(
        session,
        entry,
        "recycle",
        from_state="draft",
        to_state="published",
        by=doing.by,
        now=now,
        revision_id=revision.id,
        reason=doing.reason,
    )
    republish(doing, entry)


def _mark_published(doing: Doing, revision: Revision, now: dt.datetime) -> None:
    revision.submitted_by, revision.submitted_at = doing.asked_by.account_id, now
    revision.approved_by = doing.by.account_id
    revision.state, revision.published_at = "published", now
