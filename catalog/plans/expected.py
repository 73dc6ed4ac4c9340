"""What each department expects to register under a plan: writing titles down, dropping them, tying them to entries.

Once a declaration is signed the list stands still until the office returns it: it is what was declared.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.audit import record_audit
from catalog.errors import Conflict, Invalid, NotFound, Problem
from catalog.field_values import clean_title
from catalog.models import Candidate, Declaration, Department, Entry, PlanItem, Revision, WorkPlan
from catalog.permissions import Actor, require_allowed
from catalog.plans.facts import load_plan_for, require_reason, require_running
from catalog.plans.progress import DONE_STATES, list_expected

MAX_ITEMS = 2000
"""Titles that one department may list under one plan."""
MAX_TITLE = 128
MAX_SUGGESTIONS = 200


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A title that may belong on the list, and whence it comes: candidate, last_plan or entry."""

    title: str
    source: str


def add_items(
    session: Session, code: str, department_id: uuid.UUID, titles: Iterable[str], *, by: Actor, now: dt.datetime
) -> int:
    """Write titles on the list; known ones are left alone, dropped ones come back; gives how many were added.

    Raises NotFound("plan_not_found"), Conflict("plan_not_running"), Conflict("list_declared"), and
    Invalid("titles_invalid") with the line (from 1) of each title that is too long, or of a list beyond MAX_ITEMS.
    """
    require_allowed(by, "plan.list", department_id=department_id)
    plan = load_plan_for(session, code, by=by, department_id=department_id)
    _require_open(session, plan, department_id)
    wanted = _clean_titles(titles)
    query = select(PlanItem).where(PlanItem.plan_id == plan.id, PlanItem.department_id == department_id)
    known = {item.title: item for item in session.scalars(query)}
    if len(known.keys() | set(wanted)) > MAX_ITEMS:
        raise Invalid("titles_invalid", problems=[Problem("titles", "too_many_titles", limit=MAX_ITEMS)])
    added = []
    for title in wanted:
        item = known.get(title)
        if item is None:
            values = {"plan_id": plan.id, "department_id": department_id, "title": title, "created_at": now}
            session.add(PlanItem(id=uuid.uuid4(), state="expected", **values))
        elif item.state == "dropped":
            item.state, item.reason = "expected", None
        else:
            continue
        added.append(title)
    session.flush()
    tie_items(session, plan.id, department_id)
    if added:
        _audit(session, plan, department_id, "add", by=by, now=now, count=len(added), titles=added[:20])
    return len(added)


def drop_item(session: Session, code: str, item_id: uuid.UUID, *, reason: str, by: Actor, now: dt.datetime) -> PlanItem:
    """Take a title off the list, with the reason that stays beside it; raises NotFound("plan_item_not_found")."""
    plan, item = _load_item(session, code, item_id, by=by)
    item.reason = require_reason(reason)
    item.state = "dropped"
    session.flush()
    _audit(session, plan, item.department_id, "drop", by=by, now=now, title=item.title, why=item.reason)
    return item


def restore_item(session: Session, code: str, item_id: uuid.UUID, *, by: Actor, now: dt.datetime) -> PlanItem:
    """Expect a dropped title again."""
    plan, item = _load_item(session, code, item_id, by=by)
    item.state, item.reason = "expected", None
    session.flush()
    _audit(session, plan, item.department_id, "restore", by=by, now=now, title=item.title)
    return item


def remove_item(session: Session, code: str, item_id: uuid.UUID, *, by: Actor, now: dt.datetime) -> None:
    """Strike out a title that was written down by mistake and has no entry.

    Raises Invalid("item_has_entry") for one that has: that takes a reason (`drop_item`).
    """
    plan, item = _load_item(session, code, item_id, by=by)
    if next(one for one in list_expected(session, plan.id, item.department_id) if one.id == item_id).entry_id:
        raise Invalid("item_has_entry", title=item.title)
    session.delete(item)
    session.flush()
    _audit(session, plan, item.department_id, "remove", by=by, now=now, title=item.title)


def tie_item(
    session: Session, code: str, item_id: uuid.UUID, entry_name: str | None, *, by: Actor, now: dt.datetime
) -> PlanItem:
    """Tie a title to an entry of the same department by hand, or untie it (None).

    Raises NotFound("entry_not_found") for another department's entry: that it exists is not told.
    """
    plan, item = _load_item(session, code, item_id, by=by)
    entry_id = None
    if entry_name:
        query = select(Entry.id).where(Entry.name == entry_name, Entry.department_id == item.department_id)
        entry_id = session.scalar(query)
        if entry_id is None:
            raise NotFound("entry_not_found", name=entry_name[:80])
    item.entry_id = entry_id
    session.flush()
    _audit(session, plan, item.department_id, "tie", by=by, now=now, title=item.title, entry=entry_name)
    return item


def tie_items(session: Session, plan_id: uuid.UUID, department_id: uuid.UUID | None = None) -> int:
    """Store the ties that equal titles give, so that an entry may be renamed later; gives how many (nightly too)."""
    found = {
        item.id: item.entry_id
        for item in list_expected(session, plan_id, department_id)
        if item.entry_id is not None and not item.is_tied
    }
    for row in session.scalars(select(PlanItem).where(PlanItem.plan_id == plan_id, PlanItem.entry_id.is_(None))):
        row.entry_id = found.get(row.id)
    session.flush()
    return len(found)


def suggest_titles(session: Session, code: str, department_id: uuid.UUID, *, by: Actor) -> list[Suggestion]:
    """Titles that the list may lack: candidates to be opened next, what the last plan left undone, own drafts.

    At most MAX_SUGGESTIONS, each title once; 5 queries.
    """
    require_allowed(by, "plan.list", department_id=department_id)
    plan = load_plan_for(session, code, by=by, department_id=department_id)
    listed = select(PlanItem.title).where(PlanItem.plan_id == plan.id, PlanItem.department_id == department_id)
    known = set(session.scalars(listed))
    candidates = session.scalars(
        select(Candidate.title)
        .where(Candidate.department_id == department_id, Candidate.state.in_(("open_next", "undecided")))
        .order_by(Candidate.state, Candidate.title)
    )
    drafts = session.scalars(
        select(Revision.title)
        .join(Entry, Entry.open_revision_id == Revision.id)
        .where(Entry.department_id == department_id, Entry.state == "never_published")
        .order_by(Revision.title)
    )
    found: dict[str, Suggestion] = {}
    for source, titles in (
        ("candidate", map(clean_title, candidates)),
        ("last_plan", _left_undone(session, plan, department_id)),
        ("entry", drafts),
    ):
        for title in titles:
            if title not in known:
                found.setdefault(title, Suggestion(title, source))
    return list(found.values())[:MAX_SUGGESTIONS]


def _left_undone(session: Session, plan: WorkPlan, department_id: uuid.UUID) -> list[str]:
    """The titles that the plan before this one left undone for the department."""
    query = (
        select(WorkPlan.id)
        .join(PlanItem, PlanItem.plan_id == WorkPlan.id)
        .where(PlanItem.department_id == department_id, WorkPlan.starts_on < plan.starts_on)
        .order_by(WorkPlan.starts_on.desc())
        .limit(1)
    )
    last = session.scalar(query)
    if last is None:
        return []
    return [item.title for item in list_expected(session, last, department_id) if item.state not in DONE_STATES]


def _clean_titles(titles: Iterable[str]) -> list[str]:
    cleaned: dict[str, None] = {}
    problems = []
    for line, text in enumerate(titles, start=1):
        title = clean_title(text)
        if len(title) > MAX_TITLE:
            params = {"line": line, "limit": MAX_TITLE, "length": len(title)}
            problems.append(Problem("titles", "title_line_too_long", **params))
        elif title:
            cleaned[title] = None
    if problems:
        raise Invalid("titles_invalid", problems=problems[:50])
    if not cleaned:
        raise Invalid("titles_invalid", problems=[Problem("titles", "titles_missing")])
    return list(cleaned)


def _require_open(session: Session, plan: WorkPlan, department_id: uuid.UUID) -> None:
    """Raise Conflict unless the list may change: in a running plan, or already in its draft, until it is declared."""
    if plan.state != "draft":
        require_running(plan)
    query = select(Declaration.state).where(
        Declaration.plan_id == plan.id,
        Declaration.department_id == department_id,
        Declaration.state.in_(("signed", "accepted")),
    )
    if session.scalar(query.limit(1)) is not None:
        raise Conflict("list_declared")


def _load_item(session: Session, code: str, item_id: uuid.UUID, *, by: Actor) -> tuple[WorkPlan, PlanItem]:
    plan = load_plan_for(session, code, by=by)
    item = session.get(PlanItem, item_id)
    if item is None or item.plan_id != plan.id:
        raise NotFound("plan_item_not_found")
    load_plan_for(session, code, by=by, department_id=item.department_id)
    require_allowed(by, "plan.list", department_id=item.department_id)
    _require_open(session, plan, item.department_id)
    return plan, item


def _audit(
    session: Session, plan: WorkPlan, department_id: uuid.UUID, what: str, *, by: Actor, now: dt.datetime, **more: Any
) -> None:
    department = session.get_one(Department, department_id).name
    params = {"plan": plan.code, "department": department, "what": what, **more}
    record_audit(session, by=by, act="plan.list", object_kind="plan", object_id=plan.id, now=now, params=params)
