"""及时更新率 with what stands beside it, so that it cannot be gamed in silence.

A rate alone would reward a department that calls its data 不定期 or 不更新, or that only ever confirms that nothing
has changed; so every rate is read together with these shares (DOMAIN, "Assessment"; CONTRACT, "Deadlines").
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from catalog.models import Entry, Obligation, Revision
from catalog.steps import PUBLIC_STATES

RATED_KINDS = ("update", "freshness")
"""Kinds of obligations that are updates of data; nodes and rectifications are assessed by themselves."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one outcome of an update enters the rate."""

    name: str
    is_timely: bool
    is_counted: bool


OUTCOMES: tuple[Outcome, ...] = (
    # name, stands in the numerator, stands in the denominator
    Outcome("on_time", True, True),
    Outcome("late", False, True),
    Outcome("missed", False, True),
    Outcome("overdue", False, True),
    Outcome("excused", False, False),
)
"""Excused updates are left out altogether. An overdue one counts as what it is: else a department that never delivers
again, whose obligations stay open, would keep its rate."""

NEUTRAL_CYCLES = ("irregular", "static")
"""Cycles that owe no update: 不定期 and 不更新."""


@dataclass(frozen=True, slots=True)
class TimelyShares:
    """Outcomes of the updates that fell due in a span of days, and the entries as they stand now."""

    on_time: int = 0
    late: int = 0
    missed: int = 0
    overdue: int = 0
    """Still open after their days of grace."""
    excused: int = 0
    unchanged: int = 0
    """Those of `on_time` that were settled by 确认无变化 instead of data."""
    entries: int = 0
    """Public entries whose data is not closed."""
    irregular: int = 0
    static: int = 0

    @property
    def counted(self) -> int:
        """The denominator of the rate."""
        return sum(getattr(self, outcome.name) for outcome in OUTCOMES if outcome.is_counted)

    @property
    def rate(self) -> float | None:
        """Share of the updates due that came on time, 0 to 1; None where none was due."""
        timely = sum(getattr(self, outcome.name) for outcome in OUTCOMES if outcome.is_timely)
        return timely / self.counted if self.counted else None

    @property
    def unchanged_share(self) -> float | None:
        """Share of the timely updates that were only confirmed as unchanged; None where none was timely."""
        return self.unchanged / self.on_time if self.on_time else None

    @property
    def irregular_share(self) -> float | None:
        """Share of the entries kept 不定期; None where there is no entry."""
        return self.irregular / self.entries if self.entries else None

    @property
    def static_share(self) -> float | None:
        """Share of the entries kept 不更新; None where there is no entry."""
        return self.static / self.entries if self.entries else None


def timely_shares(
    session: Session,
    *,
    department_id: uuid.UUID | None = None,
    since: dt.date,
    until: dt.date,
    today: dt.date | None = None,
) -> TimelyShares:
    """The rate of one department, or of all, over the updates with a due date from `since` through `until`.

    `today` decides which open ones are overdue; without it `until` does. Two GROUP BYs over indexed columns: of one
    department its own rows, of all every obligation due in the span.
    """
    found = list_timely_shares(session, department_id=department_id, since=since, until=until, today=today)
    return add_shares(found.values())


def list_timely_shares(
    session: Session,
    *,
    department_id: uuid.UUID | None = None,
    since: dt.date,
    until: dt.date,
    today: dt.date | None = None,
) -> dict[uuid.UUID, TimelyShares]:
    """Department → its shares, for each that has entries or obligations; cost as of `timely_shares`."""
    counts: dict[uuid.UUID, dict[str, int]] = {}
    for row in session.execute(_outcomes(department_id, since, until, today or until)):
        of_department = counts.setdefault(row.department_id, {})
        of_department[row.outcome] = of_department.get(row.outcome, 0) + row.number
        if row.outcome == "on_time":
            of_department["unchanged"] = of_department.get("unchanged", 0) + row.unchanged
    for row in session.execute(_entries(department_id)):
        counts.setdefault(row.department_id, {}).update(entries=row.number, irregular=row.irregular, static=row.static)
    return {key: TimelyShares(**values) for key, values in counts.items()}


def add_shares(shares: Iterable[TimelyShares]) -> TimelyShares:
    """Several departments taken together."""
    names = [field.name for field in fields(TimelyShares)]
    sums: Mapping[str, int] = dict.fromkeys(names, 0)
    for one in shares:
        sums = {name: sums[name] + getattr(one, name) for name in names}
    return TimelyShares(**sums)


def _outcomes(department_id: uuid.UUID | None, since: dt.date, until: dt.date, today: dt.date) -> Any:
    states = tuple("open" if outcome.name == "overdue" else outcome.name for outcome in OUTCOMES)
    outcome = case((Obligation.state == "open", "overdue"), else_=Obligation.state).label("outcome")
    is_unchanged = func.sum(case((Obligation.settled_by == "unchanged", 1), else_=0)).label("unchanged")
    query = (
        select(Obligation.department_id, outcome, func.count().label("number"), is_unchanged)
        .where(Obligation.kind.in_(RATED_KINDS), Obligation.due_on.between(since, until))
        .where(Obligation.state.in_(states), or_(Obligation.state != "open", Obligation.grace_on < today))
        .group_by(Obligation.department_id, Obligation.state)
    )
    return query if department_id is None else query.where(Obligation.department_id == department_id)


def _entries(department_id: uuid.UUID | None) -> Any:
    def of_cycle(cycle: str) -> Any:
        return func.sum(case((Revision.update_cycle == cycle, 1), else_=0)).label(cycle)

    query = (
        select(Entry.department_id, func.count().label("number"), *(of_cycle(cycle) for cycle in NEUTRAL_CYCLES))
        .join(Revision, Revision.id == Entry.published_revision_id)
        .where(Entry.state.in_(PUBLIC_STATES))
        .where(or_(Revision.open_type.is_(None), Revision.open_type != "closed"))
        .group_by(Entry.department_id)
    )
    return query if department_id is None else query.where(Entry.department_id == department_id)
