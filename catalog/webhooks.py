"""Addresses that are called when reminders are raised: registered by a department for itself, by the office for all.

The secret by which a receiver checks a call is derived from the portal's key and the webhook's id; it is stored
nowhere. The text of the call is made once, when it is queued, so that every try sends the same bytes.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from catalog.audit import record_audit
from catalog.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from catalog.models import AuditRow, Department, Message, Webhook
from catalog.outbox import NewMessage, queue_messages
from catalog.permissions import SYSTEM, Actor, is_allowed, require_allowed, system_actor
from catalog.reminder_lists import list_raised

MAX_URL = 2000
MAX_WEBHOOKS = 5
"""For one department, and for the office."""
FAILURES_BEFORE_OFF = 20
MAX_REMINDERS = 500
"""More reminders of one day than this are not written out in a call; `total` tells how many there are."""


@dataclass(frozen=True, slots=True)
class WebhookFacts:
    """A webhook with how its last call went; `department_id` None is the office's, of all departments."""

    id: uuid.UUID
    department_id: uuid.UUID | None
    url: str
    is_active: bool
    created_by_name: str
    created_at: dt.datetime
    last_state: str | None
    last_at: dt.datetime | None
    last_problem: Mapping[str, Any] | None


def parse_webhook_url(text: str) -> str:
    """An http(s) address without user name, fragment, blanks or control characters; raises Invalid.

    Whether it may be called is decided when it is called, by where its name leads then.
    """
    url = text.strip(" ")
    try:
        parts = urlsplit(url)
        is_fine = parts.scheme in ("https", "http") and bool(parts.hostname) and (parts.port or 443) > 0
        is_fine = is_fine and not parts.username and not parts.password and not parts.fragment
    except ValueError:
        is_fine = False
    if not is_fine or len(url) > MAX_URL or not url.isascii() or not url.isprintable() or set(' \\"<>') & set(url):
        raise Invalid("webhook_refused", problems=[Problem("url", "webhook_url_shape", maximum=MAX_URL)])
    return url


def register_webhook(
    session: Session, department_id: uuid.UUID | None, *, url: str, by: Actor, now: dt.datetime
) -> WebhookFacts:
    """Register an address for a department, or with None for all of them, which only the office may.

    Raises Invalid("webhook_refused"), Conflict("too_many_webhooks"), NotAllowed.
    """
    _require_owner(by, department_id)
    address = parse_webhook_url(url)
    if len(list_webhooks(session, department_id, by=by)) >= MAX_WEBHOOKS:
        raise Conflict("too_many_webhooks", maximum=MAX_WEBHOOKS)
    row = Webhook(id=uuid.uuid4(), department_id=department_id, url=address, created_by_name=by.name, created_at=now)
    row.is_active = True
    session.add(row)
    session.flush()
    _audit(session, row, "webhook.register", by, now)
    return _facts(row, None)


def list_webhooks(session: Session, department_id: uuid.UUID | None, *, by: Actor) -> list[WebhookFacts]:
    """The addresses of a department, or of the office with None, the oldest first, with how each last call went."""
    _require_owner(by, department_id)
    same = Webhook.department_id.is_(None) if department_id is None else Webhook.department_id == department_id
    rows = session.scalars(select(Webhook).where(same).order_by(Webhook.created_at, Webhook.id)).all()
    return [_facts(row, _last_message(session, row.id)) for row in rows]


def switch_webhook(session: Session, webhook_id: uuid.UUID, *, is_active: bool, by: Actor, now: dt.datetime) -> None:
    """Call it again, or no longer; raises NotFound for one of another department too."""
    row = _own(session, webhook_id, by)
    if row.is_active == is_active:
        return
    row.is_active = is_active
    session.flush()
    _audit(session, row, "webhook.switch_on" if is_active else "webhook.switch_off", by, now)


def remove_webhook(session: Session, webhook_id: uuid.UUID, *, by: Actor, now: dt.datetime) -> None:
    """Forget the address; what waited for it is given up, visibly. Raises NotFound."""
    row = _own(session, webhook_id, by)
    _give_up_waiting(session, webhook_id, "webhook_removed")
    session.execute(
        update(Message)
        .where(Message.webhook_id == webhook_id)
        .values(webhook_id=None)
        .execution_options(synchronize_session=False)
    )
    _audit(session, row, "webhook.remove", by, now)
    session.delete(row)
    session.flush()


def queue_test(session: Session, webhook_id: uuid.UUID, *, by: Actor, now: dt.datetime) -> None:
    """Queue a call without reminders, to see that the other side takes it.

    Raises NotFound, Conflict("webhook_is_off"), Conflict("webhook_test_waits") while the last one has not left: pressed
    again and again the button would flood somebody else's server.
    """
    row = _own(session, webhook_id, by)
    if not row.is_active:
        raise Conflict("webhook_is_off")
    tests = select(Message.id).where(Message.webhook_id == row.id, Message.subject == "test")
    if session.scalar(tests.where(Message.state == "waiting").limit(1)) is not None:
        raise Conflict("webhook_test_waits")
    body: dict[str, Any] = {"kind": "test", "day": None, "department": None, "total": 0, "reminders": []}
    queue_messages(session, [_message(row, f"webhook-test:{row.id}:{now.isoformat()}", body)], now=now)
    _audit(session, row, "webhook.test", by, now)


def queue_calls(session: Session, *, on: dt.date, base_url: str, now: dt.datetime) -> int:
    """Queue one call for each active webhook that today's reminders concern; running it again queues nothing."""
    messages = []
    for row in session.scalars(select(Webhook).where(Webhook.is_active).order_by(Webhook.id)):
        raised = list_raised(session, on=on, department_id=row.department_id, limit=MAX_REMINDERS)
        if not raised.rows:
            continue
        department = session.get(Department, row.department_id) if row.department_id else None
        body = {
            "kind": "reminders",
            "day": on.isoformat(),
            "department": {"slug": department.slug, "name": department.name} if department else None,
            "total": raised.total,
            "reminders": [
                {
                    "step": one.step,
                    "kind": one.kind,
                    "period": one.period,
                    "title": one.title,
                    "due_on": one.due_on.isoformat(),
                    "grace_on": one.grace_on.isoformat(),
                    "department": {"slug": one.department_slug, "name": one.department_name},
                    "url": base_url + one.path("desk" if row.department_id else "office"),
                }
                for one in raised.rows
            ],
        }
        messages.append(_message(row, f"webhook:{row.id}:{on.isoformat()}:{raised.total}", body))
    return queue_messages(session, messages, now=now)


def count_broken(session: Session, *, by: Actor) -> int:
    """How many webhooks of the acting person's department the portal switched off because their calls failed.

    One that a person switched off is no trouble: the log's last word about it tells the two apart.
    """
    if by.department_id is None or not is_allowed(by, "notice.manage", department_id=by.department_id):
        return 0
    off = select(Webhook.id).where(Webhook.department_id == by.department_id, ~Webhook.is_active)
    last = select(AuditRow.account_id).where(AuditRow.act == "webhook.switch_off").order_by(AuditRow.number.desc())
    found = [
        session.execute(last.where(AuditRow.object_id == str(key)).limit(1)).first() for key in session.scalars(off)
    ]
    return sum(1 for row in found if row is not None and row.account_id is None)


def find_target(session: Session, webhook_id: uuid.UUID | None) -> str | None:
    """The address to call now; None when the webhook has been removed or is off."""
    row = session.get(Webhook, webhook_id) if webhook_id else None
    return row.url if row is not None and row.is_active else None


def switch_off_failing(session: Session, webhook_id: uuid.UUID, *, now: dt.datetime) -> bool:
    """Switch the webhook off once its calls have failed FAILURES_BEFORE_OFF times in a row.

    In a row: since one was last taken, or since a person switched it on again. The owner sees it on the desk; what
    waits for it is given up.
    """
    row = session.get(Webhook, webhook_id)
    if row is None or not row.is_active:
        return False
    of_this = Message.webhook_id == webhook_id
    taken_at = session.scalar(select(func.max(Message.created_at)).where(of_this, Message.state == "sent"))
    switched = select(func.max(AuditRow.at)).where(AuditRow.object_id == str(webhook_id))
    switched_at = session.scalar(switched.where(AuditRow.act == "webhook.switch_on"))
    failed = select(func.sum(Message.attempts)).where(of_this, Message.state != "sent")
    if taken_at is not None:
        failed = failed.where(Message.created_at > taken_at)
    if switched_at is not None:
        failed = failed.where(Message.created_at >= switched_at)
    if (session.scalar(failed) or 0) < FAILURES_BEFORE_OFF:
        return False
    row.is_active = False
    session.flush()
    _give_up_waiting(session, webhook_id, "webhook_switched_off")
    _audit(session, row, "webhook.switch_off", system_actor("outbox.send"), now)
    return True


def _require_owner(by: Actor, department_id: uuid.UUID | None) -> None:
    if department_id is None and not by.roles & {"office", SYSTEM}:
        raise NotAllowed("not_allowed", act="notice.manage")
    require_allowed(by, "notice.manage", department_id=department_id)


def _own(session: Session, webhook_id: uuid.UUID, by: Actor) -> Webhook:
    row = session.get(Webhook, webhook_id, populate_existing=True)
    if row is None:
        raise NotFound("webhook_not_found")
    try:
        _require_owner(by, row.department_id)
    except NotAllowed as error:
        raise NotFound("webhook_not_found") from error
    return row


def _message(row: Webhook, key: str, body: Mapping[str, Any]) -> NewMessage:
    return NewMessage(
        key=key,
        channel="webhook",
        recipient=row.url,
        subject=body["kind"],
        body=orjson.dumps(body).decode(),
        department_id=row.department_id,
        webhook_id=row.id,
    )


def _give_up_waiting(session: Session, webhook_id: uuid.UUID, code: str) -> None:
    session.execute(
        update(Message)
        .where(Message.webhook_id == webhook_id, Message.state == "waiting")
        .values(state="failed", lease_until=None, problem={"code": code, "params": {}})
        .execution_options(synchronize_session=False)
    )


def _last_message(session: Session, webhook_id: uuid.UUID) -> Message | None:
    tried = select(Message).where(Message.webhook_id == webhook_id, Message.attempts > 0)
    return session.scalar(tried.order_by(Message.created_at.desc(), Message.id.desc()).limit(1))


def _facts(row: Webhook, last: Message | None) -> WebhookFacts:
    return WebhookFacts(
        id=row.id,
        department_id=row.department_id,
        url=row.url,
        is_active=row.is_active,
        created_by_name=row.created_by_name,
        created_at=row.created_at,
        last_state=last.state if last else None,
        last_at=(last.sent_at or last.created_at) if last else None,
        last_problem=last.problem if last else None,
    )


def _audit(session: Session, row: Webhook, act: str, by: Actor, now: dt.datetime) -> None:
    params = {"host": urlsplit(row.url).hostname, "department_id": row.department_id}
    record_audit(session, by=by, act=act, object_kind="webhook", object_id=row.id, now=now, params=params)
