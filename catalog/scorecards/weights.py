"""Weights and targets of the indicators: the defaults of INDICATORS until the office sets others from a day on."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.audit import record_audit
from catalog.errors import Invalid, Problem
from catalog.models import IndicatorWeight
from catalog.permissions import Actor, require_allowed
from catalog.scorecards.indicators import INDICATORS
from catalog.scorecards.records import get_indicator
from catalog.workdays import check_day

MAX_WEIGHT = 100.0
MAX_TARGET = 1_000_000_000.0


@dataclass(frozen=True, slots=True)
class Weight:
    """What an indicator counts on a day; `starts_on` is None for the default."""

    indicator: str
    weight: float
    target: float
    starts_on: dt.date | None = None
    by_name: str = ""


def weights_on(session: Session, day: dt.date) -> dict[str, Weight]:
    """Every indicator with what holds on `day`, in the order of INDICATORS. A period goes by its last day."""
    found = {code: Weight(code, row.weight, row.target) for code, row in INDICATORS.items()}
    query = select(IndicatorWeight).where(IndicatorWeight.starts_on <= day).order_by(IndicatorWeight.starts_on)
    for row in session.scalars(query):
        if row.indicator in found:
            found[row.indicator] = _weight(row)
    return found


def list_changes(session: Session) -> list[Weight]:
    """Every change of weights and targets, the latest day first: a few rows a year."""
    query = select(IndicatorWeight).order_by(IndicatorWeight.starts_on.desc(), IndicatorWeight.indicator)
    return [_weight(row) for row in session.scalars(query)]


def set_weights(
    session: Session,
    values: Mapping[str, tuple[float, float]],
    *,
    starts_on: dt.date,
    by: Actor,
    now: dt.datetime,
    today: dt.date,
) -> int:
    """Let `values` (indicator → weight and target) hold from `starts_on`; gives how many really changed.

    What the same day was given before is replaced. A period is scored by what holds on its last day, so a change takes
    effect for the whole of the period in which it starts; periods that are over keep theirs, so `starts_on` may not
    lie in the past. Raises NotAllowed, NotFound("indicator_not_found"), Invalid("weights_invalid").
    """
    require_allowed(by, "score.manage")
    problems = [] if starts_on >= today else [Problem("starts_on", "weights_in_the_past", today=today.isoformat())]
    problems += check_day("starts_on", starts_on)
    for code, (weight, target) in values.items():
        get_indicator(code)
        if not 0 <= weight <= MAX_WEIGHT:
            problems.append(Problem(f"weight-{code}", "weight_out_of_range", least=0, most=int(MAX_WEIGHT)))
        if not 0 <= target <= MAX_TARGET:
            problems.append(Problem(f"target-{code}", "weight_out_of_range", least=0, most=int(MAX_TARGET)))
    valid = weights_on(session, starts_on)
    after = {code: values[code][0] if code in values else one.weight for code, one in valid.items()}
    if not problems and not any(after.values()):
        problems.append(Problem("weights", "weights_all_zero"))
    if problems:
        raise Invalid("weights_invalid", problems=problems)
    changed = {code: pair for code, pair in values.items() if pair != (valid[code].weight, valid[code].target)}
    for code, pair in changed.items():
        row = _row(session, code, starts_on)
        row.weight, row.target = pair
        row.by_name, row.at = by.name[:64], now
    session.flush()
    if changed:
        params = {"starts_on": starts_on, **{code: list(pair) for code, pair in changed.items()}}
        record_audit(session, by=by, act="score.weigh", object_kind="weights", object_id=None, now=now, params=params)
    return len(changed)


def _row(session: Session, code: str, starts_on: dt.date) -> IndicatorWeight:
    row = session.scalar(
        select(IndicatorWeight).where(IndicatorWeight.indicator == code, IndicatorWeight.starts_on == starts_on)
    )
    if row is None:
        row = IndicatorWeight(id=uuid.uuid4(), indicator=code, starts_on=starts_on)
        session.add(row)
    return row


def _weight(row: IndicatorWeight) -> Weight:
    default = INDICATORS[row.indicator].target if row.indicator in INDICATORS else 0.0
    target = default if row.target is None else row.target
    return Weight(row.indicator, row.weight, target, row.starts_on, row.by_name)
