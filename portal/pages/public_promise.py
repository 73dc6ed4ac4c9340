"""更新承诺 on the page of an entry, its whole history of updates, and the same as a table for spreadsheets."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog import promise, public
from catalog.periods import format_period
from catalog.promise import Promise, PublicPeriod
from catalog.public import PublicEntry
from catalog.vocabularies import VOCABULARIES
from datasets.formats.guard import guard_cell

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

PER_PAGE = 50
OUTCOMES: dict[str, tuple[str, str]] = {
    "on_time": ("按时", "on time"),
    "late": ("逾期 {workdays} 个工作日", "late by {workdays} working days"),
    "missed": ("未更新", "missed"),
    "excused": ("已豁免", "excused"),
    "overdue": ("超期 {workdays} 个工作日，尚未更新", "overdue by {workdays} working days"),
    "open": ("待更新", "not due yet"),
}
"""State of a period → what became of it, in words."""

STANDINGS: dict[str, tuple[str, str]] = {
    "normal": ("还有 {days} 天", "in {days} days"),
    "soon": ("还有 {days} 天，即将到期", "in {days} days: due soon"),
    "today": ("今天到期", "due today"),
    "grace": ("已到期，{grace}及以前更新仍算按时", "due; an update up to {grace} is still on time"),
    "overdue": ("已超期 {workdays} 个工作日", "overdue by {workdays} working days"),
}
"""How the next update stands today, in words."""

HISTORY_COLUMNS: tuple[tuple[str, str], ...] = (
    ("期次", "Period"),
    ("起始日", "Starts on"),
    ("应更新日", "Due on"),
    ("原应更新日", "First due on"),
    ("按时截止日", "Still on time until"),
    ("完成日", "Settled on"),
    ("履约情况", "Outcome"),
    ("逾期工作日", "Working days late"),
    ("完成方式", "How"),
    ("暂定", "Provisional"),
)
"""Columns of the history as CSV."""


@dataclass(frozen=True, slots=True)
class PeriodView:
    """One period with its words in the language of the page; `how` is empty while nothing has settled it."""

    facts: PublicPeriod
    text: str
    outcome: str
    how: str

    @property
    def sentence(self) -> str:
        """Period and outcome, as a square says it to people who hear the page."""
        return f"{self.text}: {self.outcome}" if self.text.isascii() else f"{self.text}：{self.outcome}"


@dataclass(frozen=True, slots=True)
class PromisePanel:
    """更新承诺 as the page of an entry shows it."""

    facts: Promise
    standing: str
    """How the next update stands today, in words; empty where none is owed."""
    tone: str
    periods: tuple[PeriodView, ...]
    is_provisional: bool
    """Whether a day of grace shown here rests on a year whose working days have not been announced."""

    @property
    def has_history(self) -> bool:
        """Whether there is a page of past and coming updates worth a link."""
        return bool(self.periods) or self.facts.next is not None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """All that /dataset/{name}/updates shows."""

    entry: PublicEntry
    title: str
    panel: PromisePanel
    periods: tuple[PeriodView, ...]
    total: int
    next: str | None
    is_first: bool
    has_extended: bool
    """Whether one of the shown due dates was extended."""


def make_promise_panel(session: Session, entry: PublicEntry, *, today: dt.date, language: str) -> PromisePanel:
    """The promise of an entry in words."""
    facts = promise.get_promise(session, entry.record.uuid, today=today)
    standing, tone = _standing(facts.next, entry.timeliness, today, language)
    return PromisePanel(
        facts=facts,
        standing=standing,
        tone=tone,
        periods=_views(facts.periods, language),
        is_provisional=any(one.is_provisional for one in (facts.next, *facts.periods) if one and one.state != "missed"),
    )


def make_history_page(session: Session, name: str, *, after: str | None, today: dt.date, language: str) -> HistoryPage:
    """One page of an entry's history. Raises NotFound, Gone (`get_public`) and Invalid("bad_cursor")."""
    entry = public.get_public(session, name, today=today)
    found = promise.list_history(session, entry.record.uuid, today=today, after=after, limit=PER_PAGE)
    return HistoryPage(
        entry=entry,
        title=(entry.record.title_en if language == "en" else None) or entry.record.title,
        panel=make_promise_panel(session, entry, today=today, language=language),
        periods=_views(found.periods, language),
        total=found.total,
        next=found.next,
        is_first=not after,
        has_extended=any(one.first_due_on for one in found.periods),
    )


def history_table(session: Session, name: str, *, today: dt.date, language: str) -> tuple[PublicEntry, str]:
    """The entry and its whole history as CSV. Raises NotFound and Gone."""
    entry = public.get_public(session, name, today=today)
    found = promise.list_history(session, entry.record.uuid, today=today, limit=None)
    yes = "yes" if language == "en" else "是"
    rows = [
        (
            view.text,
            view.facts.starts_on,
            view.facts.due_on,
            view.facts.first_due_on,
            view.facts.grace_on,
            view.facts.settled_on,
            VOCABULARIES["obligation_state"].label(view.facts.state, language),
            view.facts.late_workdays,
            view.how,
            yes if view.facts.is_provisional else None,
        )
        for view in _views(found.periods, language)
    ]
    return entry, write_table(HISTORY_COLUMNS, rows, language)


def write_table(columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[object]], language: str) -> str:
    """Rows under their (zh, en) headers as CSV with a byte order mark; no cell can run as a formula."""
    buffer = io.StringIO()
    buffer.write("\ufeff")
    writer = csv.writer(buffer)
    writer.writerow([en if language == "en" else zh for zh, en in columns])
    for row in rows:
        writer.writerow(["" if cell is None else guard_cell(str(cell)) for cell in row])
    return buffer.getvalue()


def _views(periods: Iterable[PublicPeriod], language: str) -> tuple[PeriodView, ...]:
    return tuple(_view(facts, language) for facts in periods)


def _view(facts: PublicPeriod, language: str) -> PeriodView:
    outcome = OUTCOMES[facts.state][language == "en"].format(workdays=facts.late_workdays or 0)
    shows_how = facts.state in ("on_time", "late") and facts.settled_by
    how = VOCABULARIES["settled_by"].label(facts.settled_by, language) if shows_how else ""
    return PeriodView(facts, format_period(facts.period, language), outcome, how)


def _standing(facts: PublicPeriod | None, timeliness: str, today: dt.date, language: str) -> tuple[str, str]:
    """(words, tone) of the next update."""
    if facts is None:
        return "", ""
    if facts.state == "overdue":
        key, tone = "overdue", "bad"
    elif facts.due_on < today:
        key, tone = "grace", "warn"
    elif facts.due_on == today:
        key, tone = "today", "warn"
    else:
        key, tone = ("soon", "warn") if timeliness == "due_soon" else ("normal", "")
    days, workdays = (facts.due_on - today).days, facts.late_workdays
    return STANDINGS[key][language == "en"].format(days=days, workdays=workdays, grace=facts.grace_on), tone
