"""The Excel sheet of a department: its uploads, and what one of them would do, cell by cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog.models import SheetUpload
from catalog.permissions import Actor
from catalog.sheet.planning import ImportPlan, PlannedEntry, plan_import
from catalog.sheet.reading import CellProblem, SheetReading
from catalog.sheet.uploads import reading_of
from portal.messages import problem_text
from portal.pages.desk_texts import ChangeLine, describe_change, in_words

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

PER_PAGE = 100
ENTRIES_PER_PAGE = 40
VIEWS: dict[str, tuple[str, str]] = {
    "problems": ("问题", "Problems"),
    "new": ("新增", "New"),
    "changed": ("修改", "Changed"),
    "stale": ("已过时", "Stale"),
    "unchanged": ("未变", "Unchanged"),
    "merged": ("合并的重复行", "Merged copies"),
    "refused": ("因问题不能导入", "Refused"),
}
"""What the preview can show, in the order of its tabs."""
KIND_WORDS: dict[str, tuple[str, str]] = {
    "error": ("须改正", "Must be corrected"),
    "gap": ("提交前须补", "Before submitting"),
    "warning": ("请核对", "Please check"),
}
KIND_TONES = {"error": "bad", "gap": "warn", "warning": "info"}
STATES: dict[str, tuple[str, str, str]] = {
    "read": ("待导入", "Read", "info"),
    "refused": ("无法读取", "Refused", "bad"),
    "applied": ("已导入", "Applied", "good"),
    "discarded": ("已放弃", "Discarded", ""),
}
"""State of an upload → (zh, en, tone)."""


@dataclass(frozen=True, slots=True)
class UploadLine:
    """One earlier upload."""

    id: str
    file_name: str
    state: str
    tone: str
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class SheetPage:
    """All that /desk/sheet shows."""

    department: str
    entry_count: int
    uploads: tuple[UploadLine, ...]
    failure: str
    limit_mb: int


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """One finding at its cell: "C7", "更新周期", the sentence, how grave."""

    cell: str
    column: str
    text: str
    kind: str
    tone: str


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """One entry of the sheet with what would change in it."""

    cell: str
    title: str
    entry_name: str
    changes: tuple[ChangeLine, ...]
    gap_count: int
    item_count: int | None


@dataclass(frozen=True, slots=True)
class SheetPreview:
    """All that /desk/sheet/{id} shows; `tabs`: (key, text, count)."""

    id: str
    file_name: str
    state: str
    state_text: str
    state_tone: str
    created_at: dt.datetime
    refusal: str
    row_count: int
    sheet: str
    encoding: str
    tabs: tuple[tuple[str, str, int], ...]
    view: str
    problems: tuple[ProblemLine, ...]
    entries: tuple[PlannedLine, ...]
    errors: int
    gaps: int
    warnings: int
    new: int
    changed: int
    can_apply: bool
    page: int
    page_count: int
    failure: str

    @property
    def is_live(self) -> bool:
        """Whether it can still be applied or discarded."""
        return self.state == "read"


def make_sheet_page(
    uploads: Sequence[SheetUpload],
    *,
    department: str,
    entry_count: int,
    failure: str,
    limit_mb: int,
    language: str,
) -> SheetPage:
    """The page with the template, the upload form and earlier uploads."""
    lines = tuple(
        UploadLine(
            str(one.id), one.file_name, in_words(STATES[one.state][:2], language), STATES[one.state][2], one.created_at
        )
        for one in uploads
    )
    return SheetPage(department, entry_count, lines, failure, limit_mb)


def make_sheet_preview(
    session: Session, upload: SheetUpload, *, view: str, page: int, by: Actor, failure: str = "", language: str
) -> SheetPreview:
    """What applying the upload would do now; an upload that is settled or was refused only says so."""
    reading = reading_of(upload) if upload.reading is not None else None
    plan = plan_import(session, reading, department_id=upload.department_id, by=by) if reading else ImportPlan([], [])
    counts = {"problems": len(plan.problems)} | {key: len(plan.of_kind(key)) for key in VIEWS if key != "problems"}  # type: ignore[arg-type]
    view = view if view in VIEWS else _first_view(counts, bool(plan.errors))
    total = counts[view]
    size = PER_PAGE if view == "problems" else ENTRIES_PER_PAGE
    page_count = max(1, -(-total // size))
    page = min(max(page, 1), page_count)
    part = slice((page - 1) * size, page * size)
    problems = plan.problems[part] if view == "problems" else []
    entries = plan.of_kind(view)[part] if view != "problems" else []  # type: ignore[arg-type]
    numbers = plan.counts()
    return SheetPreview(
        id=str(upload.id),
        file_name=upload.file_name,
        state=upload.state,
        state_text=in_words(STATES[upload.state][:2], language),
        state_tone=STATES[upload.state][2],
        created_at=upload.created_at,
        refusal=problem_text(upload.problem, language) if upload.problem else "",
        row_count=_rows(reading),
        sheet=reading.sheet if reading else "",
        encoding=(reading.encoding or "") if reading else "",
        tabs=tuple(
            (key, in_words(words, language), counts[key])
            for key, words in VIEWS.items()
            if counts[key] or key in ("problems", "new", "changed", "unchanged")
        ),
        view=view,
        problems=tuple(_problem(one, language) for one in problems),
        entries=tuple(_planned(one, language) for one in entries),
        errors=numbers["error"],
        gaps=numbers["gap"],
        warnings=numbers["warning"],
        new=numbers["new"],
        changed=numbers["changed"],
        can_apply=plan.can_apply,
        page=page,
        page_count=page_count,
        failure=failure,
    )


def describe_cell(problem: CellProblem, language: str = "zh") -> str:
    """The sentence for a finding, as it stands on the page and in the marked workbook."""
    return problem_text(problem.as_problem(), language)


def _first_view(counts: dict[str, int], has_errors: bool) -> str:
    if has_errors:
        return "problems"
    return next((key for key in ("stale", "changed", "new", "problems") if counts[key]), "unchanged")


def _rows(reading: SheetReading | None) -> int:
    return sum(max(1, len(entry.items)) for entry in reading.entries) if reading else 0


def _problem(problem: CellProblem, language: str) -> ProblemLine:
    return ProblemLine(
        problem.cell,
        problem.label(language),
        describe_cell(problem, language),
        in_words(KIND_WORDS[problem.kind], language),
        KIND_TONES[problem.kind],
    )


def _planned(entry: PlannedEntry, language: str) -> PlannedLine:
    return PlannedLine(
        cell=entry.cell,
        title=entry.title,
        entry_name=entry.entry_name or "",
        changes=tuple(describe_change(change, language) for change in entry.changes),
        gap_count=len(entry.gaps),
        item_count=len(entry.items) if entry.items is not None else None,
    )
