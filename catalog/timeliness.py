"""正常 / 即将到期 / 超期 / 长期未更新: one rule, as a function for a page and as a clause for a list."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, or_

from catalog.models import CurrentRecord, Entry

DUE_SOON_DAYS = 7
"""An update that is due within so many calendar days is due soon (CONTRACT of the house, "Deadlines")."""

TIMELINESS_CODES = ("normal", "due_soon", "overdue", "long_stale", "not_tracked")
"""Codes of the vocabulary `timeliness`, in order."""


def timeliness(
    next_due_on: dt.date | None, overdue_after_on: dt.date | None, stale_after_on: dt.date | None, today: dt.date
) -> str:
    """How an entry stands on `today`, by the dates of its earliest open obligation.

    `overdue_after_on` is the last day of grace, `stale_after_on` the last day of grace of the period after it. Nothing
    owed: not_tracked. An update in the days of grace is still due soon, not overdue.
    """
    if next_due_on is None:
        return "not_tracked"
    if stale_after_on is not None and today > stale_after_on:
        return "long_stale"
    if today > (overdue_after_on or next_due_on):
        return "overdue"
    return "due_soon" if today >= next_due_on - dt.timedelta(days=DUE_SOON_DAYS) else "normal"


def timeliness_case(table: type[CurrentRecord] | type[Entry], today: dt.date) -> ColumnElement[str]:
    """`timeliness` as an SQL expression over a table that carries the three dates."""
    return case(
        *((clause, code) for code, clause in _clauses(table, today).items() if code != "normal"), else_="normal"
    )


def timeliness_clause(
    table: type[CurrentRecord] | type[Entry], codes: tuple[str, ...], today: dt.date
) -> ColumnElement[bool]:
    """True for the rows whose timeliness on `today` is one of `codes`; unknown codes match nothing."""
    clauses = _clauses(table, today)
    return or_(false(), *(clauses[code] for code in codes if code in clauses))


def _clauses(table: Any, today: dt.date) -> dict[str, ColumnElement[bool]]:
    due, grace, stale = table.next_due_on, table.overdue_after_on, table.stale_after_on
    soon = today + dt.timedelta(days=DUE_SOON_DAYS)
    is_stale = and_(due.is_not(None), stale.is_not(None), stale < today)
    is_late = or_(and_(grace.is_not(None), grace < today), and_(grace.is_(None), due < today))
    not_stale = or_(stale.is_(None), stale >= today)
    not_late = and_(due.is_not(None), not_stale, or_(grace >= today, and_(grace.is_(None), due >= today)))
    return {
        "not_tracked": due.is_(None),
        "long_stale": is_stale,
        "overdue": and_(due.is_not(None), not_stale, is_late),
        "due_soon": and_(not_late, due <= soon),
        "normal": and_(not_late, due > soon),
    }
