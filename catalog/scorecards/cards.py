"""Cards as values: how figures become points, and how a card is kept as JSON and read again."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from catalog.models import Scorecard
from catalog.scorecards.indicators import INDICATORS
from catalog.scorecards.measuring import Bonus, Measured, Tally
from catalog.scorecards.records import ScoreRecord
from catalog.scorecards.weights import Weight
from catalog.timely_rates import TimelyShares

FULL_SCORE = 100.0

LEAST_SHARE = 0.4
"""Share of all weight that must apply for a score: a department with nothing public and one update on time is not the
best of the district. It keeps its figures and stands below the others, unscored (未评分)."""


@dataclass(frozen=True, slots=True)
class Body:
    """A department as its card names it."""

    id: uuid.UUID
    slug: str
    name: str
    name_en: str
    short_name: str


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator of a card: figure, target, weight, and what came of it.

    `figure` and `score` are None where the indicator does not apply. `full` are the points it could bring on this
    card, `points` those it brought.
    """

    code: str
    tally: Tally
    weight: float
    target: float
    figure: float | None
    score: float | None
    full: float = 0.0
    points: float = 0.0


@dataclass(frozen=True, slots=True)
class Card:
    """The score of one department for one period; `base` is None where too little applies.

    `adjustment` sums what accepted objections changed after freezing. `rank` counts from 1, equal totals share it.
    """

    department: Body
    lines: tuple[Line, ...]
    measured: Measured
    base: float | None
    adjustment: float = 0.0
    rank: int | None = None
    ranked: int = 0
    """How many departments have a rank."""
    frozen_at: dt.datetime | None = None
    frozen_by: str = ""
    kept: Mapping[str, tuple[ScoreRecord, ...]] | None = None
    """Indicator → what counted against it, of a frozen card."""

    @property
    def bonus(self) -> float:
        """Bonus points, each item up to its limit."""
        return round(sum(one.points for one in self.measured.bonuses), 2)

    @property
    def total(self) -> float | None:
        """Score, bonus and adjustment together; None where there is no score."""
        if self.base is None:
            return None
        return round(self.base + self.bonus + self.adjustment, 2)

    def line(self, code: str) -> Line:
        """The line of an indicator; of a card frozen before the indicator existed, an empty one."""
        for line in self.lines:
            if line.code == code:
                return line
        return Line(code, Tally(), 0.0, INDICATORS[code].target, None, None)


def make_lines(measured: Measured, weights: Mapping[str, Weight]) -> tuple[Line, ...]:
    """Every indicator with a weight, with points that add up to the score."""
    lines = [
        _line(code, measured.tally(code), weights[code].weight, weights[code].target)
        for code in INDICATORS
        if code in weights and weights[code].weight > 0
    ]
    whole = sum(line.weight for line in lines if line.score is not None)
    return tuple(_with_points(line, whole) for line in lines)


def base_score(lines: Sequence[Line]) -> float | None:
    """0 to 100, rounded to two places; None where too little applies (`LEAST_SHARE`)."""
    if not lines or applicable_share(lines) < LEAST_SHARE:
        return None
    scored = [(line.score, line.weight) for line in lines if line.score is not None]
    return round(FULL_SCORE * sum(score * weight for score, weight in scored) / sum(weight for _, weight in scored), 2)


def applicable_share(lines: Sequence[Line]) -> float:
    """Weight of the indicators that apply among all weight, 0 to 1."""
    whole = sum(line.weight for line in lines)
    return sum(line.weight for line in lines if line.score is not None) / whole if whole else 0.0


def make_card(department: Body, measured: Measured, weights: Mapping[str, Weight]) -> Card:
    """A card as things stand now."""
    lines = make_lines(measured, weights)
    return Card(department, lines, measured, base_score(lines))


def freeze_lines(card: Card, kept: Mapping[str, Sequence[ScoreRecord]]) -> list[dict[str, Any]]:
    """A card as JSON for `Scorecard.lines`: indicators, then bonus items, then shares and domains."""
    return [
        *(
            {
                "code": line.code,
                "numerator": line.tally.numerator,
                "denominator": line.tally.denominator,
                "weight": line.weight,
                "target": line.target,
                "against": [asdict(record) for record in kept.get(line.code, ())],
            }
            for line in card.lines
        ),
        *({"bonus": asdict(bonus)} for bonus in card.measured.bonuses),
        {"shares": asdict(card.measured.shares)},
        {"domains": sorted(card.measured.domains)},
    ]


def read_card(row: Scorecard, department: Body, *, adjustment: float) -> Card:
    """A frozen card; what a later release no longer knows is left out."""
    lines: list[Line] = []
    kept: dict[str, tuple[ScoreRecord, ...]] = {}
    bonuses: list[Bonus] = []
    shares, domains = TimelyShares(), frozenset[str]()
    for one in row.lines:
        if one.get("code") in INDICATORS:
            tally = Tally(one["numerator"], one["denominator"])
            lines.append(_line(one["code"], tally, one["weight"], one["target"]))
            kept[one["code"]] = tuple(ScoreRecord(**record) for record in one["against"])
        elif "bonus" in one:
            bonuses.append(Bonus(**one["bonus"]))
        elif "shares" in one:
            shares = TimelyShares(**one["shares"])
        elif "domains" in one:
            domains = frozenset(one["domains"])
    tallies = {line.code: line.tally for line in lines}
    whole = sum(line.weight for line in lines if line.score is not None)
    return Card(
        department=department,
        lines=tuple(_with_points(line, whole) for line in lines),
        measured=Measured(tallies, domains, shares, tuple(bonuses)),
        base=None if row.score is None else round(row.score - sum(one.points for one in bonuses), 2),
        adjustment=round(adjustment, 2),
        frozen_at=row.frozen_at,
        frozen_by=row.frozen_by_name,
        kept=kept,
    )


def rank_cards(cards: Sequence[Card]) -> tuple[Card, ...]:
    """The best total first, equal ones sharing their rank; cards without a score last, unranked."""
    scored = sorted((card for card in cards if card.total is not None), key=lambda card: -(card.total or 0.0))
    ranked: list[Card] = []
    for place, card in enumerate(scored, start=1):
        same = ranked and ranked[-1].total == card.total
        ranked.append(replace(card, rank=ranked[-1].rank if same else place, ranked=len(scored)))
    return (*ranked, *(card for card in cards if card.total is None))


def _line(code: str, tally: Tally, weight: float, target: float) -> Line:
    indicator = INDICATORS[code]
    figure = indicator.figure(tally.numerator, tally.denominator)
    score = indicator.score(tally.numerator, tally.denominator, target)
    return Line(code, tally, weight, target, figure, score)


def _with_points(line: Line, whole: float) -> Line:
    if line.score is None:
        return line
    full = FULL_SCORE * line.weight / whole
    return replace(line, full=round(full, 2), points=round(full * line.score, 2))
