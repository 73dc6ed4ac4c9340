"""Obligations that fell due in a period: what was kept on time among what was decided.

Outcomes count as in `catalog.timely_rates`: an obligation still open counts once its grace is over; excused and void
ones are left out. They are known by their own dates, so that a past period is measured truly at any later time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, String, case, cast, func, literal, or_, select

from catalog.models import Entry, Obligation, Revision
from catalog.scorecards.periods import ScorePeriod

DECIDED = ("on_time", "late", "missed")


def due_obligations(period: ScorePeriod, kinds: Sequence[str], *, today: dt.date) -> Select[Any]:
    """One row each: id, entry_id, department_id, kind, period, label, due_on, hit, of, mark (how it came out)."""
    return (
        select(
            Obligation.id,
            Obligation.entry_id,
            Obligation.department_id,
            Obligation.kind,
            Obligation.period,
            Obligation.label,
            Obligation.due_on,
            case((Obligation.state == "on_time", 1), else_=0).label("hit"),
            literal(1).label("of"),
            case((Obligation.state == "open", "overdue"), else_=Obligation.state).label("mark"),
        )
        .where(Obligation.kind.in_(kinds), Obligation.due_on.between(period.starts_on, period.ends_on))
        .where(Obligation.state.in_((*DECIDED, "open")), or_(Obligation.state != "open", Obligation.grace_on < today))
    )


def obligation_records(period: ScorePeriod, kinds: Sequence[str], *, today: dt.date) -> Select[Any]:
    """The same as records: department_id, key, name, title, note, hit, of, mark.

    `key` orders by due date. `name` and `title` are those of the entry; without an entry `title` is the label.
    """
    due = due_obligations(period, kinds, today=today).subquery("due").c
    return (
        select(
            due.department_id,
            (cast(due.due_on, String) + literal("~") + cast(due.id, String)).label("key"),
            Entry.name,
            func.coalesce(Revision.title, due.label, due.period).label("title"),
            due.period.label("note"),
            due.hit,
            due.of,
            due.mark,
        )
        .select_from(due.id.table)
        .outerjoin(Entry, Entry.id == due.entry_id)
        .outerjoin(Revision, Revision.id == Entry.published_revision_id)
    )


def count_undecided(period: ScorePeriod, *, today: dt.date) -> Any:
    """How many obligations due in the period are still within their grace, and the last day of it."""
    return select(func.count(), func.max(Obligation.grace_on)).where(
        Obligation.state == "open",
        Obligation.due_on.between(period.starts_on, period.ends_on),
        Obligation.grace_on >= today,
    )
