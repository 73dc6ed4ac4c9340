"""The audit log: one row for every mutation, in the same transaction, each row bound to the one before by its hash.

GB/T 22239-2019 8.1.4.3: time, person, kind and result of every event, protected against deletion and change. No
function of the house changes or deletes a row. A row cut out of the middle or edited breaks the chain; rows cut off
the end are found by comparing the head with an anchor noted elsewhere (a backup's manifest).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from catalog.models import AuditRow
from catalog.permissions import Actor, require_allowed

GENESIS = "0" * 64
"""What the first row names as the hash before it."""

_LOCK_KEY = 0x4B61_6966_6175
"""Key of the advisory lock under which PostgreSQL appends; SQLite has one writer anyway."""


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One row of the log as people read it."""

    number: int
    at: dt.datetime
    account_id: uuid.UUID | None
    account_name: str
    department_id: uuid.UUID | None
    address: str | None
    act: str
    object_kind: str
    object_id: str | None
    result: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """What `verify_audit` found: how many rows hold, the head of the chain, and the first bad row if any."""

    count: int
    head_number: int
    head_hash: str
    bad_number: int | None = None
    code: str | None = None
    """missing_row, broken_chain, changed_row, or missing_tail (the log ends before the anchor)."""

    @property
    def is_sound(self) -> bool:
        """True if no row was removed or changed."""
        return self.code is None


def lock_audit(session: Session) -> None:
    """Take the append lock until the transaction ends.

    A transaction that also locks the change counter takes this lock first, so that two of them never wait for
    each other.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})


def record_audit(
    session: Session,
    *,
    by: Actor,
    act: str,
    object_kind: str,
    object_id: uuid.UUID | str | None,
    now: dt.datetime,
    params: Mapping[str, Any] | None = None,
    result: str = "done",
) -> int:
    """Append one row and return its number. `result` is "done" or "refused"; `params` must hold no secrets.

    The row becomes part of the caller's transaction: no mutation without its row, no row without its mutation.
    Values of `params` that JSON does not know (UUIDs, dates, enumerations) are written as text.
    """
    lock_audit(session)
    last = session.execute(
        select(AuditRow.number, AuditRow.row_hash).order_by(AuditRow.number.desc()).limit(1)
    ).one_or_none()
    values: dict[str, Any] = {
        "number": last.number + 1 if last else 1,
        "at": now.astimezone(dt.UTC),
        "account_id": by.account_id,
        "account_name": by.name[:64],
        "department_id": by.department_id,
        "address": by.address[:64] if by.address else None,
        "act": act,
        "object_kind": object_kind,
        "object_id": str(object_id) if object_id is not None else None,
        "result": result,
        "params": orjson.loads(orjson.dumps(dict(params or {}), default=str, option=orjson.OPT_NON_STR_KEYS)),
        "previous_hash": last.row_hash if last else GENESIS,
    }
    values["row_hash"] = _hash(values)
    session.execute(insert(AuditRow).values(**values))
    return int(values["number"])


def list_audit(
    session: Session,
    *,
    by: Actor,
    before: int | None = None,
    limit: int = 50,
    act: str | None = None,
    object_id: uuid.UUID | str | None = None,
    account_id: uuid.UUID | None = None,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    result: str | None = None,
) -> list[AuditEvent]:
    """The newest rows first, at most `limit`, numbered below `before` (keyset); raises NotAllowed to non-auditors.

    `act` filters by an act or, ending in a dot, by a family of acts ("entry."); `since` and `until` are inclusive.
    """
    require_allowed(by, "audit.read")
    query = select(AuditRow).order_by(AuditRow.number.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditRow.number < before)
    if act:
        query = query.where(AuditRow.act.startswith(act, autoescape=True) if act.endswith(".") else AuditRow.act == act)
    if object_id is not None:
        query = query.where(AuditRow.object_id == str(object_id))
    if account_id is not None:
        query = query.where(AuditRow.account_id == account_id)
    if since is not None:
        query = query.where(AuditRow.at >= since)
    if until is not None:
        query = query.where(AuditRow.at <= until)
    if result is not None:
        query = query.where(AuditRow.result == result)
    return [_event(row) for row in session.scalars(query)]


def verify_audit(session: Session, *, anchor: tuple[int, str] | None = None) -> AuditCheck:
    """Walk the whole chain (O(rows)) and name the first bad record.

    `anchor` is the (head_number, head_hash) of an earlier check kept outside the database: it tells a log whose
    newest rows were cut off.
    """
    count, previous, seen_anchor = 0, GENESIS, anchor is None or anchor[0] == 0
    for row in session.scalars(select(AuditRow).order_by(AuditRow.number).execution_options(yield_per=1000)):
        code = _fault(row, count + 1, previous)
        if code is None and anchor is not None and row.number == anchor[0]:
            seen_anchor = True
            code = None if row.row_hash == anchor[1] else "changed_row"
        if code is not None:
            return AuditCheck(count, count, previous, bad_number=count + 1, code=code)
        count, previous = row.number, row.row_hash
        session.expunge(row)
    if not seen_anchor:
        return AuditCheck(count, count, previous, bad_number=count + 1, code="missing_tail")
    return AuditCheck(count, count, previous)


def _fault(row: AuditRow, expected_number: int, previous: str) -> str | None:
    if row.number != expected_number:
        return "missing_row"
    if row.previous_hash != previous:
        return "broken_chain"
    values = {column.key: getattr(row, column.key) for column in AuditRow.__table__.columns}
    return None if row.row_hash == _hash(values) else "changed_row"


def _hash(values: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of every column but the hash itself."""
    facts = {key: value for key, value in values.items() if key != "row_hash"}
    facts["at"] = facts["at"].astimezone(dt.UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _event(row: AuditRow) -> AuditEvent:
    return AuditEvent(
        number=row.number,
        at=row.at,
        account_id=row.account_id,
        account_name=row.account_name,
        department_id=row.department_id,
        address=row.address,
        act=row.act,
        object_kind=row.object_kind,
        object_id=row.object_id,
        result=row.result,
        params=row.params,
    )
