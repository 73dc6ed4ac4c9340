"""Freezing a period: from then on its cards no longer move with the records."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.audit import lock_audit, record_audit
from catalog.errors import Conflict
from catalog.models import Scorecard
from catalog.permissions import Actor, require_allowed
from catalog.scorecards.cards import KeptRecord, freeze_lines
from catalog.scorecards.indicators import INDICATORS, Indicator
from catalog.scorecards.obligation_records import count_undecided
from catalog.scorecards.periods import ScorePeriod
from catalog.scorecards.records import select_records
from catalog.scorecards.scoring import make_ranking

KEPT_RECORDS = 200
"""Records that counted against a department which a frozen card keeps, of each indicator: what objections are about."""

Kept = dict[uuid.UUID, list[KeptRecord]]


def freeze_period(session: Session, period: ScorePeriod, *, by: Actor, now: dt.datetime, today: dt.date) -> int:
    """Freeze the cards of every active department at once; gives their number. There is no way back.

    Raises NotAllowed, Conflict("period_runs") before its end, Conflict("period_undecided") while obligations due in it
    are within their grace (frozen now, they would be assessed nowhere), Conflict("period_frozen").
    """
    require_allowed(by, "score.manage")
    if not period.has_ended(today):
        raise Conflict("period_runs", period=period.key, on=period.ends_on.isoformat())
    lock_audit(session)
    if session.scalar(select(Scorecard.id).where(Scorecard.period == period.key).limit(1)) is not None:
        raise Conflict("period_frozen", period=period.key)
    undecided, until = session.execute(count_undecided(period, today=today)).one()
    if undecided:
        raise Conflict("period_undecided", period=period.key, count=undecided, until=until.isoformat())
    ranking = make_ranking(session, period, today=today)
    kept = {code: _against(session, row, period, today) for code, row in INDICATORS.items()}
    for card in ranking.cards:
        own = {code: found.get(card.department.id, []) for code, found in kept.items()}
        session.add(
            Scorecard(
                id=uuid.uuid4(),
                department_id=card.department.id,
                period=period.key,
                score=None if card.base is None else round(card.base + card.bonus, 2),
                lines=freeze_lines(card, own),
                frozen_by_name=by.name[:64],
                frozen_at=now,
            )
        )
    session.flush()
    params: Mapping[str, object] = {"departments": len(ranking.cards)}
    record_audit(
        session, by=by, act="score.freeze", object_kind="scorecard", object_id=period.key, now=now, params=params
    )
    return len(ranking.cards)


def freezable_on(session: Session, period: ScorePeriod, *, today: dt.date) -> dt.date:
    """The first day on which the period can be frozen: after its end and the last grace of what is due in it."""
    _, until = session.execute(count_undecided(period, today=today)).one()
    return max(period.ends_on, until or period.ends_on) + dt.timedelta(days=1)


def _against(session: Session, indicator: Indicator, period: ScorePeriod, today: dt.date) -> Kept:
    """Department → the first records that counted against it; one query."""
    query = select_records(indicator, period, today=today)
    if query is None or indicator.unit == "mean":
        return {}
    one = query.subquery().c
    is_against = one.hit > 0 if indicator.is_less_better else one.hit < one.of
    place = func.row_number().over(partition_by=one.department_id, order_by=one.key).label("place")
    columns = (one.department_id, one.key, one.name, one.title, one.note, one.hit, one.of, one.mark)
    bad = select(*columns, place).where(is_against).subquery().c
    rows = session.execute(
        select(bad.department_id, bad.key, bad.name, bad.title, bad.note, bad.hit, bad.of, bad.mark)
        .where(bad.place <= KEPT_RECORDS)
        .order_by(bad.department_id, bad.key)
    )
    found: Kept = {}
    for department_id, *values in rows:
        found.setdefault(department_id, []).append(KeptRecord(*values))
    return found
