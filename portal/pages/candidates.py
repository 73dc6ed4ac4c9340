"""The pages about candidates for opening: coverage by department, the list with its decisions, the import."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.candidates.coverage import STATES, CandidatePage, CandidateRow, Coverage
from catalog.candidates.importing import CandidatePlan
from catalog.candidates.reading import COLUMNS
from catalog.departments import DepartmentFacts
from catalog.errors import Problem
from catalog.vocabularies import VOCABULARIES
from portal.messages import problem_text, text_of
from portal.pages.filled_form import FieldProblems

SHOWN_ROWS = 100
"""Rows of each kind that the preview of an import shows; all are counted."""
MARKS = ("opened", "opened_upstream", "open_next", "kept_closed", "undecided")
CSV_HEADERS = (
    ("部门", "Department"),
    ("来源", "Known from"),
    ("名称", "Title"),
    ("代码", "Code"),
    ("业务系统", "System"),
    ("开放情况", "State"),
    ("条目", "Entry"),
    ("上级网址", "Upper level's address"),
    ("理由", "Reason"),
    ("标记人", "Marked by"),
    ("标记时间", "Marked at"),
)
_RISKY = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of a cell that a spreadsheet would run as a formula."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list was narrowed to: department (slug), source, state, a part of the title."""

    department: str = ""
    source: str = ""
    state: str = ""
    title: str = ""

    @property
    def criteria(self) -> dict[str, str]:
        """As arguments of `list_candidates`."""
        return {"source": self.source, "state": self.state, "title": self.title}

    @property
    def is_empty(self) -> bool:
        """Whether everything is listed."""
        return not (self.department or self.source or self.state or self.title)

    @property
    def address(self) -> dict[str, str | None]:
        """As parameters of an address."""
        return {
            "department": self.department or None,
            "source": self.source or None,
            "state": self.state or None,
            "q": self.title or None,
        }


@dataclass(frozen=True, slots=True)
class CoveragePage:
    """All that /office/candidates shows."""

    rows: tuple[Coverage, ...]
    whole: Coverage
    states: tuple[str, ...] = STATES


@dataclass(frozen=True, slots=True)
class Typed:
    """What was chosen in the form of a decision, shown again when it was not good."""

    ids: frozenset[str] = frozenset()
    state: str = ""
    entry: str = ""
    url: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CandidateListPage(FieldProblems):
    """A page of candidates; `room` is desk or office, `plans` the running plans (code, title) to which they may go."""

    room: str
    rows: tuple[CandidateRow, ...]
    next: str | None
    asked: Asked
    coverage: Coverage | None
    departments: tuple[tuple[str, str], ...]
    sources: tuple[tuple[str, str], ...]
    states: tuple[tuple[str, str], ...]
    marks: tuple[tuple[str, str], ...]
    plans: tuple[tuple[str, str], ...]
    typed: Typed = field(default_factory=Typed)
    problems: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPage:
    """The form of an import, and, once a file is read, what it would do. `headers`: (source label, headers known)."""

    sources: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    source: str = ""
    source_label: str = ""
    sha256: str = ""
    file_name: str = ""
    plan: CandidatePlan | None = None
    new: tuple[tuple[str, str, str], ...] = ()
    refused: tuple[tuple[int, str, str], ...] = ()
    failure: str = ""


def parse_asked(args: Mapping[str, str]) -> Asked:
    """What the address asks for; unknown words are passed over."""
    source, state = args.get("source", ""), args.get("state", "")
    return Asked(
        department=args.get("department", "")[:80],
        source=source if source in VOCABULARIES["candidate_source"] else "",
        state=state if state in VOCABULARIES["candidate_state"] else "",
        title=args.get("q", "").strip()[:128],
    )


def make_list_page(
    found: CandidatePage,
    asked: Asked,
    *,
    room: str,
    coverage: Coverage | None = None,
    departments: Iterable[DepartmentFacts] = (),
    plans: Iterable[tuple[str, str]] = (),
    typed: Typed | None = None,
    problems: Iterable[Problem] = (),
    language: str,
) -> CandidateListPage:
    """A page of the list with the form of decisions."""
    labels = _terms("candidate_state", language)
    return CandidateListPage(
        room=room,
        rows=found.rows,
        next=found.next,
        asked=asked,
        coverage=coverage,
        departments=tuple((one.slug, one.short_name or one.name) for one in departments),
        sources=_terms("candidate_source", language),
        states=labels,
        marks=tuple((code, text) for code, text in labels if code in MARKS),
        plans=tuple(plans),
        typed=typed or Typed(),
        problems=tuple((one.where, problem_text(one, language)) for one in problems),
    )


def make_import_page(*, failure: str = "", source: str = "exchange", language: str) -> ImportPage:
    """The upload form."""
    labels = _terms("candidate_source", language)
    headers = tuple(
        (text, "、".join(names[0] for names in COLUMNS[code].values())) for code, text in labels if code in COLUMNS
    )
    return ImportPage(sources=labels, headers=headers, source=source, failure=failure)


def make_preview(
    plan: CandidatePlan, *, sha256: str, file_name: str, names: Mapping[uuid.UUID, str], language: str
) -> ImportPage:
    """What applying the list would do."""
    vocabulary = VOCABULARIES["candidate_source"]
    return ImportPage(
        sources=(),
        headers=(),
        source=plan.source,
        source_label=vocabulary.label(plan.source, language),
        sha256=sha256,
        file_name=file_name,
        plan=plan,
        new=tuple(
            (names.get(one, ""), row.title, row.code or row.system_name or "") for one, row in plan.new[:SHOWN_ROWS]
        ),
        refused=tuple(
            (one.row, one.title, text_of(one.code, {"value": one.value}, language)) for one in plan.refused[:SHOWN_ROWS]
        ),
    )


def write_csv(rows: Iterable[CandidateRow], *, language: str) -> Iterator[bytes]:
    """The list as UTF-8 with BOM, so that Excel reads it; no cell runs as a formula. Yields lines."""
    yield "﻿".encode()
    yield _line(header[language == "en"] for header in CSV_HEADERS)
    for row in rows:
        yield _line(
            (
                row.department,
                VOCABULARIES["candidate_source"].label(row.source, language),
                row.title,
                row.code,
                row.system_name,
                VOCABULARIES["candidate_state"].label(row.state, language),
                row.entry_title,
                row.upstream_url,
                row.reason,
                row.decided_by_name,
                row.decided_at.isoformat(timespec="seconds") if row.decided_at else "",
            )
        )


def _line(cells: Iterable[Any]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow([_safe(cell) for cell in cells])
    return buffer.getvalue().encode()


def _safe(cell: Any) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_RISKY) else text


def _terms(name: str, language: str) -> tuple[tuple[str, str], ...]:
    terms: Sequence[Any] = VOCABULARIES[name].terms
    return tuple((term.code, term.label(language)) for term in terms)
