"""Counted duties: the matrix of the office, the form of a duty, what a department has done."""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from catalog.departments import DepartmentFacts
from catalog.duties import ALL, DUTY_KINDS
from catalog.duty_lists import DutyCount, DutyFacts, DutyRecordFacts, DutyRecordPage
from datasets.formats.guard import guard_cell
from portal.pages.desk_texts import in_words
from portal.pages.filled_form import FilledForm

PAGE_SIZE = 50
DUTY_FIELDS = ("code", "title", "title_en", "kind", "points", "max_points", "starts_on", "ends_on")
RECORD_FIELDS = ("duty", "department", "done_on", "title", "url")
STRIKE_FIELDS = ("reason",)


@dataclass(frozen=True, slots=True)
class DutyColumn:
    """A duty at the head of the matrix."""

    code: str
    title: str
    kind: str
    note: str


@dataclass(frozen=True, slots=True)
class DutyCell:
    """What one department has done of one duty; `tone` marks what is met and what is behind."""

    text: str
    note: str
    tone: str


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One department of the matrix."""

    slug: str
    name: str
    cells: tuple[DutyCell, ...]


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One record; `can_strike`: the acting person may strike it out."""

    row: DutyRecordFacts
    duty: str
    is_struck: bool


@dataclass(frozen=True, slots=True)
class DutyMatrix:
    """All duties × all departments in a year, or one department's own duties, with the records behind them."""

    year: int
    years: tuple[int, ...]
    columns: tuple[DutyColumn, ...]
    rows: tuple[DutyRow, ...]
    records: tuple[RecordLine, ...]
    next: str | None
    duties: tuple[tuple[str, str], ...]
    departments: tuple[tuple[str, str], ...]
    form: FilledForm
    today: str
    behind: int
    """How many departments are behind with something."""


@dataclass(frozen=True, slots=True)
class TargetLine:
    """A department's own target for a duty; `value` is empty where the general one holds."""

    key: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class DutyDetails:
    """The form of a new duty (`code` empty) or of one to change, with its targets of a year."""

    code: str
    title: str
    form: FilledForm
    kinds: tuple[tuple[str, str], ...]
    year: int
    years: tuple[int, ...]
    general: str
    targets: tuple[TargetLine, ...]
    is_bonus: bool


def make_duty_matrix(
    counts: Iterable[DutyCount],
    records: DutyRecordPage,
    departments: Iterable[DepartmentFacts],
    *,
    year: int,
    years: tuple[int, ...],
    form: FilledForm,
    today: dt.date,
    language: str,
) -> DutyMatrix:
    """The matrix; departments in their order, only those with a row."""
    listed = tuple(counts)
    known = {one.id: one for one in departments}
    columns = {row.code: _column(row, language) for row in listed}
    rows = tuple(
        DutyRow(facts.slug, facts.short_name, tuple(_cell(row, language) for row in listed if row.department_id == key))
        for key, facts in known.items()
        if any(row.department_id == key for row in listed)
    )
    return DutyMatrix(
        year=year,
        years=years,
        columns=tuple(columns.values()),
        rows=rows,
        records=tuple(_record(row, language) for row in records.rows),
        next=records.next,
        duties=tuple((column.code, column.title) for column in columns.values()),
        departments=tuple((one.slug, one.short_name) for one in known.values() if one.is_active),
        form=form,
        today=today.isoformat(),
        behind=sum(any(cell.tone == "bad" for cell in row.cells) for row in rows),
    )


def make_duty_details(
    facts: DutyFacts | None,
    departments: Iterable[DepartmentFacts],
    *,
    year: int,
    years: tuple[int, ...],
    form: FilledForm,
    language: str,
) -> DutyDetails:
    """The form with what is stored where nothing was typed."""
    targets = facts.targets if facts else {}
    stored = {} if facts is None else {name: _text(getattr(facts, name)) for name in DUTY_FIELDS}
    return DutyDetails(
        code=facts.code if facts else "",
        title=_title(facts.title, facts.title_en, language) if facts else "",
        form=FilledForm({**stored, **form.values}, form.problems),
        kinds=tuple((key, in_words(words, language)) for key, words in DUTY_KINDS.items()),
        year=year,
        years=years,
        general=_text(targets.get(ALL)),
        targets=tuple(
            TargetLine(one.slug, one.short_name, _text(targets.get(str(one.id))))
            for one in departments
            if one.is_active
        ),
        is_bonus=facts is not None and facts.kind == "bonus",
    )


def write_duty_csv(counts: Iterable[DutyCount], departments: Iterable[DepartmentFacts], language: str) -> str:
    """The matrix as a list: one line for each department and duty."""
    names: dict[uuid.UUID, str] = {one.id: one.name for one in departments}
    head = (
        ("部门", "事项", "类型", "已完成", "年度目标", "应完成", "加分")
        if language == "zh"
        else ("Department", "Item", "Kind", "Done", "Target of the year", "Due so far", "Bonus points")
    )
    buffer = io.StringIO()
    buffer.write("\ufeff")
    writer = csv.writer(buffer)
    writer.writerow(head)
    for row in counts:
        title, kind = _title(row.title, row.title_en, language), in_words(DUTY_KINDS[row.kind], language)
        cells = [guard_cell(text) for text in (names.get(row.department_id, ""), title, kind)]
        writer.writerow([*cells, row.done, row.target, row.expected, f"{row.earned:g}"])
    return buffer.getvalue()


def _column(row: DutyCount, language: str) -> DutyColumn:
    note = in_words(DUTY_KINDS[row.kind], language)
    return DutyColumn(row.code, _title(row.title, row.title_en, language), row.kind, note)


def _cell(row: DutyCount, language: str) -> DutyCell:
    if row.kind == "bonus":
        note = in_words((f"加 {row.earned:g} 分", f"{row.earned:g} points"), language) if row.done else ""
        return DutyCell(str(row.done), note, "good" if row.done else "")
    if not row.target:
        return DutyCell(str(row.done), in_words(("不作要求", "not required"), language), "")
    if row.done_in_year >= row.target:
        return DutyCell(f"{row.done}/{row.target}", in_words(("已完成", "done"), language), "good")
    if not row.is_met:
        missing = row.expected - row.done_in_year
        return DutyCell(
            f"{row.done}/{row.target}", in_words((f"至今欠 {missing} 次", f"{missing} behind"), language), "bad"
        )
    return DutyCell(f"{row.done}/{row.target}", in_words(("未到期", "not due yet"), language), "")


def _record(row: DutyRecordFacts, language: str) -> RecordLine:
    return RecordLine(row, _title(row.duty_title, row.duty_title_en, language), row.state == "struck")


def _title(title: str, title_en: str | None, language: str) -> str:
    return (title_en or title) if language == "en" else title


def _text(value: object) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
