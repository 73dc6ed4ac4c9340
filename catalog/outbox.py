"""发件箱: messages that leave the house, each a row written with the fact that causes it.

Nothing is lost: the row stands in the same transaction as its reminder, and a sender that dies gives it back when its
lease ends. Nothing goes twice: the key is unique, a lease belongs to one sender, and the message's id goes out with
it, as the file's name, the mail's Message-ID, or the call's delivery id. What was handed over right before a crash
is handed over again under the same id, and so replaces or is recognised as the first one.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, Table, and_, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from catalog.audit import record_audit
from catalog.errors import Conflict, Invalid, NotFound
from catalog.keyset import format_cursor, parse_cursor
from catalog.models import Department, Message
from catalog.models.notices import MESSAGE_STATES
from catalog.permissions import Actor, require_allowed
from datasets.db import Base

LEASE_SECONDS = 300
MAX_ATTEMPTS = 16
"""One minute, four, sixteen … six hours apart: three days, then the message has failed for all to see."""
BACK_OFF_LIMIT = dt.timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class NewMessage:
    """What is to be sent; `key` says what it is, so that queueing it twice makes one."""

    key: str
    channel: str
    """mail or webhook"""
    recipient: str
    subject: str = ""
    body: str = ""
    payload: Mapping[str, Any] | None = None
    account_id: uuid.UUID | None = None
    department_id: uuid.UUID | None = None
    webhook_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message in the hands of one sender until `lease_until`."""

    id: uuid.UUID
    channel: str
    recipient: str
    subject: str
    body: str
    webhook_id: uuid.UUID | None
    attempts: int
    created_at: dt.datetime
    lease_until: dt.datetime


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """A message as the office sees it; never its body, which is for the recipient."""

    id: uuid.UUID
    channel: str
    recipient: str
    subject: str
    department_name: str | None
    state: str
    attempts: int
    next_try_at: dt.datetime
    sent_at: dt.datetime | None
    problem: Mapping[str, Any] | None
    created_at: dt.datetime


def insert_missing(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert rows, leaving out those whose unique key exists already; how many were new."""
    if not rows:
        return 0
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.flush()
    place = cast(Table, table.__table__)
    statement = insert(place).on_conflict_do_nothing().returning(place.c.id)
    return len(session.connection().execute(statement, [dict(row) for row in rows]).all())


def queue_messages(session: Session, messages: Sequence[NewMessage], *, now: dt.datetime) -> int:
    """Put messages into the outbox, in the caller's transaction; those with a known key are there already."""
    rows = [
        {
            "id": uuid.uuid4(),
            "key": message.key,
            "channel": message.channel,
            "account_id": message.account_id,
            "department_id": message.department_id,
            "webhook_id": message.webhook_id,
            "recipient": message.recipient,
            "subject": message.subject,
            "body": message.body,
            "payload": dict(message.payload or {}),
            "state": "waiting",
            "attempts": 0,
            "next_try_at": now,
            "created_at": now,
        }
        for message in messages
    ]
    return insert_missing(session, Message, rows)


def _ready(now: dt.datetime) -> Any:
    is_free = or_(Message.lease_until.is_(None), Message.lease_until < now)
    return and_(Message.state == "waiting", Message.next_try_at <= now, is_free)


def has_ready(session: Session, *, now: dt.datetime) -> bool:
    """Whether anything waits to be sent: one look at an index, so that an idle sender writes nothing."""
    return session.scalar(select(Message.id).where(_ready(now)).limit(1)) is not None


def lease_messages(session: Session, *, now: dt.datetime, limit: int = 10) -> list[Outgoing]:
    """Take the messages that have waited longest; two senders never get the same one.

    PostgreSQL skips rows that another sender is taking, SQLite has one writer.
    """
    oldest = select(Message.id).where(_ready(now)).order_by(Message.next_try_at, Message.id).limit(limit)
    ids = session.scalars(oldest.with_for_update(skip_locked=True)).all()
    until = now + dt.timedelta(seconds=LEASE_SECONDS)
    statement = (
        update(Message)
        .where(Message.id.in_(ids), _ready(now))
        .values(lease_until=until, attempts=Message.attempts + 1)
        .returning(*(getattr(Message, name) for name in Outgoing.__slots__))
        .execution_options(synchronize_session=False)
    )
    return sorted((Outgoing(*row) for row in session.execute(statement)), key=lambda message: message.created_at)


def mark_sent(session: Session, message: Outgoing, *, now: dt.datetime) -> bool:
    """Note that it has left. Also by a sender whose lease has ended meanwhile: what has left must not leave again."""
    return _change(session, message.id, state="sent", sent_at=now, lease_until=None, problem=None)


def mark_failed(
    session: Session, message: Outgoing, *, problem: Mapping[str, Any], is_final: bool = False, now: dt.datetime
) -> bool:
    """Note why it did not leave, to be tried again after a pause; for good after MAX_ATTEMPTS or if `is_final`.

    False, and nothing changed, when another sender holds it by now.
    """
    values: dict[str, Any] = {"problem": dict(problem), "lease_until": None}
    if is_final or message.attempts >= MAX_ATTEMPTS:
        values["state"] = "failed"
    else:
        values["next_try_at"] = now + back_off(message.attempts)
    return _change(session, message.id, Message.lease_until == message.lease_until, **values)


def back_off(attempts: int) -> dt.timedelta:
    """The pause after so many attempts: 1, 4, 16, 64, 256 minutes, then six hours."""
    return min(dt.timedelta(minutes=4 ** min(attempts - 1, 8)), BACK_OFF_LIMIT)


def _change(session: Session, message_id: uuid.UUID, *held: Any, **values: Any) -> bool:
    statement = update(Message).where(Message.id == message_id, Message.state == "waiting", *held).values(**values)
    result = session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def retry_message(session: Session, message_id: uuid.UUID, *, by: Actor, now: dt.datetime) -> None:
    """Try a message again now, with all its attempts; raises NotFound, Conflict("message_sent")."""
    require_allowed(by, "outbox.read")
    row = session.get(Message, message_id, populate_existing=True, with_for_update=True)
    if row is None:
        raise NotFound("message_not_found")
    if row.state == "sent":
        raise Conflict("message_sent")
    row.state, row.attempts, row.next_try_at = "waiting", 0, now
    session.flush()
    record_audit(session, by=by, act="outbox.retry", object_kind="message", object_id=message_id, now=now)


def list_messages(
    session: Session, *, by: Actor, state: str = "", after: str | None = None, limit: int = 50
) -> tuple[list[MessageFacts], str | None]:
    """Messages, the newest first, and the cursor of the next page; O(limit).

    Raises Invalid("bad_state") for an unknown state, Invalid("bad_cursor").
    """
    require_allowed(by, "outbox.read")
    if state and state not in MESSAGE_STATES:
        raise Invalid("bad_message_state", state=state[:20], known=list(MESSAGE_STATES))
    names = [name for name in MessageFacts.__slots__ if name != "department_name"]
    query = (
        select(*(getattr(Message, name) for name in names), Department.name.label("department_name"))
        .outerjoin(Department, Department.id == Message.department_id)
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(limit + 1)
    )
    if state:
        query = query.where(Message.state == state)
    cursor = parse_cursor(after)
    if cursor is not None:
        at, last = cursor
        query = query.where(or_(Message.created_at < at, and_(Message.created_at == at, Message.id < last)))
    rows = [MessageFacts(**row._mapping) for row in session.execute(query)]
    following = format_cursor(rows[limit - 1].created_at, rows[limit - 1].id) if len(rows) > limit else None
    return rows[:limit], following


def count_messages(session: Session) -> dict[str, int]:
    """How many messages are in each state."""
    counts = {row[0]: row[1] for row in session.execute(select(Message.state, func.count()).group_by(Message.state))}
    return {state: counts.get(state, 0) for state in MESSAGE_STATES}
