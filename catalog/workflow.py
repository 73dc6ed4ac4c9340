"""Takes the steps of `catalog.steps`: checks right, state, two persons, gaps and findings, then moves the state.

One transaction holds the step, its line in the history, its audit row and, where the public catalog changes, its row
in the change log. The entry's row is locked first: of two people who take the same step at once one wins, the other
gets a Conflict.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from catalog.audit import record_audit
from catalog.changes import append_change
from catalog.codes import assign_code
from catalog.deadlines import backfill, replan
from catalog.entries import find_open_revision, lock_entry
from catalog.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from catalog.field_values import clean_text
from catalog.gaps import ADOPT_FIELDS, check_revision
from catalog.history import StepTaken, describe_step, record_step
from catalog.models import Entry, EntryStep, Resource, Revision
from catalog.permissions import Actor, is_allowed, require_allowed
from catalog.release import release_version, require_clean_data
from catalog.resources import list_resources, reject_pending
from catalog.revision_texts import item_values, revision_values
from catalog.steps import PUBLIC_STATES, STEPS, Step
from datasets.clock import day_of
from datasets.models import DataVersion

MAX_REASON = 2000

_VERSION_STATE = {
    "draft": "prepared",
    "returned": "prepared",
    "department_review": "department_review",
    "office_review": "office_review",
    "approved": "office_review",
}
"""State of a revision → state of the first data versions that travel with it."""

_CHANGES = {
    "ask_withdrawal": "updated",
    "refuse_withdrawal": "updated",
    "suspend": "suspended",
    "resume": "resumed",
    "withdraw": "withdrawn",
}
"""Step of an entry → kind of its row in the change log."""


@dataclass(frozen=True, slots=True)
class _Taking:
    """All that a step in progress needs."""

    session: Session
    step: Step
    entry: Entry
    revision: Revision | None
    by: Actor
    now: dt.datetime
    reason: str | None


def take_step(
    session: Session,
    entry: Entry,
    step: str,
    *,
    by: Actor,
    now: dt.datetime,
    reason: str | None = None,
    expected_lock: int | None = None,
) -> StepTaken:
    """Take a step of an entry or of its open revision.

    `expected_lock` is the `lock_version`, of the revision or for steps of the entry of the entry, that the person
    looked at. Raises, in this order: NotFound("unknown_step"), NotAllowed("not_allowed"), Conflict("step_not_open"),
    Conflict("changed_meanwhile"), NotAllowed("own_submission"), Invalid("reason_required"), Invalid("gaps_remain")
    with every problem, Invalid("personal_data_found") or Invalid("closed_columns_found") with the places.
    """
    rule = find_step(step, "revision", "entry")
    require_allowed(by, rule.act, department_id=entry.department_id)
    entry = lock_entry(session, entry.id)
    revision = find_open_revision(session, entry)
    state = entry.state if rule.subject == "entry" else revision.state if revision else None
    require_open(rule, state=state, entry_state=entry.state)
    subject = entry if rule.subject == "entry" else revision
    assert subject is not None
    if expected_lock is not None and subject.lock_version != expected_lock:
        raise Conflict("changed_meanwhile", lock=subject.lock_version)
    if rule.two_person and is_own(session, rule, entry, revision, by=by):
        raise NotAllowed("own_submission", step=rule.name)
    taking = _Taking(session, rule, entry, revision, by, now, require_reason(rule, reason))
    _require_ready(taking)
    return _move(taking, state)


def find_step(name: str, *subjects: str) -> Step:
    """The step of this name for one of `subjects`; raises NotFound("unknown_step")."""
    step = STEPS.get(name)
    if step is None or step.subject not in subjects:
        raise NotFound("unknown_step", step=name[:40])
    return step


def list_open_steps(session: Session, entry: Entry, *, by: Actor) -> list[Step]:
    """The steps of the entry and of its open revision that `by` could take now, gaps aside."""
    revision = find_open_revision(session, entry)
    states = {"entry": entry.state, "revision": revision.state if revision else None}
    return [
        step
        for step in STEPS.values()
        if step.subject in states
        and step.is_open(state=states[step.subject], entry_state=entry.state)
        and is_allowed(by, step.act, department_id=entry.department_id)
        and not (step.two_person and is_own(session, step, entry, revision, by=by))
    ]


def require_open(step: Step, *, state: str | None, entry_state: str) -> None:
    """Raise Conflict("step_not_open") unless the step is open in these states."""
    if not step.is_open(state=state, entry_state=entry_state):
        raise Conflict("step_not_open", step=step.name, state=state, entry_state=entry_state)


def require_reason(step: Step, reason: str | None) -> str | None:
    """The cleaned reason; raises Invalid("reason_required") or Invalid("reason_too_long")."""
    text = clean_text(reason or "", lines=True)
    if step.needs_reason and not text:
        raise Invalid("reason_required", problems=[Problem("reason", "reason_required")])
    if len(text) > MAX_REASON:
        raise Invalid("reason_too_long", problems=[Problem("reason", "too_long", limit=MAX_REASON, length=len(text))])
    return text or None


def is_own(session: Session, step: Step, entry: Entry, revision: Revision | None, *, by: Actor) -> bool:
    """Whether `by` is the one who brought the step's subject to this point: the two-person rule closes it then."""
    if step.subject == "revision":
        return revision is not None and revision.submitted_by == by.account_id
    last = session.scalar(
        select(EntryStep)
        .where(EntryStep.entry_id == entry.id, EntryStep.revision_id.is_(None), EntryStep.version_id.is_(None))
        .order_by(EntryStep.number.desc())
        .limit(1)
    )
    return last is not None and last.by_id == by.account_id


def _require_ready(taking: _Taking) -> None:
    """Raise Invalid where the metadata or the files are not fit for the step."""
    revision = taking.revision
    if taking.step.subject != "revision" or revision is None:
        return
    items = [item_values(item) for item in revision.items]
    problems = check_revision(revision_values(revision), items)
    if taking.step.name == "adopt":
        problems = [problem for problem in problems if problem.where in ADOPT_FIELDS]
    if problems and (taking.step.checks_gaps or taking.step.name == "adopt"):
        raise Invalid("gaps_remain", problems=problems, count=len(problems))
    if taking.step.checks_data:
        versions = _travelling(taking.session, taking.entry, revision.state)
        if revision.open_type == "unconditional":
            versions += _staying_public(taking.session, taking.entry)
        for version in versions:
            require_clean_data(version, items)


def _move(taking: _Taking, from_state: str | None) -> StepTaken:
    session, step, entry = taking.session, taking.step, taking.entry
    change = _move_revision(taking) if step.subject == "revision" else _move_entry(taking)
    revision_id = taking.revision.id if taking.revision and step.subject == "revision" else None
    row = record_step(
        session,
        entry,
        step.name,
        from_state=from_state,
        to_state=step.to_state,
        by=taking.by,
        now=taking.now,
        revision_id=revision_id,
        reason=taking.reason,
    )
    record_audit(
        session,
        by=taking.by,
        act=step.act,
        object_kind=step.subject,
        object_id=revision_id or entry.id,
        now=taking.now,
        params={"entry": entry.name, "step": step.name, "from": from_state, "to": step.to_state, "why": taking.reason},
    )
    number = publish_change(session, entry, change, now=taking.now, reason=taking.reason) if change else None
    return describe_step(row, change_number=number)


def _move_revision(taking: _Taking) -> str | None:
    """Move the open revision; returns the kind of public change, None if the public sees no difference."""
    session, step, entry, revision, now = taking.session, taking.step, taking.entry, taking.revision, taking.now
    assert revision is not None
    travelling = _travelling(session, entry, revision.state)
    revision.state = step.to_state
    flag_modified(revision, "state")
    if step.to_state in _VERSION_STATE:
        _move_along(travelling, step, by=taking.by)
    if step.name == "submit":
        revision.submitted_by, revision.submitted_at = taking.by.account_id, now
        revision.signed_by = revision.approved_by = revision.return_reason = None
    elif step.name == "sign":
        revision.signed_by = taking.by.account_id
    elif step.name == "approve":
        revision.approved_by = taking.by.account_id
    elif step.to_state == "returned":
        revision.return_reason = taking.reason
    elif step.name == "discard":
        _close_unpublished(session, entry, now=now)
    elif step.to_state == "published":
        return _publish(taking, revision, travelling)
    session.flush()
    return None


def _move_entry(taking: _Taking) -> str | None:
    entry, step = taking.entry, taking.step
    entry.state = step.to_state
    if step.to_state == "published":
        entry.state_reason = None
    else:
        entry.state_reason = taking.reason or entry.state_reason
    if step.to_state == "withdrawn":
        entry.withdrawn_at = taking.now
        if taking.revision is not None:
            taking.revision.state = "superseded"
        _close_unpublished(taking.session, entry, now=taking.now)
        resources = [facts.resource.id for facts in list_resources(taking.session, entry.id)]
        reject_pending(taking.session, resources, note="entry_was_withdrawn")
    taking.session.flush()
    return _CHANGES[step.name]


def _publish(taking: _Taking, revision: Revision, travelling: list[DataVersion]) -> str | None:
    """Make the revision, its resources and their first data versions the public ones, in one go."""
    session, entry, now = taking.session, taking.entry, taking.now
    if entry.published_revision_id is not None:
        session.get_one(Revision, entry.published_revision_id).state = "superseded"
    revision.published_at = now
    entry.published_revision_id, entry.open_revision_id = revision.id, None
    entry.issued_on = entry.issued_on or day_of(now)
    entry.modified_at = now
    is_first = entry.state == "never_published"
    if is_first:
        entry.state = "published"
    for facts in list_resources(session, entry.id):
        resource = facts.resource
        if resource.removed_at is not None:
            resource.retired_at = now
        elif resource.published_at is None:
            resource.published_at = now
    for version in travelling:
        release_version(session, entry, version, by=taking.by, now=now, revision_id=revision.id)
    session.flush()
    assign_code(session, entry, revision)
    if taking.step.name == "adopt":
        backfill(session, entry, now=now)
    if is_first:
        return "published"
    return "updated" if entry.state in PUBLIC_STATES else None


def _close_unpublished(session: Session, entry: Entry, *, now: dt.datetime) -> None:
    """Drop what the open revision brought: its resources leave, resources it took out stay."""
    for facts in list_resources(session, entry.id):
        if facts.is_public:
            facts.resource.removed_at = None
        else:
            facts.resource.removed_at = facts.resource.retired_at = now
            reject_pending(session, [facts.resource.id], note="revision_discarded")
    entry.open_revision_id = None
    flag_modified(entry, "open_revision_id")


def _travelling(session: Session, entry: Entry, state: str) -> list[DataVersion]:
    """The data versions that travel with the open revision: of each resource that is not public yet the newest one
    that has come as far as the revision. A file that was delivered since is not among them.
    """
    query = (
        select(DataVersion)
        .join(Resource, Resource.id == DataVersion.resource_id)
        .where(Resource.entry_id == entry.id, Resource.published_at.is_(None), Resource.removed_at.is_(None))
        .where(DataVersion.state == _VERSION_STATE[state])
        .order_by(DataVersion.number)
    )
    return list({version.resource_id: version for version in session.scalars(query)}.values())


def _staying_public(session: Session, entry: Entry) -> list[DataVersion]:
    """The published data versions that the open revision leaves in place: an item that it closes is in none of them."""
    query = (
        select(DataVersion)
        .join(Resource, Resource.published_version_id == DataVersion.id)
        .where(Resource.entry_id == entry.id, Resource.published_at.is_not(None), Resource.removed_at.is_(None))
    )
    return list(session.scalars(query))


def _move_along(versions: Iterable[DataVersion], step: Step, *, by: Actor) -> None:
    for version in versions:
        version.state = _VERSION_STATE[step.to_state]
        if step.name == "submit":
            version.submitted_by = by.account_id


def publish_change(session: Session, entry: Entry, kind: str, *, now: dt.datetime, reason: str | None = None) -> int:
    """Write a public change and plan the entry's deadlines anew; returns the change number."""
    number = append_change(session, entry, kind, now=now, reason=reason)
    replan(session, entry, now=now)
    return number
