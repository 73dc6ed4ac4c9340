"""整改台账: a finding, the department that mends it, by when, with what evidence, and when the office closed it.

Each finding is an obligation of the department (kind "rectification", period its code), written in the same
transaction. It is settled by the day on which the department gave the evidence that the office then accepted,
whatever time the office took; an answer that was returned settles nothing.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.audit import lock_audit, record_audit
from catalog.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from catalog.field_values import clean_text, is_web_address
from catalog.models import Department, Entry, Obligation, Rectification
from catalog.permissions import Actor, is_allowed, require_allowed
from catalog.workdays import check_day, load_calendar
from datasets.clock import day_of

RECTIFICATION_STATES: Mapping[str, tuple[str, str]] = {
    "open": ("待整改", "Open"),
    "answered": ("待核验", "Answered"),
    "returned": ("退回重改", "Returned"),
    "closed": ("已销号", "Closed"),
}
"""open and returned wait for the department, answered for the office."""

KIND = "rectification"
"""Kind of its obligation."""

MAX_FINDING = 2000
MAX_EVIDENCE = 4000
MAX_SOURCE = 128
MAX_URL = 2048
MAX_REASON = 2000


def open_finding(
    session: Session,
    *,
    department_id: uuid.UUID,
    finding: str,
    due_on: dt.date,
    found_on: dt.date | None = None,
    entry_name: str | None = None,
    source: str | None = None,
    by: Actor,
    now: dt.datetime,
) -> Rectification:
    """Write a finding down and make it an obligation of the department.

    Codes are ZG-2026-001, -002, … without gaps in each year in which findings are opened. Raises NotAllowed,
    NotFound("department_not_found"), Invalid("rectification_invalid") with every problem.
    """
    require_allowed(by, "rectification.manage")
    department = session.get(Department, department_id)
    if department is None or not department.is_active:
        raise NotFound("department_not_found", name=department.name if department else str(department_id))
    today = day_of(now)
    found_on = found_on or today
    text, origin = clean_text(finding, lines=True), clean_text(source or "") or None
    entry, problems = _find_entry(session, entry_name, department_id)
    problems += _check_finding(text, origin, found_on=found_on, due_on=due_on, today=today)
    if problems:
        raise Invalid("rectification_invalid", problems=problems)
    row = Rectification(
        id=uuid.uuid4(),
        code=_next_code(session, today.year),
        department_id=department_id,
        entry_id=entry.id if entry else None,
        finding=text,
        source=origin,
        found_on=found_on,
        due_on=due_on,
        created_at=now,
    )
    row.state = "open"
    session.add_all((row, _obligation(row, now)))
    session.flush()
    params = {"department": department.name, "finding": text[:200], "due_on": due_on, "source": origin}
    _audit(session, "rectification.manage", row, "opened", by=by, now=now, **params)
    return row


def answer_finding(
    session: Session, code: str, *, evidence: str, url: str | None = None, by: Actor, now: dt.datetime
) -> Rectification:
    """The department says what it has done, in words, with an address, or both; today becomes the day of the answer.

    Raises NotFound("rectification_not_found") for another department's, Conflict("rectification_step_not_open"),
    Invalid("rectification_invalid").
    """
    require_allowed(by, "rectification.answer")
    row = _lock(session, code, by, "rectification.answer", "open", "returned")
    text, address = clean_text(evidence, lines=True), clean_text(url or "") or None
    problems = [] if text or address else [Problem("evidence", "evidence_missing")]
    if len(text) > MAX_EVIDENCE:
        problems.append(Problem("evidence", "too_long", limit=MAX_EVIDENCE, length=len(text)))
    if address is not None and (len(address) > MAX_URL or not is_web_address(address)):
        problems.append(Problem("url", "not_a_web_address", value=address[:200]))
    if problems:
        raise Invalid("rectification_invalid", problems=problems)
    row.state, row.answered_on = "answered", day_of(now)
    row.evidence, row.evidence_url = text or None, address
    session.flush()
    _audit(session, "rectification.answer", row, "answered", by=by, now=now, evidence=text[:200], url=address)
    return row


def close_finding(session: Session, code: str, *, answer: str = "", by: Actor, now: dt.datetime) -> Rectification:
    """The office accepts the evidence: the obligation is settled by the day on which it was given.

    Late by the working days after the due date, as extended. An obligation that was excused meanwhile stays excused.
    Raises NotFound("rectification_not_found"), Conflict("rectification_step_not_open"), Invalid("reason_too_long"),
    NotAllowed("own_finding") to a person who may answer for the department.
    """
    require_allowed(by, "rectification.manage")
    row = _lock(session, code, by, "rectification.manage", "answered")
    _require_outsider(row, by)
    row.answer = _reason(answer, is_required=False)
    row.state, row.closed_on = "closed", day_of(now)
    obligation = _lock_obligation(session, row)
    if obligation.state == "open":
        assert row.answered_on is not None
        is_late = row.answered_on > obligation.due_on
        obligation.state = "late" if is_late else "on_time"
        obligation.settled_on, obligation.settled_by = row.answered_on, "evidence"
        if is_late:
            obligation.late_workdays = load_calendar(session).workdays_between(obligation.due_on, row.answered_on)
    session.flush()
    _audit(session, "rectification.manage", row, "closed", by=by, now=now, to=obligation.state, why=row.answer)
    return row


def return_finding(session: Session, code: str, *, reason: str, by: Actor, now: dt.datetime) -> Rectification:
    """The office sends the answer back: the finding is not mended, and the clock has never stopped.

    Raises NotFound("rectification_not_found"), Conflict("rectification_step_not_open"), Invalid("reason_required").
    """
    require_allowed(by, "rectification.manage")
    row = _lock(session, code, by, "rectification.manage", "answered")
    row.answer = _reason(reason)
    row.state = "returned"
    session.flush()
    _audit(session, "rectification.manage", row, "returned", by=by, now=now, why=row.answer)
    return row


def drop_finding(session: Session, code: str, *, reason: str, by: Actor, now: dt.datetime) -> Rectification:
    """The office takes a mistaken finding back: it is closed, keeps its code, and nothing is owed for it any more.

    Raises as `return_finding`, and NotAllowed("own_finding") as `close_finding`.
    """
    require_allowed(by, "rectification.manage")
    row = _lock(session, code, by, "rectification.manage", "open", "answered", "returned")
    _require_outsider(row, by)
    row.answer = _reason(reason)
    row.state, row.closed_on = "closed", day_of(now)
    obligation = _lock_obligation(session, row)
    if obligation.state == "open":
        obligation.state, obligation.reason = "void", "finding_dropped"
    session.flush()
    _audit(session, "rectification.manage", row, "dropped", by=by, now=now, why=row.answer)
    return row


def _obligation(row: Rectification, now: dt.datetime) -> Obligation:
    """A fixed date of the department, without days of grace; never tied to the entry, whose cycle plans the rest."""
    return Obligation(
        id=uuid.uuid4(),
        subject_id=row.department_id,
        department_id=row.department_id,
        kind=KIND,
        period=row.code,
        label=row.finding.replace("\n", " ")[:200],
        starts_on=row.found_on,
        due_on=row.due_on,
        grace_on=row.due_on,
        is_provisional=False,
        state="open",
        created_at=now,
    )


def _next_code(session: Session, year: int) -> str:
    """The next code of the year, under the lock that orders all writers until the transaction ends."""
    lock_audit(session)
    head = f"ZG-{year}-"
    # Codes grow a digit after 999: the longest is the latest, then the greatest of that length.
    query = select(Rectification.code).where(Rectification.code.startswith(head, autoescape=True))
    last = session.scalar(query.order_by(func.length(Rectification.code).desc(), Rectification.code.desc()).limit(1))
    return f"{head}{int(last.rpartition('-')[2]) + 1 if last else 1:03d}"


def _find_entry(session: Session, name: str | None, department_id: uuid.UUID) -> tuple[Entry | None, list[Problem]]:
    if not name:
        return None, []
    entry = session.scalar(select(Entry).where(Entry.name == name[:80]))
    if entry is None or entry.department_id != department_id:
        return None, [Problem("entry", "rectification_entry_of_other", entry=name[:80])]
    return entry, []


def _check_finding(
    text: str, source: str | None, *, found_on: dt.date, due_on: dt.date, today: dt.date
) -> list[Problem]:
    problems = [] if text else [Problem("finding", "required_missing")]
    if len(text) > MAX_FINDING:
        problems.append(Problem("finding", "too_long", limit=MAX_FINDING, length=len(text)))
    if len(source or "") > MAX_SOURCE:
        problems.append(Problem("source", "too_long", limit=MAX_SOURCE, length=len(source or "")))
    problems += [*check_day("found_on", found_on), *check_day("due_on", due_on)]
    if found_on > today:
        problems.append(Problem("found_on", "day_in_future", day=found_on.isoformat()))
    if due_on < found_on:
        problems.append(Problem("due_on", "due_before_found"))
    return problems


def _lock(session: Session, code: str, by: Actor, act: str, *states: str) -> Rectification:
    query = select(Rectification).where(Rectification.code == code[:20]).with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is None or not is_allowed(by, act, department_id=row.department_id):
        raise NotFound("rectification_not_found", number=code[:20])
    if row.state not in states:
        raise Conflict("rectification_step_not_open", number=row.code, state=row.state)
    return row


def _require_outsider(row: Rectification, by: Actor) -> None:
    """The data office is a department too: who answers for it does not settle what it has to mend."""
    if by.account_id is not None and is_allowed(by, "rectification.answer", department_id=row.department_id):
        raise NotAllowed("own_finding")


def _lock_obligation(session: Session, row: Rectification) -> Obligation:
    query = select(Obligation).where(Obligation.kind == KIND, Obligation.period == row.code).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _reason(text: str, *, is_required: bool = True) -> str | None:
    why = clean_text(text, lines=True)
    if is_required and not why:
        raise Invalid("reason_required", problems=[Problem("reason", "reason_required")])
    if len(why) > MAX_REASON:
        raise Invalid("reason_too_long", problems=[Problem("reason", "too_long", limit=MAX_REASON, length=len(why))])
    return why or None


def _audit(
    session: Session, act: str, row: Rectification, what: str, *, by: Actor, now: dt.datetime, **params: Any
) -> None:
    record_audit(
        session,
        by=by,
        act=act,
        object_kind="rectification",
        object_id=row.id,
        now=now,
        params={"code": row.code, "what": what, **params},
    )
