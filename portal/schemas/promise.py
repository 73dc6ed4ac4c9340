"""What was promised and kept, as programs get it."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from catalog.promise import History, Promise, PublicPeriod
from catalog.public import PublicEntry

MAX_LIMIT = 100
DEFAULT_LIMIT = 50


class PromiseSchema(ma.Schema):
    """更新承诺 of an entry. Dates are days in Shanghai."""

    next_due_on = fields.String(required=True, allow_none=True, metadata={"description": "When the next update is due"})
    overdue_after_on = fields.String(
        required=True, allow_none=True, metadata={"description": "The last day on which it still counts as on time"}
    )
    timeliness = fields.String(required=True)
    kept = fields.Integer(required=True, metadata={"description": "How many of `settled` were on time"})
    settled = fields.Integer(
        required=True, metadata={"description": "Of the last twelve periods that are over, those not excused"}
    )
    confirmed_unchanged_on = fields.String(
        required=True, allow_none=True, metadata={"description": "Last day on which nothing was found to have changed"}
    )


class ObligationSchema(ma.Schema):
    """One expected update."""

    period = fields.String(required=True, metadata={"description": "2026-W27, 2026-07-T2, 2026-07, 2026Q3, 2026"})
    kind = fields.String(
        required=True, metadata={"description": "update; freshness: a month of data renewed daily or in real time"}
    )
    starts_on = fields.String(required=True)
    due_on = fields.String(required=True)
    first_due_on = fields.String(
        required=True, allow_none=True, metadata={"description": "The due date before it was extended"}
    )
    grace_on = fields.String(required=True, metadata={"description": "The last day that counts as on time"})
    is_provisional = fields.Boolean(
        required=True, metadata={"description": "grace_on rests on a year whose holidays are not announced yet"}
    )
    state = fields.String(required=True, metadata={"description": "open, overdue, on_time, late, missed or excused"})
    settled_on = fields.String(required=True, allow_none=True)
    settled_by = fields.String(required=True, allow_none=True)
    late_workdays = fields.Integer(required=True, allow_none=True)


class ObligationQuerySchema(ma.Schema):
    """Parameters of the history."""

    limit = fields.Integer(
        load_default=DEFAULT_LIMIT,
        validate=validate.Range(1, MAX_LIMIT),
        metadata={
            "description": "每页条数 · Periods of one page",
            "expected_zh": f"1 到 {MAX_LIMIT} 的整数",
            "expected_en": f"a whole number from 1 to {MAX_LIMIT}",
        },
    )
    after = fields.String(
        load_default="",
        validate=validate.Length(max=80),
        metadata={
            "description": "上一页返回的 next_after · `next_after` of the former page",
            "expected_zh": "上一页返回的 next_after",
            "expected_en": "the next_after of the former page",
        },
    )


class ObligationPageSchema(ma.Schema):
    """One page of the history, the latest due first."""

    total = fields.Integer(required=True)
    limit = fields.Integer(required=True)
    next_after = fields.String(required=True, allow_none=True)
    next_url = fields.String(required=True, allow_none=True)
    obligations = fields.List(fields.Nested(ObligationSchema), required=True)


def promise_facts(entry: PublicEntry, promise: Promise) -> dict[str, Any]:
    """What `PromiseSchema` lists."""
    return {
        "next_due_on": _day(entry.next_due_on),
        "overdue_after_on": _day(entry.overdue_after_on),
        "timeliness": entry.timeliness,
        "kept": promise.kept,
        "settled": promise.settled,
        "confirmed_unchanged_on": _day(promise.confirmed_unchanged_on),
    }


def history_facts(history: History) -> list[dict[str, Any]]:
    """What `ObligationSchema` lists, for every period of a page."""
    return [_period_facts(one) for one in history.periods]


def _period_facts(period: PublicPeriod) -> dict[str, Any]:
    is_kept = period.state in ("on_time", "late")
    return {
        **{name: getattr(period, name) for name in ("period", "kind", "is_provisional", "state", "late_workdays")},
        **{name: _day(getattr(period, name)) for name in ("starts_on", "due_on", "first_due_on", "grace_on")},
        "settled_on": _day(period.settled_on) if is_kept else None,
        "settled_by": period.settled_by if is_kept else None,
    }


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None
