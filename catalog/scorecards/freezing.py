"""Freezing a period: from then on its cards no longer move with the records."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from catalog.audit import lock_audit, record_audit
from catalog.errors import Conflict
from catalog.models import Scorecard
from catalog.permissions import Actor, require_allowed
from catalog.scorecards.cards import freeze_lines
from catalog.scorecards.entry_facts import entry_facts
from catalog.scorecards.entry_measures import EntryMeasure
from catalog.scorecards.indicators import INDICATORS, Obligations
from catalog.scorecards.obligation_records import count_undecided, obligation_records
from catalog.scorecards.periods import ScorePeriod
from catalog.scorecards.records import ScoreRecord
from catalog.scorecards.scoring import make_ranking

KEPT_RECORDS = 200
"""Records that counted against a department which a frozen card keeps, of each indicator: what objections are about."""

Kept = dict[uuid.UUID, list[ScoreRecord]]


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
    kept = _entries_against(session, period.measured_on(today))
    for code, row in INDICATORS.items():
        if isinstance(row.source, Obligations):
            kept[code] = _obligations_against(session, row.source, period, today)
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


def _entries_against(session: Session, on: dt.date) -> dict[str, Kept]:
    """Indicator → department → the first entries that counted against it: the facts are gathered once for all."""
    rows = {
        code: row for code, row in INDICATORS.items() if isinstance(row.source, EntryMeasure) and row.unit != "mean"
    }
    facts = entry_facts(on).c
    columns: list[Any] = [facts.department_id, facts.name, facts.title]
    for row in rows.values():
        assert isinstance(row.source, EntryMeasure)
        mark = row.source.mark(facts) if row.source.mark else literal(None)
        columns += [row.source.hit(facts), row.source.of(facts), mark]
    found: dict[str, Kept] = {code: {} for code in rows}
    names = (column.label(f"c{place}") for place, column in enumerate(columns))
    for department_id, name, title, *amounts in session.execute(select(*names).order_by(facts.name)):
        for place, (code, row) in enumerate(rows.items()):
            hit, of, mark = amounts[3 * place : 3 * place + 3]
            kept = found[code].setdefault(department_id, [])
            if len(kept) < KEPT_RECORDS and of and (hit > 0 if row.is_less_better else hit < of):
                kept.append(ScoreRecord(name, name, title, "", hit, of, mark))
    return found


def _obligations_against(session: Session, source: Obligations, period: ScorePeriod, today: dt.date) -> Kept:
    """Department → the first obligations that were not kept on time."""
    one = obligation_records(period, source.kinds, today=today).subquery().c
    query = select(one.department_id, one.key, one.name, one.title, one.note, one.hit, one.of, one.mark)
    found: Kept = {}
    for department_id, *values in session.execute(query.where(one.hit < one.of).order_by(one.key)):
        kept = found.setdefault(department_id, [])
        if len(kept) < KEPT_RECORDS:
            kept.append(ScoreRecord(*values))
    return found
