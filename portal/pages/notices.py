"""Reminders, webhooks, the calendar address and the outbox, as people read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.errors import Problem
from catalog.models.notices import MESSAGE_STATES
from catalog.outbox import MessageFacts
from catalog.periods import format_period
from catalog.permissions import Actor, is_allowed
from catalog.reminder_lists import Raised, ReminderFacts
from catalog.reminders import find_step
from catalog.webhooks import WebhookFacts
from datasets.clock import SHANGHAI
from portal.messages import problem_text

PAGE_SIZE = 50
PANEL_SIZE = 5
STEP_TONES = {"overdue": "bad", "stale": "bad", "missed": "bad", "due": "warn", "last_day": "warn"}
STATE_LABELS: Mapping[str, tuple[str, str, str]] = {
    # state: zh, en, tone
    "waiting": ("等待发送", "Waiting", "info"),
    "sent": ("已发出", "Sent", "good"),
    "failed": ("未能发出", "Failed", "bad"),
}
CHANNEL_LABELS = {"mail": ("邮件", "Mail"), "webhook": ("推送", "Webhook")}
CALL_SUBJECTS = {"reminders": ("提醒推送", "Reminders"), "test": ("测试推送", "Test call")}


@dataclass(frozen=True, slots=True)
class ReminderLine:
    """One reminder in words; `period` is "" where the title says all."""

    raised_on: dt.date
    step: str
    tone: str
    todo: str
    title: str
    period: str
    page: str
    """Name of the view, in the desk and in the office, where it is dealt with; `address` are its values."""
    address: Mapping[str, str]
    department: str
    due_on: dt.date
    grace_on: dt.date
    state: str


@dataclass(frozen=True, slots=True)
class WebhookLine:
    """One webhook with how its last call went; `trouble` is a sentence or ""."""

    id: str
    url: str
    is_active: bool
    created_by: str
    last_text: str
    last_tone: str
    last_at: dt.datetime | None
    trouble: str


@dataclass(frozen=True, slots=True)
class NoticesPage:
    """Reminders with the ways in which they arrive. `secret` of a webhook just made is shown once."""

    room: str
    lines: tuple[ReminderLine, ...]
    next: str | None
    webhooks: tuple[WebhookLine, ...]
    calendar_url: str
    can_manage: bool
    email: str | None
    secret: str
    problems: tuple[tuple[str, str], ...]
    typed_url: str


@dataclass(frozen=True, slots=True)
class OutboxLine:
    """One message of the outbox."""

    id: str
    channel: str
    recipient: str
    subject: str
    department: str
    state: str
    tone: str
    attempts: int
    created_at: dt.datetime
    sent_at: dt.datetime | None
    next_try_at: dt.datetime | None
    problem: str
    can_retry: bool


@dataclass(frozen=True, slots=True)
class OutboxPage:
    """A page of the outbox. `tabs`: (state or "", text, how many)."""

    lines: tuple[OutboxLine, ...]
    next: str | None
    state: str
    tabs: tuple[tuple[str, str, int], ...]
    is_mail_set: bool


@dataclass(frozen=True, slots=True)
class NoticePanel:
    """What was raised today, for the first page of a desk; `broken`: webhooks that were switched off."""

    lines: tuple[ReminderLine, ...]
    total: int
    broken: int


def make_reminder_line(facts: ReminderFacts, *, today: dt.date, language: str) -> ReminderLine:
    """One reminder in the language of the page; `state` says "overdue" of what is open past its grace."""
    is_english = language == "en"
    step = find_step(facts.kind, facts.step)
    is_overdue = facts.state == "open" and today > facts.grace_on
    todo = step.todo_en if is_english else step.todo_zh
    page, address = _place(facts)
    return ReminderLine(
        raised_on=facts.raised_on,
        step=step.en if is_english else step.zh,
        tone=STEP_TONES.get(step.code, "info"),
        todo=todo if facts.state == "open" else "",
        title=facts.title,
        period=format_period(facts.period, language) if facts.entry_name else "",
        page=page,
        address=address,
        department=facts.department_name,
        due_on=facts.due_on,
        grace_on=facts.grace_on,
        state="overdue" if is_overdue else facts.state,
    )


def _place(facts: ReminderFacts) -> tuple[str, Mapping[str, str]]:
    if facts.entry_name:
        return "show_entry", {"name": facts.entry_name}
    if facts.kind == "node":
        return "show_plan", {"code": facts.period.partition("#")[0]}
    if facts.kind == "rectification":
        return "show_finding", {"code": facts.period}
    return "show_obligation", {"obligation_id": str(facts.obligation_id)}


def make_notices_page(
    reminders: tuple[list[ReminderFacts], str | None],
    webhooks: Iterable[WebhookFacts],
    *,
    room: str,
    by: Actor,
    today: dt.date,
    calendar_url: str = "",
    email: str | None = None,
    secret: str = "",
    problems: Iterable[Problem] = (),
    typed_url: str = "",
    language: str,
) -> NoticesPage:
    """The page of a department, or with `room` "office" of all."""
    rows, following = reminders
    return NoticesPage(
        room=room,
        lines=tuple(make_reminder_line(row, today=today, language=language) for row in rows),
        next=following,
        webhooks=tuple(_webhook_line(one, language) for one in webhooks),
        calendar_url=calendar_url,
        can_manage=is_allowed(by, "notice.manage"),
        email=email,
        secret=secret,
        problems=tuple((one.where, problem_text(one, language)) for one in problems),
        typed_url=typed_url,
    )


def make_panel(raised: Raised, *, broken: int, today: dt.date, language: str) -> NoticePanel:
    """Today's reminders for the desk's first page."""
    lines = tuple(make_reminder_line(row, today=today, language=language) for row in raised.rows)
    return NoticePanel(lines, raised.total, broken)


def make_outbox_page(
    found: tuple[list[MessageFacts], str | None],
    counts: Mapping[str, int],
    *,
    state: str,
    is_mail_set: bool,
    language: str,
) -> OutboxPage:
    """A page of messages with counts of each state."""
    rows, following = found
    is_english = language == "en"
    tabs = [(code, STATE_LABELS[code][is_english], counts.get(code, 0)) for code in MESSAGE_STATES]
    return OutboxPage(
        lines=tuple(_outbox_line(row, language) for row in rows),
        next=following,
        state=state,
        tabs=(("", "All" if is_english else "全部", sum(counts.values())), *tabs),
        is_mail_set=is_mail_set,
    )


def _outbox_line(facts: MessageFacts, language: str) -> OutboxLine:
    is_english = language == "en"
    subject = CALL_SUBJECTS.get(facts.subject)
    return OutboxLine(
        id=str(facts.id),
        channel=CHANNEL_LABELS.get(facts.channel, (facts.channel, facts.channel))[is_english],
        recipient=facts.recipient,
        subject=subject[is_english] if subject and facts.channel == "webhook" else facts.subject,
        department=facts.department_name or "",
        state=STATE_LABELS[facts.state][is_english],
        tone=STATE_LABELS[facts.state][2],
        attempts=facts.attempts,
        created_at=facts.created_at,
        sent_at=facts.sent_at,
        next_try_at=facts.next_try_at if facts.state == "waiting" and facts.attempts else None,
        problem=_problem(facts.problem, language),
        can_retry=facts.state == "failed" or (facts.state == "waiting" and facts.attempts > 0),
    )


def _webhook_line(facts: WebhookFacts, language: str) -> WebhookLine:
    state = STATE_LABELS.get(facts.last_state or "")
    return WebhookLine(
        id=str(facts.id),
        url=facts.url,
        is_active=facts.is_active,
        created_by=facts.created_by_name,
        last_text=state[language == "en"] if state else "",
        last_tone=state[2] if state else "",
        last_at=facts.last_at.astimezone(SHANGHAI) if facts.last_at else None,
        trouble=_problem(facts.last_problem, language),
    )


def _problem(problem: Mapping[str, Any] | None, language: str) -> str:
    return problem_text(problem, language) if problem else ""
