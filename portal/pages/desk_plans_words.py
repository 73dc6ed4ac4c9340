"""Plans in words: the countdown to a node, how a department stands there, what a declaration says."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask_babel import gettext as _

from catalog.plans import BoardRow, Cell, Countdown, DeclarationFacts, NodeFacts, PlanFacts


@dataclass(frozen=True, slots=True)
class Said:
    """Words with their tone: good, warn, bad, info or none."""

    text: str
    tone: str = ""
    more: str = ""
    """A second line: the date it was done, the date it was first due."""


def day_text(day: dt.date, language: str) -> str:
    """A day of the year as people say it: 6月30日, 30 June."""
    return f"{day.day} {day:%B}" if language == "en" else f"{day.month}月{day.day}日"


def full_day_text(day: dt.date, language: str) -> str:
    """A day with its year: 2026年6月30日, 30 June 2026."""
    return f"{day_text(day, language)} {day.year}" if language == "en" else f"{day.year}年{day_text(day, language)}"


def say_countdown(countdown: Countdown, language: str) -> Said:
    """How far a node is: 距6月30日还有 12 个工作日."""
    day = day_text(countdown.due_on, language)
    more = _("所跨年度的放假安排尚未公布，暂按周末推算") if countdown.is_provisional else ""
    if countdown.days == 0:
        return Said(_("%(day)s，今天截止", day=day), "bad", more)
    if countdown.days < 0 and countdown.workdays == 0:
        return Said(_("%(day)s已过", day=day), "bad", more)
    if countdown.days < 0:
        return Said(_("%(day)s已过 %(count)s 个工作日", day=day, count=-countdown.workdays), "bad", more)
    if countdown.workdays == 0:
        return Said(_("距%(day)s还有 %(count)s 天，均为休息日", day=day, count=countdown.days), "bad", more)
    text = _("距%(day)s还有 %(count)s 个工作日", day=day, count=countdown.workdays)
    return Said(text, "warn" if countdown.workdays <= 5 else "", more)


def say_cell(cell: Cell, row: BoardRow, node: NodeFacts, language: str) -> Said:
    """How a department stands at a node."""
    moved = _("原定 %(day)s", day=day_text(cell.first_due_on, language)) if cell.first_due_on else ""
    if cell.state is None:
        return Said(_("未启动"))
    if cell.state == "void":
        return Said(_("无需对接") if cell.reason == "nothing_to_connect" else _("不再要求"), "", "")
    if cell.state in ("on_time", "late", "missed", "excused"):
        return _say_settled(cell, moved, language)
    waits = _say_waiting(row, node)
    if node.rule == "catalog" and row.declaration == "signed" and row.signed_on:
        return Said(waits, "warn", _("%(day)s签署", day=full_day_text(row.signed_on, language)))
    if cell.is_overdue:
        late = cell.late_workdays or 0
        return Said(_("逾期 %(count)s 个工作日", count=late) if late else _("已逾期"), "bad", waits)
    return Said(waits, "", moved)


def say_declaration(plan: PlanFacts, facts: DeclarationFacts) -> str:
    """The sentence that a declaration stands for."""
    if facts.kind == "zero":
        return _(
            "本部门在“%(plan)s”中没有应编制的公共数据目录（零目录）。理由：%(reason)s",
            plan=plan.title,
            reason=facts.reason or "",
        )
    if facts.closed_count:
        return _(
            "本部门在“%(plan)s”中应编目录 %(count)s 条，已公开 %(count)s 条，"
            "其中不予开放 %(closed)s 条（均有依据），目录已编制完整。",
            plan=plan.title,
            count=facts.entry_count,
            closed=facts.closed_count,
        )
    return _(
        "本部门在“%(plan)s”中应编目录 %(count)s 条，已公开 %(count)s 条，目录已编制完整。",
        plan=plan.title,
        count=facts.entry_count,
    )


def _say_settled(cell: Cell, moved: str, language: str) -> Said:
    day = full_day_text(cell.settled_on, language) if cell.settled_on else ""
    if cell.state == "on_time":
        return Said(_("按时完成"), "good", day)
    if cell.state == "late":
        late = cell.late_workdays or 0
        return Said(_("逾期 %(count)s 个工作日完成", count=late) if late else _("逾期完成"), "warn", day)
    if cell.state == "excused":
        return Said(_("已免责"), "info", cell.reason or moved)
    return Said(_("未完成"), "bad", moved)


def _say_waiting(row: BoardRow, node: NodeFacts) -> str:
    if node.rule == "catalog":
        if row.declaration == "signed":
            return _("声明待确认")
        if row.declaration == "drafted":
            return _("声明待签署")
        if not row.progress.expected:
            return _("未列清单")
        return _("已编 %(done)s / %(count)s 条", done=row.progress.done, count=row.progress.expected)
    return _("待对接") if node.rule == "connection" else _("待完成")
