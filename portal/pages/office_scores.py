"""The ranking of a period and the weights, as people read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from catalog.errors import Problem
from catalog.periods import format_period
from catalog.scorecards.cards import Card, Line
from catalog.scorecards.indicators import HEADLINE, INDICATORS, Indicator
from catalog.scorecards.objections import Objection
from catalog.scorecards.periods import ScorePeriod
from catalog.scorecards.scoring import Ranking
from catalog.scorecards.weights import Weight
from datasets.clock import SHANGHAI
from portal.messages import problem_text

GOOD_FROM, WARN_FROM = 0.9, 0.6
"""Share of its points from which a figure is shown as good, and below which as bad."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of a table: text and tone; `note` is its fraction."""

    text: str
    tone: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class RankRow:
    """One department in the ranking; `share` is its total of a hundred, for the bar."""

    rank: str
    slug: str
    name: str
    total: str
    share: float
    extra: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An objection that waits for the office."""

    slug: str
    department: str
    indicator: str
    at: str


@dataclass(frozen=True, slots=True)
class RankingPage:
    """A period: every department, the best first, with the main figures."""

    period: str
    title: str
    periods: tuple[tuple[str, str, bool], ...]
    columns: tuple[tuple[str, str], ...]
    """Short name and definition of each figure."""
    rows: tuple[RankRow, ...]
    district: tuple[Cell, ...]
    state: str
    """running, ended, frozen"""
    frozen: str
    freezable_on: str
    can_freeze: bool
    unscored: int
    objections: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class WeightRow:
    """One indicator in the form of weights, with what was typed and what is wrong."""

    code: str
    name: str
    definition: str
    is_percent: bool
    is_less_better: bool
    weight: str
    target: str
    since: str
    weight_error: str = ""
    target_error: str = ""


@dataclass(frozen=True, slots=True)
class WeightsPage:
    """The form of weights and targets, and the changes so far."""

    rows: tuple[WeightRow, ...]
    total: str
    starts_on: str
    starts_error: str
    problems: tuple[tuple[str, str], ...]
    changes: tuple[tuple[str, str, str, str, str], ...]
    """(from, indicator, weight, target, by)"""


def period_title(period: ScorePeriod, language: str) -> str:
    """2026年上半年, 2026年全年; First half of 2026, Year 2026."""
    if period.half:
        return format_period(period.key, language)
    return f"Year {period.year}" if language == "en" else f"{period.year}年全年"


def pick(indicator: Indicator, language: str) -> tuple[str, str, str]:
    """Name, short name and definition."""
    if language == "en":
        return indicator.en, indicator.short_en, indicator.definition_en
    return indicator.zh, indicator.short_zh, indicator.definition_zh


def figure_text(value: float | None, indicator: Indicator) -> str:
    """A figure or target in its unit; "–" where it does not apply."""
    if value is None:
        return "–"
    if indicator.unit == "share":
        return f"{value * 100:.1f}".rstrip("0").rstrip(".") + "%"
    return plain_number(value)


def plain_number(value: float) -> str:
    """1,147 or 12.5."""
    return f"{value:,.0f}" if value == int(value) or value >= 100 else f"{value:,.1f}"


def fraction_text(line: Line) -> str:
    """Numerator / denominator as records count; empty where nothing applies."""
    indicator, tally = INDICATORS[line.code], line.tally
    if not tally.denominator or indicator.code == "completeness":
        return ""
    return f"{plain_number(tally.numerator)}/{plain_number(tally.denominator)}"


def tone_of(line: Line) -> str:
    """good, warn or bad by the share of its points."""
    if line.score is None:
        return ""
    return "good" if line.score >= GOOD_FROM else "warn" if line.score >= WARN_FROM else "bad"


def day_text(moment: dt.datetime) -> str:
    """The day in Shanghai."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d")


def make_ranking_page(
    ranking: Ranking,
    periods: Sequence[ScorePeriod],
    objections: Sequence[Objection],
    *,
    freezable_on: dt.date,
    today: dt.date,
    language: str,
) -> RankingPage:
    """The ranking in words."""
    period = ranking.period
    codes = [code for code in HEADLINE if any(line.code == code for line in ranking.district)]
    district = {line.code: line for line in ranking.district}
    state = "frozen" if ranking.is_frozen else "ended" if period.has_ended(today) else "running"
    return RankingPage(
        period=period.key,
        title=period_title(period, language),
        periods=tuple((one.key, period_title(one, language), one.key == period.key) for one in periods),
        columns=tuple(pick(INDICATORS[code], language)[1:] for code in codes),
        rows=tuple(_rank_row(card, codes, language) for card in ranking.cards),
        district=tuple(_cell(district[code], is_plain=True) for code in codes),
        state=state,
        frozen=day_text(ranking.frozen_at) if ranking.frozen_at else "",
        freezable_on=freezable_on.isoformat(),
        can_freeze=state == "ended" and today >= freezable_on,
        unscored=sum(card.rank is None for card in ranking.cards),
        objections=tuple(
            Waiting(
                one.department_slug, one.department_name, pick(INDICATORS[one.indicator], language)[0], day_text(one.at)
            )
            for one in objections
            if one.indicator in INDICATORS
        ),
    )


def _rank_row(card: Card, codes: Sequence[str], language: str) -> RankRow:
    body, total = card.department, card.total
    parts = [(_("加分"), card.bonus), (_("异议"), card.adjustment)]
    return RankRow(
        rank="" if card.rank is None else str(card.rank),
        slug=body.slug,
        name=body.name_en if language == "en" else body.name,
        total=f"{total:.2f}" if total is not None else _("未评分"),
        share=min(1.0, max(0.0, (total or 0.0) / 100)),
        extra=" ".join(f"{name} {value:+.2f}" for name, value in parts if value),
        cells=tuple(_cell(card.line(code)) for code in codes),
    )


def _cell(line: Line, *, is_plain: bool = False) -> Cell:
    text = figure_text(line.figure, INDICATORS[line.code])
    return Cell(text, "" if is_plain else tone_of(line), fraction_text(line))


def make_weights_page(
    weights: Mapping[str, Weight],
    changes: Sequence[Weight],
    *,
    starts_on: str,
    typed: Mapping[str, str] | None = None,
    problems: Sequence[Problem] = (),
    language: str,
) -> WeightsPage:
    """The form; `typed` is what came back with `problems`. Shares are typed as per cent."""
    faults = {problem.where: problem_text(problem, language) for problem in problems}
    given = typed or {}
    rows = []
    for code, one in weights.items():
        row, is_percent = INDICATORS[code], INDICATORS[code].unit == "share"
        name, _short, definition = pick(row, language)
        rows.append(
            WeightRow(
                code=code,
                name=name,
                definition=definition,
                is_percent=is_percent,
                is_less_better=row.is_less_better,
                weight=given.get(f"weight-{code}", f"{one.weight:g}"),
                target=given.get(f"target-{code}", f"{one.target * 100 if is_percent else one.target:g}"),
                since=one.starts_on.isoformat() if one.starts_on else "",
                weight_error=faults.get(f"weight-{code}", ""),
                target_error=faults.get(f"target-{code}", ""),
            )
        )
    return WeightsPage(
        rows=tuple(rows),
        total=f"{sum(one.weight for one in weights.values()):g}",
        starts_on=starts_on,
        starts_error=faults.get("starts_on", ""),
        problems=tuple((where if where != "weights" else "", text) for where, text in faults.items()),
        changes=tuple(
            (
                one.starts_on.isoformat() if one.starts_on else "",
                pick(INDICATORS[one.indicator], language)[0],
                f"{one.weight:g}",
                figure_text(one.target, INDICATORS[one.indicator]),
                one.by_name,
            )
            for one in changes
            if one.indicator in INDICATORS
        ),
    )
