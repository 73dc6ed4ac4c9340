"""Apply an uploaded sheet: planned again on what stands now, then written whole or not at all."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from catalog.audit import record_audit
from catalog.entries import create_entry, edit_revision, get_entry, lock_entries, save_revision
from catalog.errors import Conflict, Invalid
from catalog.models import SheetUpload
from catalog.permissions import Actor
from catalog.sheet.planning import ImportPlan, PlannedEntry, plan_import
from catalog.sheet.uploads import get_upload, reading_of

ACT = "sheet.import"


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What was written: address names of entries made and changed, and how many stayed as they were."""

    created: list[str]
    changed: list[str]
    unchanged: int


def apply_import(session: Session, upload_id: uuid.UUID, *, by: Actor, now: dt.datetime) -> ImportOutcome:
    """Write the sheet of an upload: new entries as drafts, changes into drafts or new revisions, all or nothing.

    The plan is made again under the locks of the entries that it changes, so what is written is what stands in the
    sheet against what stands in the catalog at this moment. Raises NotAllowed, NotFound("sheet_not_found"),
    Conflict("sheet_is_settled", state=…), Conflict("sheet_changes_nothing"),
    Invalid("sheet_has_problems", problems=…, count=…) with the cells that are wrong or have grown stale.
    """
    upload = get_upload(session, upload_id, by=by, for_update=True)
    if upload.state != "read":
        raise Conflict("sheet_is_settled", state=upload.state)
    reading = reading_of(upload)
    first = plan_import(session, reading, department_id=upload.department_id, by=by)
    lock_entries(session, [entry.entry_id for entry in first.changed if entry.entry_id])
    plan = plan_import(session, reading, department_id=upload.department_id, by=by)
    _require_clean(plan)
    outcome = ImportOutcome(
        created=[_create(session, upload, entry, by=by, now=now) for entry in plan.new],
        changed=[_change(session, entry, by=by, now=now) for entry in plan.changed],
        unchanged=len(plan.unchanged),
    )
    upload.state = "applied"
    upload.applied_at = now
    upload.reading = None
    session.flush()
    params = {"file": upload.file_name, "sha256": upload.blob_sha256, **plan.counts()}
    record_audit(session, by=by, act=ACT, object_kind="sheet", object_id=upload.id, now=now, params=params)
    return outcome


def _require_clean(plan: ImportPlan) -> None:
    if plan.errors:
        problems = [problem.as_problem() for problem in plan.errors]
        raise Invalid("sheet_has_problems", problems=problems, count=len(problems))
    if not plan.can_apply:
        raise Conflict("sheet_changes_nothing")


def _create(session: Session, upload: SheetUpload, planned: PlannedEntry, *, by: Actor, now: dt.datetime) -> str:
    entry = create_entry(
        session,
        department_id=upload.department_id,
        fields=planned.fields,
        items=planned.items or [],
        by=by,
        now=now,
        act=ACT,
    )
    return entry.name


def _change(session: Session, planned: PlannedEntry, *, by: Actor, now: dt.datetime) -> str:
    assert planned.entry_name is not None
    entry = get_entry(session, planned.entry_name)
    revision = edit_revision(session, entry, by=by, now=now, act=ACT)
    save_revision(
        session,
        revision,
        fields=planned.fields,
        items=planned.items,
        expected_lock=revision.lock_version,
        by=by,
        now=now,
        act=ACT,
    )
    return entry.name
