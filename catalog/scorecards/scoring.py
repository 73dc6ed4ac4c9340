"""Scorecards of a period: the frozen ones as they were, else computed from the records as they stand.

The score is 0 to 100: the scores of the indicators that apply, weighted. The weight of one that does not apply (不适用,
nothing was due or there is nothing to measure) is spread over the others in proportion, so that nobody gains or loses
by it; a department to which little applies has no score (`cards.LEAST_SHARE`). Bonus points and what accepted
objections changed are added to that.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.errors import NotFound
from catalog.models import Department, Entry, Scorecard, ScoreObjection
from catalog.permissions import Actor, is_allowed, require_allowed
from catalog.scorecards.cards import Body, Card, Line, make_card, make_lines, rank_cards, read_card
from catalog.scorecards.measuring import Measured, measure, sum_measured
from catalog.scorecards.periods import ScorePeriod
from catalog.scorecards.weights import Weight, weights_on


@dataclass(frozen=True, slots=True)
class Ranking:
    """A period with the card of every active department, the best first; `district` are the figures of all together.

    `is_frozen`: the cards are those that were frozen, with every department that was one then.
    """

    period: ScorePeriod
    cards: tuple[Card, ...]
    district: tuple[Line, ...]
    is_frozen: bool
    frozen_at: dt.datetime | None
    frozen_by: str

    def card(self, department_id: uuid.UUID) -> Card:
        """The card of a department; raises NotFound("scorecard_not_found")."""
        for card in self.cards:
            if card.department.id == department_id:
                return card
        raise NotFound("scorecard_not_found", period=self.period.key)


def rank(session: Session, period: ScorePeriod, *, by: Actor, today: dt.date) -> Ranking:
    """The whole ranking for those who see every department; a fixed number of queries. Raises NotAllowed."""
    require_allowed(by, "score.manage")
    return make_ranking(session, period, today=today)


def get_card(session: Session, period: ScorePeriod, department_id: uuid.UUID, *, by: Actor, today: dt.date) -> Card:
    """One department's card with its rank, at the cost of the ranking.

    Another department's card is NotFound("scorecard_not_found"), and so is one that does not exist. Raises NotAllowed.
    """
    require_allowed(by, "score.view")
    if not is_allowed(by, "score.view", department_id=department_id):
        raise NotFound("scorecard_not_found", period=period.key)
    return make_ranking(session, period, today=today).card(department_id)


def find_lines(session: Session, period: ScorePeriod, department_id: uuid.UUID, *, today: dt.date) -> dict[str, Line]:
    """The lines of a past period to stand beside the present ones: frozen, else measured; empty before any record."""
    if period.starts_on > today:
        return {}
    row = session.scalar(
        select(Scorecard).where(Scorecard.department_id == department_id, Scorecard.period == period.key)
    )
    if row is not None:
        body = Body(department_id, "", "", "", "")
        return {line.code: line for line in read_card(row, body, adjustment=0.0).lines}
    return measure_lines(session, period, department_id, today=today)


def measure_lines(
    session: Session, period: ScorePeriod, department_id: uuid.UUID, *, today: dt.date
) -> dict[str, Line]:
    """The lines of a department as the records stand now, also where the card is frozen."""
    measured = measure(session, period, today=today).get(department_id, Measured())
    return {line.code: line for line in make_lines(measured, weights_on(session, period.ends_on))}


def first_year(session: Session, *, today: dt.date) -> int:
    """The year from which there is anything to assess."""
    first = session.scalar(select(func.min(Entry.issued_on)))
    return min(first.year if first else today.year, today.year)


def make_ranking(session: Session, period: ScorePeriod, *, today: dt.date) -> Ranking:
    """The ranking without asking who may see it."""
    rows = session.scalars(select(Scorecard).where(Scorecard.period == period.key)).all()
    bodies = _bodies(session)
    if rows:
        adjustments = _adjustments(session, period)
        cards = [
            read_card(row, bodies[row.department_id][0], adjustment=adjustments.get(row.department_id, 0.0))
            for row in rows
        ]
        ranked = rank_cards(sorted(cards, key=lambda card: bodies[card.department.id][1]))
        return Ranking(period, ranked, _district(cards), True, rows[0].frozen_at, rows[0].frozen_by_name)
    measured = measure(session, period, today=today)
    weights = weights_on(session, period.ends_on)
    cards = [
        make_card(body, measured.get(body.id, Measured()), weights)
        for body, _, is_active in bodies.values()
        if is_active
    ]
    district = make_lines(sum_measured(measured.values()), weights)
    return Ranking(period, rank_cards(cards), district, False, None, "")


def _district(cards: Sequence[Card]) -> tuple[Line, ...]:
    """The district's figures out of frozen cards, which all bear the same weights."""
    weights = {line.code: Weight(line.code, line.weight, line.target) for card in cards for line in card.lines}
    return make_lines(sum_measured(card.measured for card in cards), weights)


def _bodies(session: Session) -> dict[uuid.UUID, tuple[Body, int, bool]]:
    """Every department with its place in lists and whether it is in use."""
    query = select(Department).order_by(Department.position, Department.slug)
    return {
        row.id: (Body(row.id, row.slug, row.name, row.name_en or row.name, row.short_name), place, row.is_active)
        for place, row in enumerate(session.scalars(query))
    }


def _adjustments(session: Session, period: ScorePeriod) -> dict[uuid.UUID, float]:
    """Department → points that accepted objections changed."""
    query = (
        select(ScoreObjection.department_id, func.sum(ScoreObjection.points))
        .where(ScoreObjection.period == period.key, ScoreObjection.state == "accepted")
        .group_by(ScoreObjection.department_id)
    )
    return {row[0]: float(row[1] or 0) for row in session.execute(query)}
