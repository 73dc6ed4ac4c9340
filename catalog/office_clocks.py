"""What runs against a clock for the whole district: nodes of plans, messages that did not leave, scores to freeze."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import String, case, cast, func, select
from sqlalchemy.orm import Session

from catalog.models import (
    Declaration,
    Message,
    Obligation,
    PlanNode,
    Rectification,
    Scorecard,
    ScoreObjection,
    WorkPlan,
)
from catalog.plans import Countdown, count_down
from catalog.plans.board import MET_STATES
from catalog.scorecards.freezing import freezable_on
from catalog.scorecards.periods import ScorePeriod, current_period, make_period
from catalog.workdays import Calendar

NODE_ROWS = 4
"""Nodes that the overview shows, the earliest first."""


@dataclass(frozen=True, slots=True)
class NodeClock:
    """A node of a running plan that not every department has met."""

    plan_code: str
    plan_title: str
    title: str
    left: Countdown
    met: int
    owed: int


@dataclass(frozen=True, slots=True)
class FreezeDue:
    """A period that is over and whose scores are not frozen yet; they can be from `from_on` on."""

    period: ScorePeriod
    from_on: dt.date
    is_due: bool


@dataclass(frozen=True, slots=True)
class OfficeClocks:
    """What the office must not miss beside its queue."""

    nodes: tuple[NodeClock, ...]
    declarations: int
    """Signed declarations that wait to be accepted or returned."""
    findings: int
    """Findings that departments say they have mended, to be checked."""
    score_objections: int
    failed_messages: int
    freeze: FreezeDue | None


def read_clocks(session: Session, *, today: dt.date, calendar: Calendar) -> OfficeClocks:
    """As of `today`: at most nine queries, each a count over an index or over the departments of running plans."""
    return OfficeClocks(
        nodes=_nodes(session, today, calendar),
        declarations=session.scalar(_signed) or 0,
        findings=session.scalar(select(func.count()).where(Rectification.state == "answered")) or 0,
        score_objections=session.scalar(select(func.count()).where(ScoreObjection.state == "open")) or 0,
        failed_messages=session.scalar(select(func.count()).where(Message.state == "failed")) or 0,
        freeze=_freeze(session, today),
    )


_signed = (
    select(func.count())
    .select_from(Declaration)
    .join(WorkPlan, WorkPlan.id == Declaration.plan_id)
    .where(Declaration.state == "signed", WorkPlan.state == "running")
)


def _nodes(session: Session, today: dt.date, calendar: Calendar) -> tuple[NodeClock, ...]:
    met = func.sum(case((Obligation.state.in_(MET_STATES), 1), else_=0))
    query = (
        select(WorkPlan.code, WorkPlan.title.label("plan_title"), PlanNode.title, PlanNode.due_on, met, func.count())
        .select_from(PlanNode)
        .join(WorkPlan, WorkPlan.id == PlanNode.plan_id)
        .join(Obligation, Obligation.period == WorkPlan.code.concat("#").concat(cast(PlanNode.position, String)))
        .where(WorkPlan.state == "running", Obligation.kind == "node", Obligation.state.in_((*MET_STATES, "open")))
        .group_by(WorkPlan.code, WorkPlan.title, PlanNode.id, PlanNode.title, PlanNode.due_on, PlanNode.position)
        .having(met < func.count())
        .order_by(PlanNode.due_on, WorkPlan.code, PlanNode.position)
        .limit(NODE_ROWS)
    )
    return tuple(
        NodeClock(code, plan_title, title, count_down(due_on, today=today, calendar=calendar), done, owed)
        for code, plan_title, title, due_on, done, owed in session.execute(query)
    )


def _freeze(session: Session, today: dt.date) -> FreezeDue | None:
    """The half-year before this one, or the year before when it ended with that half, the half first.

    None where nothing was due in it: a district that began later has nothing to assess.
    """
    half = current_period(today).previous
    periods = (half, make_period(half.year)) if half.half == 2 else (half,)
    frozen = set(session.scalars(select(Scorecard.period).where(Scorecard.period.in_([one.key for one in periods]))))
    for period in periods:
        if period.key in frozen:
            continue
        due = select(Obligation.id).where(Obligation.due_on.between(period.starts_on, period.ends_on))
        if session.scalar(due.limit(1)) is None:
            return None
        from_on = freezable_on(session, period, today=today)
        return FreezeDue(period, from_on, is_due=from_on <= today)
    return None
