"""The first page of a department's desk: tasks in words, the most pressing first."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from catalog.desk import Desk, DueRow, Task
from catalog.permissions import ROLES, Actor, is_allowed
from catalog.plans import Countdown
from portal.pages.desk_ledger import SOON_WORKDAYS
from portal.pages.desk_plans_words import Said, day_text
from portal.pages.notices import NoticePanel

OVERDUE = ("overdue", "long_stale")
"""Codes of timeliness at which the days of grace are over."""

TASKS: dict[str, tuple[str, str, str, str]] = {
    # kind: (zh, en, tone, section of the page)
    "node": ("计划节点待完成", "nodes of plans to be met", "warn", "plan"),
    "finding": ("问题待整改", "findings to be mended", "warn", "findings"),
    "overdue": ("数据超期，公众已能看到", "data overdue, and the public can see it", "bad", "overdue"),
    "returned": ("条目被退回，待修改", "entries returned, to be changed", "bad", "returned"),
    "sign": ("等待您审签", "waiting for your signature", "warn", "sign"),
    "due": ("数据即将到期", "data due soon", "warn", "due"),
    "submit": ("草稿已填齐，可以提交", "drafts complete, to be submitted", "info", "ready"),
    "gaps": ("草稿还有空缺", "drafts with gaps", "", "gaps"),
}


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One thing to do: how many, what, how pressing, and where it stands: a section of the page, or a page."""

    count: int
    text: str
    tone: str
    section: str
    note: str = ""
    """How far the most pressing of them is, in working days."""
    is_pressing: bool = False
    """Whether that one is late already."""


@dataclass(frozen=True, slots=True)
class DeskPage:
    """All that /desk shows."""

    department: str
    roles: tuple[str, ...]
    tasks: tuple[TaskLine, ...]
    desk: Desk
    can_create: bool
    can_upload: bool
    can_import: bool
    notices: NoticePanel
    """What was raised for this person today."""
    language: str

    def say_left(self, row: DueRow) -> Said:
        """How far the due date of a row is, in working days; its tone is late, soon or none."""
        if row.timeliness in OVERDUE:
            return Said(_overdue(row.left), "late")
        if row.left.days < 0:
            return Said(_("宽限期，至%(day)s", day=day_text(row.grace_on, self.language)), "soon")
        return _ahead(row.left)

    @property
    def kept_share(self) -> float | None:
        """Share of updates on time over the last year, 0 to 1; None where none was owed."""
        return self.desk.kept / self.desk.settled if self.desk.settled else None

    @property
    def is_new(self) -> bool:
        """Whether the department has nothing yet."""
        desk = self.desk
        return not (desk.published or desk.gaps or desk.ready or desk.waiting or desk.to_sign or desk.returned)


def make_desk_page(desk: Desk, notices: NoticePanel, *, department: str, by: Actor, language: str) -> DeskPage:
    """The desk of one person."""
    is_english = language == "en"
    return DeskPage(
        department=department,
        roles=tuple(ROLES[key].en if is_english else ROLES[key].zh for key in ROLES if key in by.roles),
        tasks=tuple(_task(task, desk, language) for task in desk.tasks),
        desk=desk,
        can_create=is_allowed(by, "entry.create"),
        can_upload=is_allowed(by, "data.upload"),
        can_import=is_allowed(by, "sheet.import"),
        notices=notices,
        language=language,
    )


def _task(task: Task, desk: Desk, language: str) -> TaskLine:
    zh, en, tone, section = TASKS[task.kind]
    left = _most_pressing(task.kind, desk)
    is_late = left is not None and left.days < 0 and task.kind != "due"
    note = "" if left is None else _longest(task, left) if is_late else _first(left, language)
    return TaskLine(task.count, en if language == "en" else zh, "bad" if is_late else tone, section, note, is_late)


def _most_pressing(kind: str, desk: Desk) -> Countdown | None:
    """How far the earliest due date of a kind of task is; None for tasks without a date."""
    if kind == "node":
        return desk.node.countdown if desk.node else None
    if kind == "finding":
        return desk.findings.left
    rows = {"overdue": desk.overdue.rows, "due": desk.due.rows}.get(kind, ())
    return rows[0].left if rows else None


def _longest(task: Task, left: Countdown) -> str:
    if task.kind == "node" and left.workdays:
        return _("已逾期 %(count)s 个工作日", count=-left.workdays)
    if task.count > 1 and left.workdays:
        return _("最久的已超期 %(count)s 个工作日", count=-left.workdays)
    return _overdue(left)


def _first(left: Countdown, language: str) -> str:
    day = day_text(left.due_on, language)
    if left.days < 0:
        return _("最早的 %(day)s 到期，在宽限期内", day=day)
    if left.workdays == 0:
        return _("最早的 %(day)s 到期", day=day)
    return _("最早的 %(day)s 到期，还有 %(count)s 个工作日", day=day, count=left.workdays)


def _overdue(left: Countdown) -> str:
    return _("已超期 %(count)s 个工作日", count=-left.workdays) if left.workdays else _("已超期")


def _ahead(left: Countdown) -> Said:
    if left.days == 0:
        return Said(_("今天到期"), "late")
    if left.workdays == 0:
        return Said(_("到期前已无工作日"), "late")
    return Said(_("还有 %(count)s 个工作日", count=left.workdays), "soon" if left.workdays <= SOON_WORKDAYS else "")
