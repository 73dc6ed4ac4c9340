"""Taking a list of candidates in: what would happen, then doing it; nothing twice, nothing that is absent removed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.audit import record_audit
from catalog.candidates.reading import CandidateList, Listed
from catalog.departments import PUBLIC_STATES, DepartmentNames, load_names
from catalog.models import Candidate, Entry, Revision
from catalog.permissions import Actor, require_allowed
from catalog.vocabularies import simplify

ACT = "candidate.import"
MATCH_NAME = "自动比对"
"""In whose name a candidate is marked as opened because an entry of its code or title is public."""

Key = tuple[uuid.UUID, str]
"""Department and title: with the source the identity of a candidate."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that cannot be taken; `code` has its sentence in the messages."""

    row: int
    title: str
    code: str
    value: str = ""


@dataclass(slots=True)
class CandidatePlan:
    """What taking the list in would do. `matched` are those of `new` that are opened already."""

    source: str
    new: list[tuple[uuid.UUID, Listed]] = field(default_factory=list)
    changed: list[tuple[uuid.UUID, Listed]] = field(default_factory=list)
    same: int = 0
    merged: int = 0
    matched: int = 0
    refused: list[Refusal] = field(default_factory=list)
    unread: tuple[str, ...] = ()
    cut: int = 0

    @property
    def changes_anything(self) -> bool:
        """Whether there is anything to take in."""
        return bool(self.new or self.changed)


class OpenedEntries:
    """The public entries by department and code or title: built with one query, asked for every candidate."""

    def __init__(self, session: Session, department_ids: Iterable[uuid.UUID]) -> None:
        query = (
            select(Entry.id, Entry.department_id, Entry.code, Revision.title)
            .join(Revision, Revision.id == Entry.published_revision_id)
            .where(Entry.state.in_(PUBLIC_STATES), Entry.department_id.in_(list(set(department_ids))))
            .order_by(Entry.created_at.desc(), Entry.name.desc())
        )
        self._codes: dict[Key, uuid.UUID] = {}
        self._titles: dict[Key, uuid.UUID] = {}
        for entry_id, department_id, code, title in session.execute(query):
            if code:
                self._codes[department_id, code] = entry_id
            self._titles[department_id, simplify(title)] = entry_id

    def find(self, department_id: uuid.UUID, *, code: str | None, title: str) -> uuid.UUID | None:
        """The entry of the same code, else of the same title (blanks and punctuation apart) in the department."""
        by_code = self._codes.get((department_id, code)) if code else None
        return by_code or self._titles.get((department_id, simplify(title)))


def plan_import(session: Session, listed: CandidateList, *, by: Actor) -> CandidatePlan:
    """What taking the list in would do; writes nothing. Three queries, whatever the length."""
    require_allowed(by, ACT)
    plan = CandidatePlan(listed.source, unread=listed.unread, cut=listed.cut)
    names = load_names(session)
    known = _load_known(session, listed.source)
    seen: set[Key] = set()
    for row in listed.rows:
        department_id = _check(row, names, plan)
        if department_id is None:
            continue
        key = (department_id, row.title)
        if key in seen:
            plan.merged += 1
            continue
        seen.add(key)
        candidate = known.get(key)
        if candidate is None:
            plan.new.append((department_id, row))
        elif _says_more(row, candidate):
            plan.changed.append((department_id, row))
        else:
            plan.same += 1
    opened = OpenedEntries(session, {department_id for department_id, _row in plan.new})
    plan.matched = sum(1 for one, row in plan.new if opened.find(one, code=row.code, title=row.title))
    return plan


def apply_import(
    session: Session, listed: CandidateList, *, by: Actor, now: dt.datetime, file_name: str = ""
) -> CandidatePlan:
    """Plan again and write it: new candidates, fuller facts of known ones; decisions stay. Then match (see below)."""
    plan = plan_import(session, listed, by=by)
    known = _load_known(session, listed.source)
    for department_id, row in plan.changed:
        _take_facts(known[department_id, row.title], row)
    for department_id, row in plan.new:
        candidate = Candidate(
            id=uuid.uuid4(),
            department_id=department_id,
            source=listed.source,
            title=row.title,
            state="undecided",
            created_at=now,
        )
        _take_facts(candidate, row)
        session.add(candidate)
    session.flush()
    match_candidates(session, now=now)
    if plan.changes_anything:
        counts = {"new": len(plan.new), "changed": len(plan.changed), "refused": len(plan.refused)}
        params = {"source": listed.source, "file": file_name[:200], **counts}
        record_audit(session, by=by, act=ACT, object_kind="candidate", object_id=None, now=now, params=params)
    return plan


def match_candidates(session: Session, *, now: dt.datetime) -> int:
    """Mark those as opened whose code or title is that of a public entry of their department; gives how many.

    Undecided ones and those that were to be opened next; what a person has decided otherwise stays.
    """
    query = select(Candidate).where(Candidate.state.in_(("undecided", "open_next")))
    waiting = session.scalars(query).all()
    opened = OpenedEntries(session, {candidate.department_id for candidate in waiting})
    count = 0
    for candidate in waiting:
        entry_id = opened.find(candidate.department_id, code=candidate.code, title=candidate.title)
        if entry_id is None:
            continue
        candidate.state, candidate.entry_id = "opened", entry_id
        candidate.decided_by_name, candidate.decided_at = MATCH_NAME, now
        count += 1
    session.flush()
    return count


def _load_known(session: Session, source: str) -> dict[Key, Candidate]:
    query = select(Candidate).where(Candidate.source == source)
    return {(candidate.department_id, candidate.title): candidate for candidate in session.scalars(query)}


def _check(row: Listed, names: DepartmentNames, plan: CandidatePlan) -> uuid.UUID | None:
    if not row.title:
        plan.refused.append(Refusal(row.row, "", "candidate_title_missing"))
        return None
    department_id = names.find(row.department)
    if department_id is None:
        code = "candidate_department_unknown" if row.department else "candidate_department_missing"
        plan.refused.append(Refusal(row.row, row.title, code, row.department[:60]))
    return department_id


def _says_more(row: Listed, candidate: Candidate) -> bool:
    pairs = ((row.code, candidate.code), (row.system_name, candidate.system_name), (row.note, candidate.note))
    return any(new is not None and new != old for new, old in pairs)


def _take_facts(candidate: Candidate, row: Listed) -> None:
    candidate.code = row.code or candidate.code
    candidate.system_name = row.system_name or candidate.system_name
    candidate.note = row.note or candidate.note
