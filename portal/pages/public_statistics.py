"""Figures about the whole catalog, for everybody: laid out as tables and bars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog import departments as department_lists
from catalog.overdue import count_overdue
from catalog.statistics import Figures, Line, Statistics, summarise
from catalog.timely_rates import TimelyShares, add_shares, list_timely_shares
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
class TimelyRow:
    """A department's timely rate over a year with what it must be read with, and what is overdue today."""

    slug: str
    text: str
    shares: TimelyShares
    overdue: int


@dataclass(frozen=True, slots=True)
class StatisticsPage:
    """All that /statistics shows."""

    statistics: Statistics
    promises: tuple[Promise, ...]
    shares: TimelyShares
    """Of all departments over the last year."""
    timely: tuple[TimelyRow, ...]
    """Departments that owe updates or have data, the most updates due first."""
    domains: tuple[TableRow, ...]
    departments: tuple[TableRow, ...]
    open_types: tuple[TableRow, ...]
    cycles: tuple[TableRow, ...]
    issued: tuple[ChartColumn, ...]
    views: tuple[ChartColumn, ...]
    downloads: tuple[ChartColumn, ...]
    on: dt.date

    @property
    def overdue(self) -> int:
        """Entries that are overdue today."""
        return sum(row.overdue for row in self.timely)

    @property
    def total(self) -> Figures:
        """Figures of the whole catalog."""
        return self.statistics.total


def make_statistics_page(session: Session, *, today: dt.date, language: str) -> StatisticsPage:
    """O(public entries and updates due in a year); kept by change number and day above."""
    statistics = summarise(session, today=today)
    days = statistics.usage_days
    timely = _timely_rows(session, today, language)
    return StatisticsPage(
        statistics=statistics,
        promises=make_promises({line.key: line.figures.entries for line in statistics.timeliness}),
        shares=add_shares(row.shares for row in timely),
        timely=timely,
        domains=_rows([line for line in statistics.domains if line.figures.entries], language),
        departments=_rows(statistics.departments, language),
        open_types=_rows(statistics.open_types, language),
        cycles=_rows(statistics.cycles, language),
        issued=_columns([(month, count) for month, count in statistics.issued]),
        views=_columns([(day.day.isoformat(), day.views) for day in days]),
        downloads=_columns([(day.day.isoformat(), day.downloads) for day in days]),
        on=today,
    )


def last_year(today: dt.date) -> tuple[dt.date, dt.date]:
    """The span of days over which a timely rate is told: the year up to and including today."""
    return today - dt.timedelta(days=364), today


def _timely_rows(session: Session, today: dt.date, language: str) -> tuple[TimelyRow, ...]:
    since, until = last_year(today)
    shares = list_timely_shares(session, since=since, until=until, today=today)
    overdue = {one.slug: one.count for one in count_overdue(session, today=today)}
    rows = [
        TimelyRow(
            facts.slug,
            (facts.name_en if language == "en" else None) or facts.name,
            shares[facts.id],
            overdue.get(facts.slug, 0),
        )
        for facts in department_lists.list_departments(session)
        if facts.id in shares and (shares[facts.id].counted or shares[facts.id].entries)
    ]
    return tuple(sorted(rows, key=lambda row: (-row.shares.counted, row.slug)))


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
