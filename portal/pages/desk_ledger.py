"""The ledger of obligations in words, for the desk of a department and for the office alike."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog.act_limits import ACTS, LIMITS
from catalog.obligation_acts import PossibleAct
from catalog.obligation_facts import ActFacts, DeliveryRecord, ObligationDetail
from catalog.obligation_lists import LedgerCounts, LedgerFilter, LedgerPage, LedgerRow, list_ledger
from catalog.periods import format_period
from catalog.reminders import LADDER
from catalog.timely_rates import TimelyShares
from portal.messages import problem_text
from portal.pages.desk_texts import in_words
from portal.pages.filled_form import FieldProblems
from portal.pages.public_formats import number, percent

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from catalog.permissions import Actor

PAGE_SIZE = 50
SOON_WORKDAYS = 5
"""A countdown of so few working days stands out."""
SHARES_DAYS = 365
"""The rate at the head of the ledger covers the due dates of so many days back from today."""

LAST_YEAR = ("近 12 个月到期的更新", "Updates due in the last 12 months")

TABS: tuple[tuple[str, str, str], ...] = (
    # state asked for, zh, en
    ("open", "待更新", "To do"),
    ("overdue", "超期", "Overdue"),
    ("done", "已完成", "Settled"),
    ("all", "全部", "All"),
)

ACT_TEXTS: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {
    # act: (button in zh and en), (what it does and its limits in zh and en; LIMITS fill the braces)
    "unchanged": (
        ("确认无变化", "Confirm unchanged"),
        (
            "经核对与公开的数据一致，不必重新上传。结果公开显示；连续最多 {unchanged_in_a_row} 次，之后须有新数据。",
            "You have checked that the public data still holds. The public sees it. At most {unchanged_in_a_row} times "
            "in a row without new data.",
        ),
    ),
    "extension": (
        ("申请延期", "Ask for an extension"),
        (
            "宽限期结束前提出，由政数局决定；每期最多延 {extensions} 次，最多 {extension_days} 天。",
            "Before the days of grace are over; the office decides. At most {extensions} extension of at most "
            "{extension_days} days.",
        ),
    ),
    "objection": (
        ("申诉", "Object"),
        (
            "对逾期或未完成的结果有异议，可在结果产生后 {objection_workdays} 个工作日内申诉一次；同意后不计入按时率。",
            "Within {objection_workdays} working days after it was settled, once. If granted, it is left out of the "
            "rate.",
        ),
    ),
    "excuse": (
        ("豁免", "Excuse"),
        (
            "因部门无法左右的原因超期时使用。豁免的不计入按时率，理由存档，部门可见。",
            "For what the department could not help. Left out of the rate; the reason is kept and the department "
            "reads it.",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One obligation in a list; `state` is a code of the vocabulary `obligation_state`."""

    row: LedgerRow
    state: str
    period: str
    clock: str
    """How much time is left, or how late it was."""
    tone: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RateView:
    """The timely rate with the shares that are read beside it; `span` says which due dates it covers."""

    span: str
    rate: float | None
    figures: tuple[tuple[str, str, str], ...]
    shares: tuple[tuple[str, str, str], ...]
    """(name, share, "n / of")"""


@dataclass(frozen=True, slots=True)
class DeskLedger:
    """A page of a department's ledger."""

    department: str
    tabs: tuple[tuple[str, str, int | None, bool], ...]
    """(key, text, count, whether it is open)"""
    state: str
    lines: tuple[LedgerLine, ...]
    next: str | None
    rate: RateView
    waiting: int
    """Requests of the department that the office has not answered."""


@dataclass(frozen=True, slots=True)
class ActForm(FieldProblems):
    """One act that this person may take, or why not; `error` and `typed` are of a refused try."""

    name: str
    text: str
    help: str
    obstacle: str
    first_on: dt.date | None = None
    last_on: dt.date | None = None
    """Bounds of the day that an extension asks for."""
    reason: str = ""
    until: str = ""
    problems: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ActLine:
    """One request or excuse in the history of an obligation."""

    facts: ActFacts
    what: str


@dataclass(frozen=True, slots=True)
class ObligationView:
    """All that the page of one obligation shows."""

    room: str
    line: LedgerLine
    acts: tuple[ActLine, ...]
    reminders: tuple[tuple[str, dt.date], ...]
    deliveries: tuple[DeliveryRecord, ...]
    forms: tuple[ActForm, ...]
    refused: str
    """A sentence about the whole of a refused try."""


@dataclass(frozen=True, slots=True)
class Tried:
    """An act that was refused: which, what had been typed, the sentence, and the sentences of its fields."""

    name: str
    reason: str
    until: str
    text: str
    problems: tuple[tuple[str, str], ...] = ()


RECENT_PERIODS = 4
"""Settled periods that the page of an entry shows."""


@dataclass(frozen=True, slots=True)
class EntryPromise:
    """What an entry owes next and how its last periods went, the latest first."""

    next: LedgerLine | None
    recent: tuple[LedgerLine, ...]

    def __bool__(self) -> bool:
        return self.next is not None or bool(self.recent)


def make_entry_promise(
    session: Session, entry_id: uuid.UUID, *, by: Actor, today: dt.date, language: str
) -> EntryPromise:
    """The obligations of one entry in short: two pages of the ledger."""

    def lines(state: str, limit: int) -> tuple[LedgerLine, ...]:
        asked = LedgerFilter(state=state, entry_id=entry_id)
        found = list_ledger(session, asked, by=by, today=today, limit=limit)
        return make_lines(found.rows, today=today, language=language)

    return EntryPromise(next(iter(lines("open", 1)), None), lines("done", RECENT_PERIODS))


def make_desk_ledger(
    found: LedgerPage,
    counts: LedgerCounts,
    shares: TimelyShares,
    *,
    state: str,
    department: str,
    today: dt.date,
    language: str,
) -> DeskLedger:
    """The ledger of one department."""
    numbers = {"open": counts.open, "overdue": counts.overdue}
    return DeskLedger(
        department=department,
        tabs=tuple((key, in_words((zh, en), language), numbers.get(key), key == state) for key, zh, en in TABS),
        state=state,
        lines=make_lines(found.rows, today=today, language=language),
        next=found.next,
        rate=make_rate(
            shares, span=in_words(("近 12 个月到期", "Due in the last 12 months"), language), language=language
        ),
        waiting=counts.waiting,
    )


def make_lines(rows: Iterable[LedgerRow], *, today: dt.date, language: str) -> tuple[LedgerLine, ...]:
    """Obligations as lines of a list."""
    return tuple(make_line(row, today=today, language=language) for row in rows)


def make_line(row: LedgerRow, *, today: dt.date, language: str) -> LedgerLine:
    """One obligation in words."""
    state = "overdue" if row.is_overdue else row.state
    clock, tone = _clock(row, today, language)
    notes = []
    if row.first_due_on is not None:
        notes.append(in_words((f"原定 {row.first_due_on}", f"first due {row.first_due_on}"), language))
    if row.is_provisional and row.state == "open":
        notes.append(in_words(("宽限期暂算", "grace is provisional"), language))
    return LedgerLine(row, state, format_period(row.period, language), clock, tone, tuple(notes))


def make_rate(shares: TimelyShares, *, span: str, language: str) -> RateView:
    """The rate and its shares; every share says of how many."""

    def said(zh: str, en: str) -> str:
        return in_words((zh, en), language)

    return RateView(
        span=span,
        rate=shares.rate,
        figures=(
            (
                said("按时更新率", "On time"),
                percent(shares.rate),
                f"{number(shares.on_time)} / {number(shares.counted)}",
            ),
            (said("逾期完成", "Late"), number(shares.late), ""),
            (said("未更新", "Missed"), number(shares.missed), ""),
            (said("超期至今", "Still overdue"), number(shares.overdue), ""),
            (said("已豁免（不计入）", "Excused (not counted)"), number(shares.excused), ""),
        ),
        shares=(
            _share(said("不定期条目", "Irregular entries"), shares.irregular_share, shares.irregular, shares.entries),
            _share(said("不更新条目", "Entries not updated"), shares.static_share, shares.static, shares.entries),
            _share(
                said("以“无变化”完成", "Confirmed unchanged"), shares.unchanged_share, shares.unchanged, shares.on_time
            ),
        ),
    )


def make_obligation_view(
    detail: ObligationDetail,
    possible: Iterable[PossibleAct],
    *,
    room: str,
    today: dt.date,
    language: str,
    tried: Tried | None = None,
) -> ObligationView:
    """One obligation with its history and what this person may do about it."""
    return ObligationView(
        room=room,
        line=make_line(detail.row, today=today, language=language),
        acts=tuple(ActLine(act, act_text(act, language)) for act in detail.acts),
        reminders=tuple((_step_text(detail.row.kind, one.step, language), one.raised_on) for one in detail.reminders),
        deliveries=detail.deliveries,
        forms=tuple(_form(one, tried, language) for one in possible),
        refused=tried.text if tried and not tried.problems else "",
    )


def act_text(act: ActFacts, language: str) -> str:
    """What was asked: 申请延期至 2026-08-20."""
    if act.kind == "extension" and act.until_on is not None:
        return in_words((f"申请延期至 {act.until_on}", f"Extension until {act.until_on}"), language)
    return in_words({"objection": ("申诉", "Objection"), "excuse": ("豁免", "Excuse")}[act.kind], language)


def _clock(row: LedgerRow, today: dt.date, language: str) -> tuple[str, str]:
    """(words, tone): 还有 5 个工作日; in the days of grace, overdue, late by."""
    if row.state == "late" and row.late_workdays is not None:
        return in_words(
            (f"逾期 {row.late_workdays} 个工作日", f"{row.late_workdays} working days late"), language
        ), "late"
    left = row.countdown_workdays
    if left is None:
        return "", ""
    if row.is_overdue:
        return in_words((f"已超期 {-left} 个工作日", f"{-left} working days overdue"), language), "late"
    if row.due_on < today:
        words = (f"宽限期，至 {row.grace_on}", f"in grace until {row.grace_on}")
    elif row.due_on == today:
        words = ("今天到期", "due today")
    elif left == 0:
        words = ("到期前已无工作日", "no working day left")
    else:
        words = (f"还有 {left} 个工作日", f"{left} working days left")
    return in_words(words, language), "soon" if left <= SOON_WORKDAYS else ""


def _share(name: str, share: float | None, count: int, of: int) -> tuple[str, str, str]:
    return name, percent(share), f"{number(count)} / {number(of)}"


def _form(one: PossibleAct, tried: Tried | None, language: str) -> ActForm:
    button, help_text = ACT_TEXTS[one.name]
    mine = tried if tried and tried.name == one.name else None
    return ActForm(
        name=one.name,
        text=in_words(button, language),
        help=in_words(help_text, language).format(**LIMITS),
        obstacle=problem_text(one.obstacle, language) if one.obstacle else "",
        first_on=one.first_on,
        last_on=one.last_on,
        reason=mine.reason if mine else "",
        until=mine.until if mine else "",
        problems=mine.problems if mine else (),
    )


def _step_text(kind: str, code: str, language: str) -> str:
    found = next((step for step in LADDER.get(kind, ()) if step.code == code), None)
    return in_words((found.zh, found.en), language) if found else code


assert set(ACT_TEXTS) == set(ACTS)
