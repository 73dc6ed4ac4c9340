"""The working-day calendar of a year as twelve months, the office's corrections, and an arrangement to take in."""

from __future__ import annotations

import calendar as months_of_year
import csv
import datetime as dt
import io
from collections.abc import Iterable
from dataclasses import dataclass

from catalog.errors import Problem
from catalog.workdays import ArrangementPlan, Calendar, DayFacts
from portal.pages.desk_texts import in_words
from portal.pages.filled_form import FieldProblems, field_texts

FIRST_YEAR, LAST_YEAR = 2000, 2100
WEEKDAYS = (("一", "Mon"), ("二", "Tue"), ("三", "Wed"), ("四", "Thu"), ("五", "Fri"), ("六", "Sat"), ("日", "Sun"))
LEGEND: tuple[tuple[str, str, str, str], ...] = (
    # kind of a day, mark in its cell, zh, en
    ("off", "休", "放假", "Day off"),
    ("worked", "班", "调休上班", "Worked instead"),
    ("weekend", "", "周末", "Weekend"),
)
_MARKS = {kind: (mark, {"休": "off", "班": "work", "": ""}[mark]) for kind, mark, _zh, _en in LEGEND}


@dataclass(frozen=True, slots=True)
class DayCell:
    """One day; `kind`: off, worked (a weekend that is worked), weekend or plain."""

    day: dt.date
    kind: str
    mark: str
    name: str
    """Everything a mouse or a screen reader should learn of it; empty for plain days."""
    is_corrected: bool
    is_today: bool


@dataclass(frozen=True, slots=True)
class Month:
    """One month in weeks from Monday; None stands for days of its neighbours."""

    text: str
    workdays: int
    weeks: tuple[tuple[DayCell | None, ...], ...]


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """One corrected day."""

    day: dt.date
    weekday: str
    is_workday: bool
    name: str


@dataclass(frozen=True, slots=True)
class CorrectionForm(FieldProblems):
    """What was typed into a refused correction, and the sentences of its fields."""

    day: str = ""
    kind: str = ""
    name: str = ""
    problems: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """All that the page of a year shows."""

    year: int
    today: dt.date
    has_former: bool
    has_next: bool
    is_announced: bool
    provisional: int
    """Open obligations whose days of grace reach into this year and rest on weekends alone."""
    workdays: int
    months: tuple[Month, ...]
    weekdays: tuple[str, ...]
    legend: tuple[tuple[str, str, str], ...]
    corrections: tuple[CorrectionLine, ...]
    form: CorrectionForm
    file_problem: str
    file_problems: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """One day of a file: what it would say, and what the calendar says now."""

    day: dt.date
    weekday: str
    is_workday: bool
    name: str
    state: str
    former: str


@dataclass(frozen=True, slots=True)
class ArrangementPreview:
    """What taking in a file would do; `content` is the same file in our own words, to be sent back."""

    file_name: str
    days: tuple[PlannedDay, ...]
    new: int
    changed: int
    same: int
    announced_years: tuple[int, ...]
    incomplete_years: tuple[int, ...]
    content: str

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to take in."""
        return not (self.new or self.changed)


def parse_year(text: str | None, today: dt.date) -> int:
    """The year that the address asks for, this year for anything else."""
    if text and text.isascii() and text.isdigit() and len(text) == 4 and FIRST_YEAR <= int(text) <= LAST_YEAR:
        return int(text)
    return today.year


def make_calendar_page(
    calendar: Calendar,
    corrections: Iterable[tuple[dt.date, DayFacts]],
    *,
    year: int,
    today: dt.date,
    provisional: int,
    language: str,
    form: CorrectionForm | None = None,
    file_problem: str = "",
    file_problems: Iterable[Problem] = (),
) -> CalendarPage:
    """The page of `year`."""
    corrected = list(corrections)
    days = {day for day, _ in corrected}
    months = tuple(_month(calendar, dt.date(year, number, 1), days, today, language) for number in range(1, 13))
    return CalendarPage(
        year=year,
        today=today,
        has_former=year > FIRST_YEAR,
        has_next=year < LAST_YEAR,
        is_announced=calendar.is_announced(year),
        provisional=provisional,
        workdays=sum(month.workdays for month in months),
        months=months,
        weekdays=tuple(in_words(pair, language) for pair in WEEKDAYS),
        legend=tuple((kind, _mark(kind, language), in_words((zh, en), language)) for kind, _m, zh, en in LEGEND),
        corrections=tuple(
            CorrectionLine(day, _weekday(day, language), facts.is_workday, facts.name) for day, facts in corrected
        ),
        form=form or CorrectionForm(),
        file_problem=file_problem,
        file_problems=field_texts(file_problems, language),
    )


def make_preview(plan: ArrangementPlan, file_name: str, *, calendar: Calendar, language: str) -> ArrangementPreview:
    """What a file would change, day by day."""
    return ArrangementPreview(
        file_name=file_name,
        days=tuple(
            PlannedDay(
                day=one.day,
                weekday=_weekday(one.day, language),
                is_workday=one.is_workday,
                name=one.name,
                state=one.state,
                former=_former(calendar, one.day, one.former, language),
            )
            for one in plan.days
        ),
        new=plan.count("new"),
        changed=plan.count("changed"),
        same=plan.count("same"),
        announced_years=plan.announced_years,
        incomplete_years=plan.incomplete_years,
        content=_as_csv(plan),
    )


def _month(calendar: Calendar, first: dt.date, corrected: set[dt.date], today: dt.date, language: str) -> Month:
    year, number, weeks = first.year, first.month, []
    for week in months_of_year.Calendar().monthdatescalendar(year, number):
        cells = (_cell(calendar, day, corrected, today, language) if day.month == number else None for day in week)
        weeks.append(tuple(cells))
    last = first.replace(day=months_of_year.monthrange(year, number)[1])
    return Month(
        text=in_words((f"{number}月", months_of_year.month_name[number]), language),
        workdays=len(calendar.list_workdays(first, last)),
        weeks=tuple(weeks),
    )


def _cell(calendar: Calendar, day: dt.date, corrected: set[dt.date], today: dt.date, language: str) -> DayCell:
    facts, is_workday, is_weekend = calendar.facts(day), calendar.is_workday(day), day.weekday() >= 5
    if facts is not None and not is_workday:
        kind = "off"
    elif is_workday and is_weekend:
        kind = "worked"
    else:
        kind = "weekend" if is_weekend else "plain"
    words = [facts.name] if facts else []
    if day in corrected:
        words.append(in_words(("本单位调整", "corrected here"), language))
    return DayCell(day, kind, _mark(kind, language), " · ".join(words), day in corrected, day == today)


def _mark(kind: str, language: str) -> str:
    return in_words(_MARKS[kind], language) if kind in _MARKS else ""


def _weekday(day: dt.date, language: str) -> str:
    zh, en = WEEKDAYS[day.weekday()]
    return in_words((f"周{zh}", en), language)


def _former(calendar: Calendar, day: dt.date, former: DayFacts | None, language: str) -> str:
    words = in_words(("上班", "worked") if calendar.is_workday(day) else ("休息", "off"), language)
    return f"{words} · {former.name}" if former else words


def _as_csv(plan: ArrangementPlan) -> str:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(("日期", "类型", "名称"))
    rows.writerows((one.day.isoformat(), "班" if one.is_workday else "休", one.name) for one in plan.days)
    return text.getvalue()
