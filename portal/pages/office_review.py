"""The office's first page and its review queue in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from catalog.office_clocks import FreezeDue, NodeClock
from catalog.overview import DepartmentLine, LastPull, Overview
from catalog.permissions import Actor, is_allowed
from catalog.review import QueuePage, QueueRow
from datasets.clock import day_of
from portal.pages.desk_plans_words import Said, say_countdown
from portal.pages.desk_texts import in_words
from portal.pages.office_scores import period_title

PAGE_SIZE = 50
VOCABULARY = {"revision": "revision_state", "version": "version_state", "withdrawal": "entry_state"}
LONG_WAIT_DAYS = 3
"""Days after which a waiting line is marked."""
TASKS: tuple[tuple[str, str, str, str, str, str], ...] = (
    # attribute of Overview or of its clocks, zh, en, tone, place (OfficeTask), act without which it is nothing to do
    ("failed_messages", "提醒未能发出", "reminders could not be sent", "bad", "outbox", "outbox.read"),
    ("requests", "延期与申诉待答复", "extensions and objections to answer", "warn", "requests", "obligation.decide"),
    ("declarations", "完成声明待确认", "declarations to accept or return", "warn", "plans", "plan.manage"),
    ("findings", "整改结果待核验", "mended findings to check", "warn", "findings", "rectification.manage"),
    ("score_objections", "考核异议待答复", "objections to scores to answer", "warn", "scores", "score.manage"),
    ("suspended", "已紧急暂停，待处理", "suspended, to be settled", "bad", "suspended", "office.view"),
    ("withdrawals", "下架申请待决定", "withdrawals to decide", "warn", "withdrawal_review", "office.view"),
    ("approved", "审核通过，待发布", "approved, to be published", "info", "approved", "office.view"),
)


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One thing that waits; `what` says whether metadata, data or a withdrawal."""

    row: QueueRow
    what: str
    vocabulary: str
    days: int
    is_long: bool


@dataclass(frozen=True, slots=True)
class QueueView:
    """A page of the queue."""

    lines: tuple[QueueLine, ...]
    total: int
    next: str | None


@dataclass(frozen=True, slots=True)
class OfficeTask:
    """One kind of thing to do. `place`: a page of the office, or the state of the entries to list."""

    count: int
    text: str
    tone: str
    place: str


@dataclass(frozen=True, slots=True)
class NodeLine:
    """A node of a plan with its countdown in words."""

    clock: NodeClock
    countdown: Said


@dataclass(frozen=True, slots=True)
class OfficePage:
    """All that /office shows."""

    tasks: tuple[OfficeTask, ...]
    nodes: tuple[NodeLine, ...]
    freeze: FreezeDue | None
    freeze_title: str
    queue: tuple[QueueLine, ...]
    oldest_days: int
    waiting: int
    published: int
    overdue: int
    last_pull: LastPull | None
    departments: tuple[DepartmentLine, ...]
    """Those with entries; the others are only counted."""
    without_entries: int


def make_overview_page(found: Overview, *, by: Actor, now: dt.datetime, language: str) -> OfficePage:
    """The first page: tasks, the head of the queue, a line for each department."""
    lines = tuple(_line(row, now, language) for row in found.queue)
    in_review = max(found.waiting - found.withdrawals - found.approved, 0)
    first = OfficeTask(in_review, in_words(("等待审核", "waiting for review"), language), "warn", "queue")
    others = [
        OfficeTask(_count(found, name), in_words((zh, en), language), tone, place)
        for name, zh, en, tone, place, act in TASKS
        if is_allowed(by, act)
    ]
    freeze = found.clocks.freeze if is_allowed(by, "score.manage") else None
    busy = [one for one in found.departments if _has_anything(one)]
    return OfficePage(
        tasks=tuple(task for task in (first, *others) if task.count),
        nodes=tuple(NodeLine(one, say_countdown(one.left, language)) for one in found.clocks.nodes),
        freeze=freeze,
        freeze_title=period_title(freeze.period, language) if freeze else "",
        queue=lines,
        oldest_days=max((line.days for line in lines if line.row.state == "office_review"), default=0),
        waiting=found.waiting,
        published=found.published,
        overdue=found.overdue,
        last_pull=found.last_pull,
        departments=tuple(sorted(busy, key=lambda one: (-one.long_stale, -one.overdue, -one.published))),
        without_entries=len(found.departments) - len(busy),
    )


def make_queue_page(found: QueuePage, *, now: dt.datetime, language: str) -> QueueView:
    """A page of the queue, oldest first."""
    return QueueView(tuple(_line(row, now, language) for row in found.rows), found.total, found.next)


def _count(found: Overview, name: str) -> int:
    count: int = getattr(found.clocks if hasattr(found.clocks, name) else found, name)
    return count


def _line(row: QueueRow, now: dt.datetime, language: str) -> QueueLine:
    days = (day_of(now) - day_of(row.since)).days
    return QueueLine(row, _what(row, language), VOCABULARY[row.kind], days, days > LONG_WAIT_DAYS)


def _what(row: QueueRow, language: str) -> str:
    if row.kind == "withdrawal":
        return in_words(("下架申请", "Withdrawal"), language)
    if row.kind == "version":
        return in_words((f"第 {row.version_number} 版数据", f"Data, version {row.version_number}"), language)
    return in_words(("新条目", "New entry") if row.is_new else ("目录修订", "Revision"), language)


def _has_anything(one: DepartmentLine) -> bool:
    return bool(one.published or one.in_review or one.returned or one.drafts)
