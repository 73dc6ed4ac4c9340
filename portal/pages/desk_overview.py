"""The first page of a department's desk: tasks in words, the most pressing first."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.desk import Desk, Task
from catalog.permissions import ROLES, Actor, is_allowed
from portal.pages.notices import NoticePanel

TASKS: dict[str, tuple[str, str, str, str]] = {
    # kind: (zh, en, tone, section of the page)
    "node": ("计划节点未完成", "nodes of plans to be met", "warn", "node"),
    "overdue": ("数据超期，公众已能看到", "data overdue, and the public can see it", "bad", "overdue"),
    "returned": ("条目被退回，待修改", "entries returned, to be changed", "bad", "returned"),
    "sign": ("等待您审签", "waiting for your signature", "warn", "sign"),
    "due": ("数据即将到期", "data due soon", "warn", "due"),
    "submit": ("草稿已填齐，可以提交", "drafts complete, to be submitted", "info", "ready"),
    "gaps": ("草稿还有空缺", "drafts with gaps", "", "gaps"),
}


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One thing to do: how many, what, how pressing, and where on the page it stands."""

    count: int
    text: str
    tone: str
    section: str


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
        tasks=tuple(_task(task, is_english) for task in desk.tasks),
        desk=desk,
        can_create=is_allowed(by, "entry.create"),
        can_upload=is_allowed(by, "data.upload"),
        can_import=is_allowed(by, "sheet.import"),
        notices=notices,
    )


def _task(task: Task, is_english: bool) -> TaskLine:
    zh, en, tone, section = TASKS[task.kind]
    return TaskLine(task.count, en if is_english else zh, tone, section)
