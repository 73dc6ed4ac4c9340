"""New data for a resource: attached by the editor, confirmed by the reviewer, public in one switch.

A data version of a resource that is public already travels alone: after the reviewer's confirmation it is public,
unless its columns changed or the scan found personal data; then the office decides. The first version of a resource
travels with the revision that brings the resource. Approval is bound to the bytes: a version never changes, another
file is another version, and while one is under review no other can take its place.
"""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.audit import record_audit
from catalog.entries import edit_revision, find_published_revision, lock_entry, touch_revision
from catalog.errors import Conflict, NotAllowed, NotFound
from catalog.history import StepTaken, describe_step, record_step
from catalog.models import Entry, Resource
from catalog.permissions import Actor, is_allowed, require_allowed
from catalog.release import needs_office_review, release_version, require_clean_data
from catalog.resources import PENDING_STATES, reject_pending
from catalog.revision_texts import item_values
from catalog.steps import PUBLIC_STATES, STEPS, Step
from catalog.workflow import find_step, publish_change, require_open, require_reason
from datasets.models import DataVersion


def attach_version(
    session: Session, resource: Resource, version: DataVersion, *, by: Actor, now: dt.datetime
) -> DataVersion:
    """Make a prepared version the one on its way for `resource`; an earlier prepared one is rejected as replaced.

    The first version of a resource belongs to the open revision, which must not be under review. A reviewer may
    attach a version only if its findings were overridden with a legal basis (`data.override`). Raises NotAllowed,
    Conflict("version_in_review"), Conflict("revision_in_review"), Conflict("resource_is_removed"),
    Conflict("entry_is_withdrawn"), Conflict("step_not_open") for a version that is not prepared.
    """
    department_id = session.get_one(Entry, resource.entry_id).department_id
    may_upload = is_allowed(by, "data.upload", department_id=department_id)
    act = "data.override" if version.override_basis and not may_upload else "data.upload"
    entry = _lock(session, resource, by=by, act=act)
    if resource.removed_at is not None or resource.kind != "file" or version.resource_id != resource.id:
        raise Conflict("resource_is_removed")
    if version.state != "prepared":
        raise Conflict("step_not_open", step="attach_data", state=version.state, entry_state=entry.state)
    others = _list_pending(session, resource.id)
    if any(other.state != "prepared" for other in others):
        raise Conflict("version_in_review", number=next(o.number for o in others if o.state != "prepared"))
    if resource.published_at is None:
        touch_revision(edit_revision(session, entry, by=by, now=now, act=act), now=now)
    reject_pending(session, [resource.id], note="replaced", but=version.id)
    session.flush()
    record_step(
        session, entry, "attach_data", from_state=None, to_state="prepared", by=by, now=now, version_id=version.id
    )
    _audit(session, entry, version, "attach_data", act, by=by, now=now)
    return version


def submit_version(session: Session, version: DataVersion, *, by: Actor, now: dt.datetime) -> StepTaken:
    """Hand a new version of a public resource to the reviewer."""
    return take_version_step(session, version, "submit_data", by=by, now=now)


def confirm_version(
    session: Session, version: DataVersion, *, by: Actor, now: dt.datetime, expected_sha256: str | None = None
) -> StepTaken:
    """The reviewer's confirmation: the version is public at once or, where that is needed, goes to the office."""
    return take_version_step(session, version, "confirm_data", by=by, now=now, expected_sha256=expected_sha256)


def approve_version(
    session: Session, version: DataVersion, *, by: Actor, now: dt.datetime, expected_sha256: str | None = None
) -> StepTaken:
    """The office's approval makes the version public."""
    return take_version_step(session, version, "approve_data", by=by, now=now, expected_sha256=expected_sha256)


def reject_version(session: Session, version: DataVersion, *, by: Actor, now: dt.datetime, reason: str) -> StepTaken:
    """Return a version under review, for good and with a reason; the department delivers another one."""
    state = session.scalar(select(DataVersion.state).where(DataVersion.id == version.id))
    step = "reject_data_by_department" if state == "department_review" else "reject_data_by_office"
    return take_version_step(session, version, step, by=by, now=now, reason=reason)


def take_version_step(
    session: Session,
    version: DataVersion,
    step: str,
    *,
    by: Actor,
    now: dt.datetime,
    reason: str | None = None,
    expected_sha256: str | None = None,
) -> StepTaken:
    """Take a step of a data version whose resource is public.

    `expected_sha256` is the digest of the delivered file that the person looked at. Raises, in this order:
    NotFound("unknown_step"), NotAllowed("not_allowed"), Conflict("travels_with_revision") for a first version,
    Conflict("step_not_open"), Conflict("file_changed"), NotAllowed("own_submission"), Invalid("reason_required"),
    Invalid("personal_data_found"), Invalid("closed_columns_found").
    """
    rule = find_step(step, "version")
    resource = session.get(Resource, version.resource_id)
    if resource is None:
        raise NotFound("version_not_found")
    entry = _lock(session, resource, by=by, act=rule.act)
    session.refresh(version)
    if resource.published_at is None:
        raise Conflict("travels_with_revision")
    require_open(rule, state=version.state, entry_state=entry.state)
    if expected_sha256 is not None and version.blob_sha256 != expected_sha256:
        raise Conflict("file_changed", number=version.number)
    if rule.two_person and version.submitted_by == by.account_id:
        raise NotAllowed("own_submission", step=rule.name)
    reason = require_reason(rule, reason)
    if rule.checks_data:
        published = find_published_revision(session, entry)
        require_clean_data(version, [item_values(item) for item in published.items] if published else [])
    return _move(session, rule, entry, resource, version, by=by, now=now, reason=reason)


def list_open_version_steps(session: Session, entry: Entry, version: DataVersion, *, by: Actor) -> list[Step]:
    """The steps of a data version that `by` could take now, findings aside."""
    resource = session.get(Resource, version.resource_id)
    if resource is None or resource.entry_id != entry.id or resource.published_at is None:
        return []
    return [
        step
        for step in STEPS.values()
        if step.subject == "version"
        and step.is_open(state=version.state, entry_state=entry.state)
        and is_allowed(by, step.act, department_id=entry.department_id)
        and not (step.two_person and version.submitted_by == by.account_id)
    ]


def _move(
    session: Session,
    step: Step,
    entry: Entry,
    resource: Resource,
    version: DataVersion,
    *,
    by: Actor,
    now: dt.datetime,
    reason: str | None,
) -> StepTaken:
    from_state, to_state = version.state, step.to_state
    if step.name == "confirm_data" and needs_office_review(version, _published(session, resource)):
        to_state = "office_review"
    if to_state == "published":
        release_version(session, entry, version, by=by, now=now)
    else:
        version.state = to_state
    if step.name == "submit_data":
        version.submitted_by = by.account_id
    if to_state == "rejected":
        version.state_note = reason
    session.flush()
    row = record_step(
        session,
        entry,
        step.name,
        from_state=from_state,
        to_state=to_state,
        by=by,
        now=now,
        version_id=version.id,
        reason=reason,
    )
    _audit(session, entry, version, step.name, step.act, by=by, now=now, to_state=to_state, reason=reason)
    is_public = to_state == "published" and entry.state in PUBLIC_STATES
    number = publish_change(session, entry, "updated", now=now) if is_public else None
    return describe_step(row, change_number=number)


def _lock(session: Session, resource: Resource, *, by: Actor, act: str) -> Entry:
    entry = session.get_one(Entry, resource.entry_id)
    require_allowed(by, act, department_id=entry.department_id)
    entry = lock_entry(session, entry.id)
    session.refresh(resource)
    if entry.state == "withdrawn":
        raise Conflict("entry_is_withdrawn")
    return entry


def _list_pending(session: Session, resource_id: uuid.UUID) -> list[DataVersion]:
    query = select(DataVersion).where(DataVersion.resource_id == resource_id, DataVersion.state.in_(PENDING_STATES))
    return list(session.scalars(query.execution_options(populate_existing=True)))


def _published(session: Session, resource: Resource) -> DataVersion | None:
    return session.get(DataVersion, resource.published_version_id) if resource.published_version_id else None


def _audit(
    session: Session,
    entry: Entry,
    version: DataVersion,
    step: str,
    act: str,
    *,
    by: Actor,
    now: dt.datetime,
    to_state: str = "prepared",
    reason: str | None = None,
) -> None:
    record_audit(
        session,
        by=by,
        act=act,
        object_kind="version",
        object_id=version.id,
        now=now,
        params={
            "entry": entry.name,
            "step": step,
            "number": version.number,
            "to": to_state,
            "sha256": version.blob_sha256,
            "why": reason,
        },
    )
