"""What becomes of a candidate: opened, opened by the upper level, to be opened next, or kept closed with a reason."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.audit import record_audit
from catalog.departments import PUBLIC_STATES
from catalog.entries import create_entry
from catalog.errors import Conflict, Invalid, NotFound, Problem
from catalog.field_values import clean_text, is_web_address
from catalog.models import Candidate, Entry
from catalog.permissions import Actor, is_allowed, require_allowed
from catalog.vocabularies import VOCABULARIES

ACT = "candidate.decide"
MAX_REASON = 500
MAX_URL = 2048
MAX_AT_ONCE = 200
"""Candidates that are marked with one decision."""


def get_candidate(session: Session, candidate_id: uuid.UUID, *, by: Actor, act: str = "candidate.view") -> Candidate:
    """The candidate, its row locked; NotFound, not NotAllowed, for those of other departments."""
    query = select(Candidate).where(Candidate.id == candidate_id).with_for_update()
    candidate = session.scalar(query.execution_options(populate_existing=True))
    if candidate is None or not is_allowed(by, act, department_id=candidate.department_id):
        raise NotFound("candidate_not_found")
    return candidate


def decide(
    session: Session,
    candidate_ids: Sequence[uuid.UUID],
    state: str,
    *,
    entry_name: str = "",
    url: str = "",
    reason: str = "",
    by: Actor,
    now: dt.datetime,
) -> int:
    """Mark candidates, all or none; gives how many changed. Marking what is marked so already writes nothing.

    `opened` needs the address name of a public entry of the department and takes one candidate, `opened_upstream` a
    web address, `kept_closed` a reason. Raises NotFound("candidate_not_found"), Invalid("candidate_invalid") with the
    problem at `state`, `entry`, `url` or `reason`, Invalid("candidates_not_chosen").
    """
    chosen = sorted(set(candidate_ids))
    if not chosen or len(chosen) > MAX_AT_ONCE:
        raise Invalid("candidates_not_chosen", limit=MAX_AT_ONCE)
    candidates = [get_candidate(session, one, by=by, act=ACT) for one in chosen]
    values = _require_values(session, candidates, state, entry_name=entry_name, url=url, reason=reason)
    changed = 0
    for candidate in candidates:
        keeps = {"entry_id": candidate.entry_id} if state == "open_next" else {}
        wanted = {"entry_id": None, "upstream_url": None, "reason": None, **keeps, **values, "state": state}
        if all(getattr(candidate, name) == value for name, value in wanted.items()):
            continue
        before = candidate.state
        for name, value in wanted.items():
            setattr(candidate, name, value)
        is_open_again = state == "undecided"
        candidate.decided_by_name = None if is_open_again else by.name[:64]
        candidate.decided_at = None if is_open_again else now
        changed += 1
        params = {"title": candidate.title, "from": before, "to": state, "why": values.get("reason")}
        record_audit(session, by=by, act=ACT, object_kind="candidate", object_id=candidate.id, now=now, params=params)
    session.flush()
    return changed


def create_draft(session: Session, candidate_id: uuid.UUID, *, by: Actor, now: dt.datetime) -> Entry:
    """A draft entry prefilled from the candidate, which is marked as to be opened next and linked with it.

    Raises Conflict("candidate_has_entry"), NotAllowed for those who may not create entries.
    """
    candidate = get_candidate(session, candidate_id, by=by, act=ACT)
    require_allowed(by, "entry.create", department_id=candidate.department_id)
    if candidate.entry_id is not None:
        raise Conflict("candidate_has_entry", title=candidate.title)
    is_system = candidate.source == "system" and candidate.system_name
    fields: dict[str, Any] = {
        "title": candidate.title,
        "code": _free_code(session, candidate.code),
        "summary": candidate.note if candidate.source == "exchange" else None,
        "source_kind": candidate.source,
        "source_system": candidate.system_name if is_system and candidate.system_name != candidate.title else None,
    }
    known = {name: value for name, value in fields.items() if value}
    entry = create_entry(session, department_id=candidate.department_id, fields=known, by=by, now=now)
    candidate.entry_id, candidate.state = entry.id, "open_next"
    candidate.upstream_url = candidate.reason = None
    candidate.decided_by_name, candidate.decided_at = by.name[:64], now
    session.flush()
    params = {"title": candidate.title, "to": "open_next", "entry": entry.name}
    record_audit(session, by=by, act=ACT, object_kind="candidate", object_id=candidate.id, now=now, params=params)
    return entry


def _free_code(session: Session, code: str | None) -> str | None:
    taken = code and session.scalar(select(Entry.id).where(Entry.code == code))
    return None if taken else code


def _require_values(
    session: Session, candidates: Sequence[Candidate], state: str, *, entry_name: str, url: str, reason: str
) -> dict[str, Any]:
    if state not in VOCABULARIES["candidate_state"]:
        raise _invalid("state", "candidate_state_unknown")
    text = clean_text(reason, lines=True)
    if len(text) > MAX_REASON:
        raise _invalid("reason", "too_long", limit=MAX_REASON, length=len(text))
    if state == "kept_closed" and not text:
        raise _invalid("reason", "candidate_reason_missing")
    values: dict[str, Any] = {"reason": text or None} if state in ("kept_closed", "open_next") else {}
    if state == "opened_upstream":
        address = url.strip()
        if len(address) > MAX_URL or not is_web_address(address):
            raise _invalid("url", "candidate_address_bad")
        values["upstream_url"] = address
    if state == "opened":
        values["entry_id"] = _require_entry(session, candidates, entry_name)
    return values


def _require_entry(session: Session, candidates: Sequence[Candidate], entry_name: str) -> uuid.UUID:
    if len(candidates) != 1:
        raise _invalid("entry", "candidate_entry_one_by_one")
    name = entry_name.strip().rstrip("/").rpartition("/")[2]
    query = select(Entry.id).where(
        Entry.name == name, Entry.department_id == candidates[0].department_id, Entry.state.in_(PUBLIC_STATES)
    )
    entry_id = session.scalar(query) if name else None
    if entry_id is None:
        raise _invalid("entry", "candidate_entry_unknown")
    return entry_id


def _invalid(where: str, code: str, **params: Any) -> Invalid:
    return Invalid("candidate_invalid", problems=[Problem(where, code, **params)])
