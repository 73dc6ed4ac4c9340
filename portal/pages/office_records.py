"""The audit log and the pulls of the feeds, as people read them."""

from __future__ import annotations

import json
from dataclasses import dataclass

from catalog.audit import AuditCheck, AuditEvent
from catalog.feeds.pulls import FEEDS, Pull
from datasets.clock import SHANGHAI

PAGE_SIZE = 50
FAMILIES: dict[str, tuple[str, str]] = {
    "entry.": ("目录条目", "Entries"),
    "data.": ("数据", "Data"),
    "sheet.": ("Excel 填报", "Excel sheets"),
    "catalog.": ("目录导入", "Imported catalogs"),
    "department.": ("部门", "Departments"),
    "account.": ("账号与登录", "Accounts and sign-in"),
    "role.": ("角色", "Roles"),
    "calendar.": ("工作日历", "Working days"),
}
"""Families of acts by which the log may be narrowed."""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One event; `details` are its parameters as short text."""

    number: int
    at: str
    who: str
    address: str
    act: str
    subject: str
    result: str
    details: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of the log, newest first; `before` continues it. `check` is the chain's state when it was asked for."""

    lines: tuple[AuditLine, ...]
    before: int | None
    acts: tuple[tuple[str, str], ...]
    act: str
    subject: str
    username: str
    check: AuditCheck | None


@dataclass(frozen=True, slots=True)
class PullLine:
    """One pull of a feed."""

    at: str
    feed: str
    puller: str
    agent: str
    range: str
    count: int
    status: int


@dataclass(frozen=True, slots=True)
class PullPage:
    """A page of pulls; `before` is the instant that continues it."""

    lines: tuple[PullLine, ...]
    before: str | None


def make_audit_page(
    events: list[AuditEvent], *, act: str, subject: str, username: str, check: AuditCheck | None, language: str
) -> AuditPage:
    """The events in words; `events` may hold one more than a page."""
    lines = tuple(
        AuditLine(
            number=event.number,
            at=event.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
            who=event.account_name,
            address=event.address or "",
            act=event.act,
            subject=f"{event.object_kind} {event.object_id or ''}".strip(),
            result=event.result,
            details=json.dumps(event.params, ensure_ascii=False, sort_keys=True) if event.params else "",
        )
        for event in events[:PAGE_SIZE]
    )
    before = lines[-1].number if len(events) > PAGE_SIZE else None
    acts = tuple((family, words[language == "en"]) for family, words in FAMILIES.items())
    return AuditPage(lines, before, acts, act, subject, username, check)


def make_pull_page(pulls: list[Pull], *, language: str) -> PullPage:
    """The pulls in words; `pulls` may hold one more than a page."""
    lines = tuple(
        PullLine(
            at=pull.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
            feed=FEEDS[pull.feed][language == "en"] if pull.feed in FEEDS else pull.feed,
            puller=pull.puller,
            agent=pull.user_agent or "",
            range="" if pull.range_to is None else f"{pull.range_from or 0}–{pull.range_to}",
            count=pull.record_count,
            status=pull.status,
        )
        for pull in pulls[:PAGE_SIZE]
    )
    before = pulls[PAGE_SIZE - 1].at.isoformat() if len(pulls) > PAGE_SIZE else None
    return PullPage(lines, before)
