"""What a department's calendars show: its open obligations for itself, its next updates for the public."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import uuid
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.audit import record_audit
from catalog.departments import load_department
from catalog.errors import NotFound
from catalog.icalendar import Event
from catalog.models import CurrentRecord, Department, Entry, Obligation, ObligationAct, Revision
from catalog.obligation_paths import path_of
from catalog.periods import format_period
from catalog.permissions import Actor, require_allowed

EVENT_LIMIT = 3000
"""Events of one calendar, the earliest due first: more than any department of a district owes at a time."""
TOKEN_LENGTH = 40
ALARM_DAYS = {"update": 7, "node": 7, "rectification": 7}
KIND_TITLES = {
    "update": "应更新：{title}",
    "freshness": "应更新：{title}",
    "node": "计划节点：{title}",
    "rectification": "应整改：{title}",
}


def calendar_token(department_id: uuid.UUID, epoch: int, *, key: str) -> str:
    """The secret part of a department's calendar address; another one after each rotation."""
    text = f"calendar:{department_id}:{epoch}".encode()
    return hmac.new(key.encode(), text, hashlib.sha256).hexdigest()[:TOKEN_LENGTH]


def calendar_path(session: Session, department_id: uuid.UUID, *, key: str) -> str:
    """The private address of a department's calendar; raises NotFound."""
    row = load_department(session, department_id)
    return f"/calendar/{row.slug}/{calendar_token(row.id, row.calendar_epoch, key=key)}.ics"


def find_by_token(session: Session, slug: str, token: str, *, keys: Sequence[str]) -> Department:
    """The department whose calendar this is; raises NotFound for a wrong slug and a wrong token alike.

    `keys` are the present key and the former ones that still hold: an address outlives a change of the key.
    """
    row = session.scalar(select(Department).where(Department.slug == slug))
    is_right = False
    for key in keys:
        wanted = calendar_token(row.id, row.calendar_epoch, key=key) if row is not None else "-" * TOKEN_LENGTH
        is_right |= hmac.compare_digest(wanted.encode(), token.encode("utf-8", "replace"))
    if row is None or not is_right:
        raise NotFound("page_not_found")
    return row


def rotate_calendar(session: Session, department_id: uuid.UUID, *, by: Actor, now: dt.datetime) -> None:
    """Make the department's calendar address anew; the old one leads nowhere from now on."""
    require_allowed(by, "notice.manage", department_id=department_id)
    row = session.get(Department, department_id, populate_existing=True)
    if row is None:
        raise NotFound("department_not_found", name=str(department_id))
    row.calendar_epoch += 1
    session.flush()
    params = {"epoch": row.calendar_epoch}
    record_audit(
        session, by=by, act="calendar.rotate", object_kind="department", object_id=row.id, now=now, params=params
    )


def list_due_events(session: Session, department_id: uuid.UUID, *, base_url: str) -> list[Event]:
    """The open updates, nodes and rectifications of a department as events, the earliest due first.

    The uid is the obligation's id; an extension moves the same event.
    """
    moved_at = (
        select(func.max(ObligationAct.decided_at))
        .where(
            ObligationAct.obligation_id == Obligation.id,
            ObligationAct.kind == "extension",
            ObligationAct.state == "granted",
        )
        .scalar_subquery()
    )
    query = (
        select(Obligation, Revision.title, moved_at)
        .outerjoin(Entry, Entry.id == Obligation.entry_id)
        .outerjoin(Revision, Revision.id == Entry.published_revision_id)
        .where(Obligation.department_id == department_id, Obligation.state == "open")
        .order_by(Obligation.due_on, Obligation.id)
        .limit(EVENT_LIMIT)
    )
    return [_due_event(row, title, moved, base_url) for row, title, moved in session.execute(query)]


def _due_event(row: Obligation, title: str | None, moved: dt.datetime | None, base: str) -> Event:
    shown = title or row.label or row.period
    notes = [f"期间：{format_period(row.period, 'zh')}"] if row.entry_id else []
    notes.append(f"到期：{row.due_on.isoformat()}")
    if row.grace_on > row.due_on:
        notes.append(f"宽限至：{row.grace_on.isoformat()}")
    if row.first_due_on is not None:
        notes.append(f"原到期日 {row.first_due_on.isoformat()}，已同意延期")
    return Event(
        uid=f"{row.id}@{_host(base)}",
        day=row.due_on,
        title=KIND_TITLES.get(row.kind, "{title}").replace("{title}", shown),
        description="\n".join(notes),
        url=base + path_of("desk", row.id, row.kind, row.period),
        modified_at=moved or row.created_at,
        sequence=1 if row.first_due_on is not None else 0,
        alarm_days=ALARM_DAYS.get(row.kind),
    )


def list_public_events(session: Session, department_id: uuid.UUID, *, base_url: str) -> list[Event]:
    """The next due date of each public entry of a department: what its entry's page says anyway."""
    query = (
        select(CurrentRecord.entry_id, CurrentRecord.name, CurrentRecord.title, CurrentRecord.next_due_on)
        .add_columns(CurrentRecord.modified_at)
        .where(CurrentRecord.department_id == department_id, CurrentRecord.next_due_on.is_not(None))
        .order_by(CurrentRecord.next_due_on, CurrentRecord.entry_id)
        .limit(EVENT_LIMIT)
    )
    return [
        Event(
            uid=f"{entry_id}-{due_on.isoformat()}@{_host(base_url)}",
            day=due_on,
            title=f"数据更新：{title}",
            description=f"承诺更新日：{due_on.isoformat()}",
            url=f"{base_url}/dataset/{name}",
            modified_at=modified_at,
        )
        for entry_id, name, title, due_on, modified_at in session.execute(query)
        if due_on is not None
    ]


def _host(base_url: str) -> str:
    return base_url.partition("://")[2].partition("/")[0].partition(":")[0] or "localhost"
