"""异议: a department's head objects to a figure of the frozen card, the office answers, and points may change."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.audit import lock_audit, record_audit
from catalog.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from catalog.field_values import clean_text
from catalog.models import Department, Scorecard, ScoreObjection
from catalog.permissions import Actor, is_allowed, require_allowed
from catalog.scorecards.periods import ScorePeriod
from catalog.scorecards.records import get_indicator
from catalog.workdays import Calendar
from datasets.clock import day_of

OBJECTION_WORKDAYS = 10
"""Working days after the freezing within which a department may object (its last day counts)."""
MAX_TEXT = 2000
MAX_POINTS = 100.0

OBJECTION_STATES = {
    "open": ("待答复", "Waiting"),
    "accepted": ("已采纳", "Accepted"),
    "rejected": ("未采纳", "Rejected"),
}


@dataclass(frozen=True, slots=True)
class Objection:
    """One objection and what came of it; `points` are those the office added or took when it accepted."""

    id: uuid.UUID
    department_id: uuid.UUID
    department_slug: str
    department_name: str
    period: str
    indicator: str
    text: str
    state: str
    points: float | None
    answer: str | None
    by_name: str
    at: dt.datetime
    decided_by_name: str | None
    decided_at: dt.datetime | None


def objectable_until(frozen_at: dt.datetime, calendar: Calendar) -> dt.date:
    """The last day on which a department may object to a card frozen at that instant."""
    return calendar.add_workdays(day_of(frozen_at), OBJECTION_WORKDAYS)


def object_to_score(
    session: Session,
    period: ScorePeriod,
    indicator: str,
    *,
    department_id: uuid.UUID,
    text: str,
    calendar: Calendar,
    by: Actor,
    now: dt.datetime,
) -> ScoreObjection:
    """Object to one figure of the department's frozen card, once.

    Raises NotAllowed, NotFound("indicator_not_found"), Invalid("score_objection_invalid"), Conflict("card_not_frozen"),
    Conflict("score_objection_too_late"), Conflict("score_objection_exists").
    """
    require_allowed(by, "score.object", department_id=department_id)
    get_indicator(indicator)
    clean = _clean(text, "text")
    lock_audit(session)
    frozen_at = session.scalar(
        select(Scorecard.frozen_at).where(Scorecard.department_id == department_id, Scorecard.period == period.key)
    )
    if frozen_at is None:
        raise Conflict("card_not_frozen", period=period.key)
    until = objectable_until(frozen_at, calendar)
    if day_of(now) > until:
        raise Conflict("score_objection_too_late", until=until.isoformat(), workdays=OBJECTION_WORKDAYS)
    same = select(ScoreObjection.id).where(
        ScoreObjection.department_id == department_id,
        ScoreObjection.period == period.key,
        ScoreObjection.indicator == indicator,
    )
    if session.scalar(same) is not None:
        raise Conflict("score_objection_exists")
    row = ScoreObjection(
        id=uuid.uuid4(),
        department_id=department_id,
        period=period.key,
        indicator=indicator,
        text=clean,
        state="open",
        by_name=by.name[:64],
        at=now,
    )
    session.add(row)
    session.flush()
    params = {"period": period.key, "indicator": indicator, "text": clean}
    _audit(session, "score.object", row.id, params, by=by, now=now)
    return row


def decide_objection(
    session: Session,
    objection_id: uuid.UUID,
    *,
    is_accepted: bool,
    points: float | None = None,
    answer: str,
    by: Actor,
    now: dt.datetime,
) -> ScoreObjection:
    """Accept an objection with `points` to add (or, below zero, to take), or reject it; always with an answer.

    Raises NotAllowed, also ("own_request") to the department's head, NotFound("score_objection_not_found"),
    Conflict("score_objection_decided"),
    Invalid("score_objection_invalid").
    """
    require_allowed(by, "score.manage")
    row = session.scalar(select(ScoreObjection).where(ScoreObjection.id == objection_id).with_for_update())
    if row is None:
        raise NotFound("score_objection_not_found")
    if by.account_id is not None and is_allowed(by, "score.object", department_id=row.department_id):
        raise NotAllowed("own_request")
    clean = _clean(answer, "answer")
    if row.state != "open":
        raise Conflict("score_objection_decided")
    if is_accepted and (points is None or not 0 < abs(points) <= MAX_POINTS):
        raise Invalid(
            "score_objection_invalid", problems=[Problem("points", "score_objection_points", most=int(MAX_POINTS))]
        )
    row.state = "accepted" if is_accepted else "rejected"
    row.points = round(points, 2) if is_accepted and points is not None else None
    row.answer, row.decided_by_name, row.decided_at = clean, by.name[:64], now
    session.flush()
    params = {"period": row.period, "indicator": row.indicator, "to": row.state, "points": row.points, "answer": clean}
    _audit(session, "score.answer", row.id, params, by=by, now=now)
    return row


def list_objections(
    session: Session,
    *,
    by: Actor,
    period: ScorePeriod | None = None,
    department_id: uuid.UUID | None = None,
    state: str | None = None,
    limit: int = 200,
) -> list[Objection]:
    """Objections, the latest first: at most one per department, indicator and period.

    Without `department_id` only the office may ask. Raises NotAllowed.
    """
    if department_id is None:
        require_allowed(by, "score.manage")
    else:
        require_allowed(by, "score.view", department_id=department_id)
    query: Any = (
        select(ScoreObjection, Department.slug, Department.name)
        .join(Department, Department.id == ScoreObjection.department_id)
        .order_by(ScoreObjection.at.desc(), ScoreObjection.id)
        .limit(limit)
    )
    if period is not None:
        query = query.where(ScoreObjection.period == period.key)
    if department_id is not None:
        query = query.where(ScoreObjection.department_id == department_id)
    if state is not None:
        query = query.where(ScoreObjection.state == state)
    return [_facts(*row) for row in session.execute(query)]


def _clean(text: str, where: str) -> str:
    clean = clean_text(text, lines=True)
    if not clean:
        raise Invalid("score_objection_invalid", problems=[Problem(where, "required_missing")])
    if len(clean) > MAX_TEXT:
        raise Invalid(
            "score_objection_invalid", problems=[Problem(where, "too_long", limit=MAX_TEXT, length=len(clean))]
        )
    return clean


def _audit(
    session: Session, act: str, object_id: uuid.UUID, params: dict[str, Any], *, by: Actor, now: dt.datetime
) -> None:
    record_audit(session, by=by, act=act, object_kind="objection", object_id=object_id, now=now, params=params)


def _facts(row: ScoreObjection, slug: str, name: str) -> Objection:
    return Objection(
        id=row.id,
        department_id=row.department_id,
        department_slug=slug,
        department_name=name,
        period=row.period,
        indicator=row.indicator,
        text=row.text,
        state=row.state,
        points=row.points,
        answer=row.answer,
        by_name=row.by_name,
        at=row.at,
        decided_by_name=row.decided_by_name,
        decided_at=row.decided_at,
    )
