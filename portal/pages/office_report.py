"""The half-year report as a page: what it says, and the records behind each figure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from catalog.reports.counting import FigurePage, FigureRecord
from catalog.reports.figures import Span
from catalog.reports.measuring import DepartmentLine, HalfYear
from catalog.scorecards.periods import make_period
from catalog.vocabularies import VOCABULARIES
from portal.pages.office_scores import period_title
from portal.reporting.sentences import ReportText

_DETAIL_VOCABULARIES = {"entry": "entry_state"}
"""Kind of record → the vocabulary of its detail."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure of the table."""

    code: str
    name: str
    definition: str
    value: int
    before: int
    growth: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class ReportPage:
    """All that /office/report/{period} shows."""

    span: Span
    is_running: bool
    periods: tuple[tuple[str, str], ...]
    """(key, words)"""
    figures: tuple[FigureRow, ...]
    lines: tuple[DepartmentLine, ...]
    text: ReportText
    has_pdf: bool


@dataclass(frozen=True, slots=True)
class RecordsPage:
    """All that the list behind a figure shows; `counts` tells whether a record counts for more than one."""

    span: Span
    name: str
    definition: str
    code: str
    total: int
    unit: str
    rows: tuple[FigureRecord, ...]
    """`detail` in words."""
    counts: bool
    page: int
    page_count: int

    def href_of(self, page: int) -> str:
        """The address of another page of the list."""
        return f"?page={page}"


def make_report_page(
    facts: HalfYear, text: ReportText, *, periods: list[Span], has_pdf: bool, language: str
) -> ReportPage:
    """The page of one half-year."""
    is_english = language == "en"
    return ReportPage(
        span=facts.span,
        is_running=facts.span.as_of < facts.span.ends_on,
        periods=tuple((period.key, _half_year(period, language)) for period in periods),
        figures=tuple(
            FigureRow(
                code=one.figure.code,
                name=one.figure.en if is_english else one.figure.zh,
                definition=one.figure.en_definition if is_english else one.figure.zh_definition,
                value=one.value,
                before=one.before,
                growth=one.growth,
                unit="" if is_english else one.figure.unit,
            )
            for one in facts.figures.values()
        ),
        lines=facts.lines,
        text=text,
        has_pdf=has_pdf,
    )


def make_records_page(found: FigurePage, span: Span, *, language: str) -> RecordsPage:
    """One page of records."""
    is_english = language == "en"
    figure = found.figure
    return RecordsPage(
        span=span,
        name=figure.en if is_english else figure.zh,
        definition=figure.en_definition if is_english else figure.zh_definition,
        code=figure.code,
        total=found.total,
        unit="" if is_english else figure.unit,
        rows=tuple(replace(record, detail=_detail(record, figure.kind, is_english)) for record in found.records),
        counts=figure.kind == "usage",
        page=found.page,
        page_count=found.page_count,
    )


def _detail(record: FigureRecord, kind: str, is_english: bool) -> str:
    name = _DETAIL_VOCABULARIES.get(kind)
    term = VOCABULARIES[name].get(record.detail) if name in VOCABULARIES else None
    if term is None:
        return "" if kind in ("usage", "department") else record.detail
    return term.en if is_english else term.zh


def _half_year(span: Span, language: str) -> str:
    """2026年上半年; First half of 2026."""
    return period_title(make_period(span.starts_on.year, 1 if span.starts_on.month <= 6 else 2), language)
