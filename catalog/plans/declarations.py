"""完成声明: an editor drafts it, the head signs it, the office accepts or returns it.

What it says is counted, never typed: the number of expected titles, and how many of them are closed with their basis.
The day of the signature is the day on which the department has done its part, once the office has accepted.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.audit import record_audit
from catalog.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from catalog.field_values import clean_text
from catalog.models import Declaration, Department, WorkPlan
from catalog.permissions import Actor, require_allowed
from catalog.plans.expected import tie_items
from catalog.plans.facts import MAX_REASON, load_plan_for, require_reason, require_running
from catalog.plans.nodes import reopen_nodes, settle_nodes
from catalog.plans.progress import Progress, count_progress, list_expected
from datasets.clock import day_of

KINDS = ("complete", "zero")


@dataclass(frozen=True, slots=True)
class DeclarationFacts:
    """A declaration as people read it; `signed_on` is the day that counts for the node."""

    number: int
    kind: str
    entry_count: int
    closed_count: int
    reason: str | None
    state: str
    drafted_by: uuid.UUID | None
    drafted_by_name: str
    drafted_at: dt.datetime
    signed_by_name: str | None
    signed_at: dt.datetime | None
    answer: str | None
    decided_by_name: str | None
    decided_at: dt.datetime | None

    @property
    def signed_on(self) -> dt.date | None:
        """The day in Shanghai on which the head signed."""
        return day_of(self.signed_at) if self.signed_at else None


def list_declarations(session: Session, plan_id: uuid.UUID, department_id: uuid.UUID) -> list[DeclarationFacts]:
    """The declarations of a department under a plan, the newest first (one query; a handful of rows)."""
    query = (
        select(Declaration)
        .where(Declaration.plan_id == plan_id, Declaration.department_id == department_id)
        .order_by(Declaration.number.desc())
    )
    return [_facts(row) for row in session.scalars(query)]


def get_declaration(
    session: Session, code: str, department_id: uuid.UUID, number: int, *, by: Actor
) -> DeclarationFacts:
    """One declaration that `by` may see; raises NotFound("declaration_not_found")."""
    plan = load_plan_for(session, code, by=by, department_id=department_id)
    query = select(Declaration).where(
        Declaration.plan_id == plan.id, Declaration.department_id == department_id, Declaration.number == number
    )
    row = session.scalar(query)
    if row is None:
        raise NotFound("declaration_not_found")
    return _facts(row)


def draft_declaration(
    session: Session,
    code: str,
    department_id: uuid.UUID,
    *,
    kind: str,
    reason: str | None = None,
    by: Actor,
    now: dt.datetime,
) -> Declaration:
    """Write down that the list is complete, or that there is nothing to register (`zero`, with the reason).

    A draft that is still unsigned is written anew. Raises Conflict("plan_not_running"), Conflict("declaration_open")
    while one is signed or accepted, Invalid("list_incomplete") naming every title that is not done,
    Invalid("zero_with_titles"), Invalid("reason_required").
    """
    require_allowed(by, "plan.declare", department_id=department_id)
    plan = require_running(load_plan_for(session, code, by=by, department_id=department_id))
    row = _newest(session, plan, department_id)
    if row is not None and row.state in ("signed", "accepted"):
        raise Conflict("declaration_open", state=row.state)
    why = _check_kind(kind, reason)
    progress = _require_complete(session, plan, department_id, kind)
    if row is None or row.state == "returned":
        row = Declaration(id=uuid.uuid4(), plan_id=plan.id, department_id=department_id, state="drafted")
        row.number = _next_number(session, plan, department_id)
        session.add(row)
    row.kind, row.reason = kind, why
    row.entry_count, row.closed_count = progress.expected, progress.closed
    row.drafted_by, row.drafted_by_name, row.drafted_at = by.account_id, by.name, now
    session.flush()
    _audit(session, plan, row, "plan.declare", "draft", by=by, now=now, why=why)
    return row


def sign_declaration(session: Session, code: str, department_id: uuid.UUID, *, by: Actor, now: dt.datetime) -> None:
    """The head signs what an editor drafted; what it says is counted again at this moment.

    Raises Conflict("nothing_to_sign"), NotAllowed("own_declaration") to the person who drafted it,
    Invalid("list_incomplete").
    """
    require_allowed(by, "plan.sign", department_id=department_id)
    plan = require_running(load_plan_for(session, code, by=by, department_id=department_id))
    row = _require_newest(session, plan, department_id, ("drafted",), "nothing_to_sign")
    if row.drafted_by is not None and row.drafted_by == by.account_id:
        raise NotAllowed("own_declaration")
    progress = _require_complete(session, plan, department_id, row.kind)
    row.entry_count, row.closed_count = progress.expected, progress.closed
    row.state, row.signed_by, row.signed_by_name, row.signed_at = "signed", by.account_id, by.name, now
    session.flush()
    _audit(session, plan, row, "plan.sign", "sign", by=by, now=now)


def accept_declaration(
    session: Session, code: str, department_id: uuid.UUID, *, answer: str | None = None, by: Actor, now: dt.datetime
) -> None:
    """The office accepts: the department's catalog nodes are met on the day of the signature.

    Raises Conflict("nothing_to_decide"), NotAllowed("own_declaration_decided") to who drafted or signed it.
    """
    require_allowed(by, "plan.decide", department_id=department_id)
    plan = require_running(load_plan_for(session, code, by=by, department_id=department_id))
    row = _require_newest(session, plan, department_id, ("signed",), "nothing_to_decide")
    if by.account_id is not None and by.account_id in (row.drafted_by, row.signed_by):
        raise NotAllowed("own_declaration_decided")
    row.state, row.answer = "accepted", clean_text(answer or "", lines=True)[:MAX_REASON] or None
    row.decided_by, row.decided_by_name, row.decided_at = by.account_id, by.name, now
    session.flush()
    settle_nodes(session, plan, department_id)
    _audit(session, plan, row, "plan.decide", "accept", by=by, now=now)


def return_declaration(
    session: Session, code: str, department_id: uuid.UUID, *, reason: str, by: Actor, now: dt.datetime
) -> None:
    """The office returns a signed declaration, or takes back its acceptance: the nodes it had met are owed again.

    Raises Conflict("nothing_to_decide"), Invalid("reason_required").
    """
    require_allowed(by, "plan.decide", department_id=department_id)
    plan = require_running(load_plan_for(session, code, by=by, department_id=department_id))
    row = _require_newest(session, plan, department_id, ("signed", "accepted"), "nothing_to_decide")
    what = "return" if row.state == "signed" else "withdraw_acceptance"
    row.state, row.answer = "returned", require_reason(reason)
    row.decided_by, row.decided_by_name, row.decided_at = by.account_id, by.name, now
    session.flush()
    reopen_nodes(session, plan, department_id, settled_by="declaration")
    _audit(session, plan, row, "plan.decide", what, by=by, now=now, why=row.answer)


def _check_kind(kind: str, reason: str | None) -> str | None:
    if kind not in KINDS:
        raise Invalid("declaration_kind_unknown", problems=[Problem("kind", "declaration_kind_unknown")])
    return require_reason(reason) if kind == "zero" else None


def _require_complete(session: Session, plan: WorkPlan, department_id: uuid.UUID, kind: str) -> Progress:
    """The counts of the list; raises Invalid where it does not bear out the declaration."""
    tie_items(session, plan.id, department_id)
    items = list_expected(session, plan.id, department_id)
    progress = count_progress(items)
    if kind == "zero":
        if progress.expected:
            raise Invalid("zero_with_titles", count=progress.expected)
        return progress
    if not progress.expected:
        raise Invalid("nothing_listed")
    missing = [item for item in items if item.is_missing]
    if missing:
        problems = [Problem("", "plan_item_missing", title=item.title, state=item.state) for item in missing]
        raise Invalid("list_incomplete", problems=problems, count=len(missing))
    return progress


def _newest(session: Session, plan: WorkPlan, department_id: uuid.UUID) -> Declaration | None:
    query = (
        select(Declaration)
        .where(Declaration.plan_id == plan.id, Declaration.department_id == department_id)
        .order_by(Declaration.number.desc())
        .limit(1)
    )
    return session.scalar(query)


def _require_newest(
    session: Session, plan: WorkPlan, department_id: uuid.UUID, states: tuple[str, ...], conflict: str
) -> Declaration:
    """The newest declaration, which must stand in one of `states`: else Conflict(`conflict`)."""
    row = _newest(session, plan, department_id)
    if row is None or row.state not in states:
        raise Conflict(conflict)
    return row


def _next_number(session: Session, plan: WorkPlan, department_id: uuid.UUID) -> int:
    query = select(func.max(Declaration.number)).where(
        Declaration.plan_id == plan.id, Declaration.department_id == department_id
    )
    return (session.scalar(query) or 0) + 1


def _facts(row: Declaration) -> DeclarationFacts:
    return DeclarationFacts(*(getattr(row, name) for name in DeclarationFacts.__slots__))


def _audit(
    session: Session, plan: WorkPlan, row: Declaration, act: str, what: str, *, by: Actor, now: dt.datetime, **more: Any
) -> None:
    department = session.get_one(Department, row.department_id).name
    params = {"plan": plan.code, "department": department, "number": row.number, "kind": row.kind, "what": what, **more}
    record_audit(session, by=by, act=act, object_kind="declaration", object_id=row.id, now=now, params=params)
