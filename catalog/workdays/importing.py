"""Take in the State Council's yearly arrangement from a file: CSV as typed from the notice, or the public JSON form.

All or nothing: a half-read arrangement would be a wrong calendar. Days that the file does not name stay as they are.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from catalog.audit import record_audit
from catalog.errors import Invalid, Problem
from catalog.models import Holiday
from catalog.permissions import Actor, require_allowed
from catalog.workdays.calendar import DayFacts
from catalog.workdays.corrections import list_corrections, load_calendar

Days = list[tuple[dt.date, DayFacts]]

MAX_BYTES = 1_000_000
MAX_DAYS = 1_000
"""Days of one file: an arrangement names some forty of a year."""
FIRST_YEAR, LAST_YEAR = 2000, 2100

_HEADERS: Mapping[str, tuple[str, ...]] = {
    # what a column says: the headers under which it may stand
    "date": ("日期", "日子", "date", "day"),
    "type": ("类型", "类别", "安排", "type"),
    "is_workday": ("是否上班", "上班", "isworkday", "workday"),
    "is_off": ("是否放假", "是否休息", "放假", "休息", "isoffday", "isholiday", "offday"),
    "name": ("名称", "节日", "节假日", "假期", "说明", "备注", "name", "holiday"),
}

_WORKED = frozenset(
    ("班", "上班", "工作", "工作日", "补班", "调班", "调休上班", "调休工作日", "workday", "work"),
)
_OFF = frozenset(
    (
        "休",
        "休息",
        "放假",
        "假",
        "假日",
        "假期",
        "节假日",
        "法定节假日",
        "休息日",
        "调休放假",
        "holiday",
        "off",
        "rest",
    ),
)
_YES = frozenset(["是", "1", "true", "yes", "y", "对"])
_NO = frozenset(["否", "0", "false", "no", "n", "不"])
_DATE = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T]00:00(?::00)?)?")


@dataclass(frozen=True, slots=True)
class ArrangedDay:
    """What taking in one day would do: `state` is new, changed or same; `former` is what the calendar says now."""

    day: dt.date
    is_workday: bool
    name: str
    state: str
    former: DayFacts | None


@dataclass(frozen=True, slots=True)
class ArrangementPlan:
    """What taking in a file would do. `incomplete_years` lack their 1 October, and so would not count as announced."""

    days: tuple[ArrangedDay, ...]
    announced_years: tuple[int, ...]
    incomplete_years: tuple[int, ...]

    def count(self, state: str) -> int:
        """How many days are new, changed or same."""
        return sum(day.state == state for day in self.days)

    @property
    def is_empty(self) -> bool:
        """Whether the calendar says all this already."""
        return self.count("same") == len(self.days)


def read_arrangement(content: bytes, name: str) -> Days:
    """The days that a file names, in order: True for a make-up workday, False for a day off.

    CSV (UTF-8 or GB 18030) with the headers 日期, 类型 or 是否上班 or 是否放假, and 名称; or JSON: a list of
    {"date", "isOffDay", "name"}, alone or under "days". Raises Invalid("arrangement_unreadable") where it is neither
    or too large, Invalid("arrangement_invalid") with a problem for every row that is not understood.
    """
    if len(content) > MAX_BYTES:
        raise Invalid("arrangement_unreadable", file_name=name)
    text = _decode(content, name)
    rows = _json_rows(text, name) if text.lstrip()[:1] in ("{", "[") else _csv_rows(text, name)
    problems: list[Problem] = []
    days: dict[dt.date, DayFacts] = {}
    for where, values in rows:
        problem = _take(values, days)
        if problem is not None:
            problems.append(Problem(where, problem[0], **problem[1]))
    if problems:
        raise Invalid("arrangement_invalid", problems=problems, file_name=name, count=len(problems))
    if not 0 < len(days) <= MAX_DAYS:
        raise Invalid("arrangement_unreadable", file_name=name)
    return sorted(days.items(), key=lambda one: one[0])


def plan_arrangement(session: Session, days: Days) -> ArrangementPlan:
    """What `apply_arrangement` would do with these days; writes nothing.

    A day is `same` where the calendar says so already: as a correction with this name, or by its arrangement or the
    plain week in a year that is announced.
    """
    calendar = load_calendar(session)
    corrected = dict(list_corrections(session))
    planned = []
    for day, facts in days:
        former = calendar.facts(day)
        is_same = calendar.is_announced(day.year) and calendar.is_workday(day) == facts.is_workday
        if day in corrected:
            is_same = corrected[day] == facts
        state = "same" if is_same else "new" if former is None else "changed"
        planned.append(ArrangedDay(day, facts.is_workday, facts.name, state, former))
    years = sorted({day.year for day, _ in days})
    known = {day for day, _ in days}
    is_complete = {year: dt.date(year, 10, 1) in known or calendar.is_announced(year) for year in years}
    return ArrangementPlan(
        days=tuple(planned),
        announced_years=tuple(year for year in years if is_complete[year] and not calendar.is_announced(year)),
        incomplete_years=tuple(year for year in years if not is_complete[year]),
    )


def apply_arrangement(session: Session, days: Days, *, by: Actor, now: dt.datetime) -> ArrangementPlan:
    """Write the days that the calendar does not have yet as corrections; one audit row. Returns what was done.

    The nightly check computes the days of grace anew. Raises NotAllowed.
    """
    require_allowed(by, "calendar.manage")
    plan = plan_arrangement(session, days)
    written = [day for day in plan.days if day.state != "same"]
    for day in written:
        session.merge(Holiday(day=day.day, is_workday=day.is_workday, name=day.name))
    session.flush()
    if written:
        record_audit(
            session,
            by=by,
            act="calendar.manage",
            object_kind="holiday",
            object_id=f"{written[0].day.isoformat()}/{written[-1].day.isoformat()}",
            now=now,
            params={"new": plan.count("new"), "changed": plan.count("changed"), "days": _short(written)},
        )
    return plan


def _short(days: Sequence[ArrangedDay]) -> list[str]:
    """ "2027-02-06 休 春节" for every day."""
    return [f"{day.day.isoformat()} {'班' if day.is_workday else '休'} {day.name}".strip() for day in days]


def _decode(content: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("arrangement_unreadable", file_name=name)


def _json_rows(text: str, name: str) -> list[tuple[str, dict[str, str]]]:
    """(where, values by the names of _HEADERS) of every day."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Invalid("arrangement_unreadable", file_name=name) from None
    days = found.get("days") if isinstance(found, dict) else found
    if not isinstance(days, list) or not all(isinstance(day, dict) for day in days):
        raise Invalid("arrangement_unreadable", file_name=name)
    return [(f"days[{number}]", _by_header(day.items())) for number, day in enumerate(days)]


def _csv_rows(text: str, name: str) -> list[tuple[str, dict[str, str]]]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in text.partition("\n")[0] else ",")
    try:
        table = [(lines.line_num, line) for line in lines if any(cell.strip() for cell in line)]
    except csv.Error:
        raise Invalid("arrangement_unreadable", file_name=name) from None
    if not table:
        raise Invalid("arrangement_unreadable", file_name=name)
    headers = table[0][1]
    known = _by_header((header, "x") for header in headers)
    if "date" not in known or not known.keys() & {"type", "is_workday", "is_off"}:
        problem = Problem("row 1", "arrangement_columns_missing", found="、".join(headers)[:200])
        raise Invalid("arrangement_invalid", problems=[problem], file_name=name, count=1)
    return [(f"row {number}", _by_header(zip(headers, line, strict=False))) for number, line in table[1:]]


def _by_header(cells: Any) -> dict[str, str]:
    spelling = {alias: field for field, aliases in _HEADERS.items() for alias in aliases}
    found: dict[str, str] = {}
    for header, value in cells:
        field = spelling.get(re.sub(r"[\s_-]", "", str(header)).casefold())
        if field is not None and value is not None:
            found.setdefault(field, str(value).strip())
    return found


def _take(values: Mapping[str, str], days: dict[dt.date, DayFacts]) -> tuple[str, dict[str, Any]] | None:
    """Add the day of a row; returns the code and parameters of what is wrong with it."""
    day = _parse_date(values.get("date", ""))
    if day is None:
        return "arrangement_date_invalid", {"value": values.get("date", "")[:40]}
    is_workday = _parse_workday(values)
    if is_workday is None:
        said = next((values[key] for key in ("type", "is_workday", "is_off") if values.get(key)), "")
        return "arrangement_kind_unknown", {"value": said[:40], "day": day.isoformat()}
    facts = DayFacts(is_workday, values.get("name", "")[:64] or ("调休上班" if is_workday else "放假"))
    if day in days and days[day].is_workday != is_workday:
        return "arrangement_day_contradicts", {"day": day.isoformat()}
    days.setdefault(day, facts)
    return None


def _parse_date(text: str) -> dt.date | None:
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    try:
        day = dt.date(*map(int, match.groups()))
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _parse_workday(values: Mapping[str, str]) -> bool | None:
    """Whether the row says that the day is worked; None where its words are not understood or contradict."""
    said: set[bool | None] = set()
    if text := values.get("type", "").casefold():
        said.add(True if text in _WORKED else False if text in _OFF else None)
    for key, meaning in (("is_workday", True), ("is_off", False)):
        if text := values.get(key, "").casefold():
            said.add(meaning if text in _YES else not meaning if text in _NO else None)
    return said.pop() if len(said) == 1 else None
