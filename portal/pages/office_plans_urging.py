"""催办单 in words: a sheet to print and a text to copy, in the language of the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _

from catalog.plans import Countdown
from catalog.urging import OwedUpdate, UrgingNote
from catalog.vocabularies import label
from portal.pages.desk_plans_words import full_day_text
from portal.templating import Site


@dataclass(frozen=True, slots=True)
class UrgingPart:
    """One heading with its numbered lines."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UrgingSheet:
    """One department's sheet; `text` is the whole as plain text."""

    slug: str
    department: str
    title: str
    opening: str
    parts: tuple[UrgingPart, ...]
    closing: tuple[str, ...]
    signature: tuple[str, ...]
    count: int

    @property
    def text(self) -> str:
        """All of it, line by line."""
        lines = [self.title, "", _("%(department)s：", department=self.department), self.opening, ""]
        for part in self.parts:
            lines.append(part.heading)
            lines += [f"{index}. {line}" for index, line in enumerate(part.lines, start=1)]
            lines.append("")
        return "\n".join([*lines, *self.closing, "", *self.signature])


def make_sheets(notes: Iterable[UrgingNote], *, site: Site, language: str) -> tuple[UrgingSheet, ...]:
    """The sheets of all departments."""
    return tuple(make_sheet(note, site=site, language=language) for note in notes)


def make_sheet(note: UrgingNote, *, site: Site, language: str) -> UrgingSheet:
    """One department's sheet: what is owed, by when, whom to call."""
    today = full_day_text(note.written_on, language)
    about = _("“%(plan)s”", plan=note.plan.title) if note.plan else _("公共数据开放工作")
    opening = _(
        "截至%(day)s，贵单位在%(about)s中尚有 %(count)s 项未完成，现将明细列后，请抓紧办理。",
        day=today,
        about=about,
        count=note.count,
    )
    by = note.answer_by
    closing = [
        _("已逾期的事项请立即办理；其余请按期完成，最近的期限为%(day)s。", day=full_day_text(by, language))
        if by
        else _("以上事项均已逾期，请立即办理。"),
        _("确有困难的，请书面说明原因并提出完成时限。"),
    ]
    contact = _("，").join(part for part in (site.phone, site.email) if part)
    if contact:
        closing.append(_("联系方式：%(contact)s", contact=contact))
    name = note.department.name_en if language == "en" and note.department.name_en else note.department.name
    return UrgingSheet(
        slug=note.department.slug,
        department=name,
        title=_("公共数据开放工作催办单"),
        opening=opening,
        parts=_numbered(_parts(note, language)),
        closing=tuple(closing),
        signature=tuple(part for part in (site.operator or site.name, today) if part),
        count=note.count,
    )


def _numbered(parts: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[UrgingPart, ...]:
    """The parts that have lines, with their numbers: 一、… 二、…"""
    numbers = _("一 二 三 四 五 六").split()
    filled = [(title, lines) for title, lines in parts if lines]
    return tuple(
        UrgingPart(_("%(number)s、%(title)s", number=number, title=title), lines)
        for number, (title, lines) in zip(numbers, filled, strict=False)
    )


def _parts(note: UrgingNote, language: str) -> list[tuple[str, tuple[str, ...]]]:
    missing = _(
        "应编目录未完成（应编 %(expected)s 条，已完成 %(done)s 条）",
        expected=note.progress.expected,
        done=note.progress.done,
    )
    return [
        (
            _("未完成的时间节点"),
            tuple(
                _(
                    "%(title)s：应于%(day)s前完成，%(countdown)s",
                    title=node.title,
                    day=full_day_text(node.countdown.due_on, language),
                    countdown=_how_far(node.countdown),
                )
                for node in note.nodes
            ),
        ),
        (
            missing,
            tuple(
                _("%(title)s（%(state)s）", title=item.title, state=label("plan_item_state", item.state, language))
                for item in note.missing
            ),
        ),
        (_("超期未更新的数据"), tuple(_update(update, language) for update in note.overdue)),
        (_("即将到期的数据更新"), tuple(_update(update, language) for update in note.due_soon)),
        (
            _("被退回待修改的条目"),
            tuple(_("%(title)s：%(reason)s", title=one.title, reason=one.reason or "") for one in note.returned),
        ),
        (
            _("未办结的整改事项"),
            tuple(
                _(
                    "%(title)s（%(code)s）：应于%(day)s前办结，%(countdown)s",
                    title=one.finding,
                    code=one.code,
                    day=full_day_text(one.countdown.due_on, language),
                    countdown=_how_far(one.countdown),
                )
                for one in note.rectifications
            ),
        ),
    ]


def _how_far(countdown: Countdown) -> str:
    if countdown.days > 0:
        return _("还有 %(count)s 个工作日", count=countdown.workdays)
    if countdown.days == 0:
        return _("今天截止")
    return _("已逾期 %(count)s 个工作日", count=-countdown.workdays) if countdown.workdays else _("已逾期")


def _update(update: OwedUpdate, language: str) -> str:
    text = _("%(title)s：应于%(day)s前更新", title=update.title, day=full_day_text(update.countdown.due_on, language))
    if update.countdown.workdays < 0:
        text += _("，已过 %(count)s 个工作日", count=-update.countdown.workdays)
    if update.period_count > 1:
        text += _("，共欠 %(count)s 期", count=update.period_count)
    return text
