"""Figures about the whole catalog, for everybody: laid out as tables and bars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog.statistics import Figures, Line, Statistics, summarise
from portal.pages.public_home import Promise, make_promises

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line of a table: `share` of the largest line, 0…1, is the length of its bar."""

    key: str
    text: str
    figures: Figures
    share: float


@dataclass(frozen=True, slots=True)
class ChartColumn:
    """One column of a chart, in per cent of the drawing; `text` and `value` are said in words too."""

    text: str
    value: int
    x: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class StatisticsPage:
    """All that /statistics shows."""

    statistics: Statistics
    promises: tuple[Promise, ...]
    domains: tuple[TableRow, ...]
    departments: tuple[TableRow, ...]
    open_types: tuple[TableRow, ...]
    cycles: tuple[TableRow, ...]
    issued: tuple[ChartColumn, ...]
    views: tuple[ChartColumn, ...]
    downloads: tuple[ChartColumn, ...]
    on: dt.date

    @property
    def total(self) -> Figures:
        """Figures of the whole catalog."""
        return self.statistics.total


def make_statistics_page(session: Session, *, today: dt.date, language: str) -> StatisticsPage:
    """O(public entries); kept by change number and day above."""
    statistics = summarise(session, today=today)
    days = statistics.usage_days
    return StatisticsPage(
        statistics=statistics,
        promises=make_promises({line.key: line.figures.entries for line in statistics.timeliness}),
        domains=_rows([line for line in statistics.domains if line.figures.entries], language),
        departments=_rows(statistics.departments, language),
        open_types=_rows(statistics.open_types, language),
        cycles=_rows(statistics.cycles, language),
        issued=_columns([(month, count) for month, count in statistics.issued]),
        views=_columns([(day.day.isoformat(), day.views) for day in days]),
        downloads=_columns([(day.day.isoformat(), day.downloads) for day in days]),
        on=today,
    )


def _rows(lines: Sequence[Line], language: str) -> tuple[TableRow, ...]:
    most = max((line.figures.entries for line in lines), default=0) or 1
    return tuple(
        TableRow(line.key, line.en if language == "en" else line.zh, line.figures, line.figures.entries / most)
        for line in lines
    )


def _columns(values: Sequence[tuple[str, int]]) -> tuple[ChartColumn, ...]:
    """Columns side by side with a gap of a fifth; empty when every value is zero."""
    most = max((value for _, value in values), default=0)
    if not most:
        return ()
    step = 100 / len(values)
    return tuple(
        ChartColumn(text, value, index * step + step * 0.1, step * 0.8, 100 * value / most)
        for index, (text, value) in enumerate(values)
    )
