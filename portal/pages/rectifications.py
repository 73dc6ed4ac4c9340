"""整改台账: the list with its filters, one finding with its dates, the form of a new one."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from catalog.departments import DepartmentFacts
from catalog.rectification_lists import OVERDUE, RectificationFacts, RectificationPage
from catalog.rectifications import RECTIFICATION_STATES
from catalog.workdays import Calendar
from datasets.formats.guard import guard_cell
from portal.pages.desk_texts import in_words
from portal.pages.filled_form import FilledForm

PAGE_SIZE = 50
CSV_ROWS = 10_000
FINDING_FIELDS = ("department", "entry", "finding", "source", "found_on", "due_on")
ANSWER_FIELDS = ("evidence", "url")

TABS: dict[str, tuple[str, str]] = {
    "": ("全部", "All"),
    "open": RECTIFICATION_STATES["open"],
    OVERDUE: ("已逾期", "Overdue"),
    "answered": RECTIFICATION_STATES["answered"],
    "returned": RECTIFICATION_STATES["returned"],
    "closed": RECTIFICATION_STATES["closed"],
}
SETTLED: dict[str, tuple[str, str]] = {
    "on_time": ("按期", "on time"),
    "excused": ("免责", "excused"),
    "void": ("–", "–"),
}
TONES = {"open": "info", "answered": "brand", "returned": "warn", "closed": "good"}


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """What the address asks for; empty means all."""

    state: str = ""
    department: str = ""
    year: int | None = None


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding in words; `clock` says how it stands to its due date."""

    row: RectificationFacts
    state: str
    tone: str
    clock: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class FindingList:
    """A page of the ledger."""

    room: str
    lines: tuple[FindingLine, ...]
    tabs: tuple[tuple[str, str, int, bool], ...]
    """(state, text, count, is here)"""
    asked: FindingFilter
    departments: tuple[tuple[str, str], ...]
    years: tuple[int, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class FindingDetails:
    """One finding with what the acting person may do."""

    line: FindingLine
    room: str
    can_answer: bool
    can_decide: bool
    can_drop: bool
    form: FilledForm


def parse_finding_filter(args: Mapping[str, str]) -> FindingFilter:
    """What the address asks for; unknown words are passed over."""
    state, year = args.get("state", ""), args.get("year", "")
    is_year = year.isascii() and year.isdigit() and len(year) == 4
    return FindingFilter(
        state if state in TABS else "", args.get("department", "")[:80], int(year) if is_year else None
    )


def make_finding_list(
    found: RectificationPage,
    counts: Mapping[str, int],
    asked: FindingFilter,
    *,
    room: str,
    departments: Iterable[DepartmentFacts] = (),
    today: dt.date,
    calendar: Calendar,
    language: str,
) -> FindingList:
    """A page of the ledger; `departments` are those that may be chosen."""
    return FindingList(
        room=room,
        lines=tuple(describe_finding(row, today=today, calendar=calendar, language=language) for row in found.rows),
        tabs=tuple(
            (key, in_words(words, language), counts.get(key or "all", 0), key == asked.state)
            for key, words in TABS.items()
        ),
        asked=asked,
        departments=tuple((one.slug, one.short_name) for one in departments),
        years=tuple(range(today.year, 2022, -1)),
        next=found.next,
    )


def describe_finding(row: RectificationFacts, *, today: dt.date, calendar: Calendar, language: str) -> FindingLine:
    """One finding in words."""
    words = RECTIFICATION_STATES[row.state]
    if row.outcome == "void":
        words, tone = ("已撤销", "Taken back"), ""
    else:
        tone = TONES[row.state]
    clock, is_late = _clock(row, today, calendar)
    return FindingLine(row, in_words(words, language), tone, in_words(clock, language), is_late)


def write_finding_csv(lines: Iterable[FindingLine], language: str) -> str:
    """The ledger as a table."""
    head = (
        ("编号", "部门", "问题", "来源", "发现日期", "整改期限", "状态", "整改情况", "查看网址", "答复日期", "时限")
        if language == "zh"
        else (
            "No.",
            "Department",
            "Finding",
            "Source",
            "Found",
            "Due",
            "State",
            "Evidence",
            "Address",
            "Answered",
            "Clock",
        )
    )
    buffer = io.StringIO()
    buffer.write("\ufeff")
    writer = csv.writer(buffer)
    writer.writerow(head)
    for line in lines:
        row = line.row
        cells = (
            row.code, row.department_name, row.finding, row.source or "", str(row.found_on), str(row.due_on),
            line.state, row.evidence or "", row.evidence_url or "", str(row.answered_on or ""), line.clock,
        )  # fmt: skip
        writer.writerow([guard_cell(cell) for cell in cells])
    return buffer.getvalue()


def _clock(row: RectificationFacts, today: dt.date, calendar: Calendar) -> tuple[tuple[str, str], bool]:
    """How it stands to its due date, and whether that is bad."""
    if row.outcome == "late":
        days = row.late_workdays or 0
        return (f"逾期 {days} 个工作日", f"{days} working days late"), True
    if row.outcome in SETTLED:
        return SETTLED[row.outcome], False
    if row.state == "answered" and row.answered_on is not None:
        is_late = row.answered_on > row.due_on
        return (
            ("待核验，答复时已逾期", "answered late") if is_late else ("待核验，按期答复", "answered in time")
        ), is_late
    left = calendar.workdays_between(today, row.due_on)
    if today > row.due_on:
        return (f"已逾期 {-left} 个工作日", f"{-left} working days overdue"), True
    return (
        ("今天到期", "due today") if today == row.due_on else (f"还有 {left} 个工作日", f"{left} working days left")
    ), False
