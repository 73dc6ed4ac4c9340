"""信息资源代码: given at first publication where the department brought none, never reused."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.audit import lock_audit
from catalog.models import Entry, Revision

SEQUENCE_DIGITS = 6


def assign_code(session: Session, entry: Entry, revision: Revision) -> None:
    """Give `entry` the next code `{class_code}/{sequence}` unless it has one or its class is not known."""
    if entry.code is not None or not revision.class_code:
        return
    lock_audit(session)  # one publication at a time counts
    prefix = f"{revision.class_code}/"
    pattern = prefix + "_" * SEQUENCE_DIGITS
    last = session.scalar(select(func.max(Entry.code)).where(Entry.code.like(pattern))) or ""
    digits = last.removeprefix(prefix)
    number = int(digits) if digits.isdecimal() else 0
    entry.code = f"{prefix}{number + 1:0{SEQUENCE_DIGITS}d}"
    session.flush()
