"""What people may ask about an obligation, and within which limits: pure rules over how it stands.

The limits keep the ledger honest: without them "nothing has changed" would replace every update, an extension every
due date, and an objection every lateness (CONTRACT, "Deadlines"; DOMAIN, "Clocks").
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from catalog.errors import Problem
from catalog.workdays import Calendar

LIMITS: Mapping[str, int] = {
    "reason_characters": 4,  # a reason or answer is at least so long
    "unchanged_in_a_row": 3,  # 确认无变化 so many times in a row without new data between
    "extension_days": 30,  # calendar days after the due date that an extension may reach
    "extensions": 1,  # granted extensions of one obligation
    "objection_workdays": 10,  # working days after its settling within which a department may object
    "objections": 1,  # objections of one obligation, whatever became of them
}

ALL_KINDS = frozenset({"update", "freshness", "node", "rectification"})


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do about an obligation: who may (an act of POLICY), for which kinds, in which states."""

    name: str
    permission: str
    kinds: frozenset[str]
    states: frozenset[str]


_ACTS = (
    Act("unchanged", "obligation.confirm_unchanged", frozenset({"update"}), frozenset({"open"})),
    Act("extension", "obligation.ask_extension", frozenset({"update", "rectification"}), frozenset({"open"})),
    Act("objection", "obligation.object", ALL_KINDS, frozenset({"late", "missed"})),
    Act("excuse", "obligation.excuse", ALL_KINDS, frozenset({"open", "late", "missed"})),
)

ACTS: Mapping[str, Act] = {act.name: act for act in _ACTS}

GRANTABLE_STATES: Mapping[str, frozenset[str]] = {
    "extension": frozenset({"open", "late"}),
    "objection": frozenset({"late", "missed"}),
}
"""States of an obligation in which the office can still grant a request; refusing is always possible. A department
that asked in time is not worse off because the office took its time: an extension heals a lateness within it."""


def is_moot(kind: str, state: str) -> bool:
    """Whether an open request of this kind asks for nothing any more, its obligation standing in `state`."""
    return state not in GRANTABLE_STATES[kind]


@dataclass(frozen=True, slots=True)
class Standing:
    """How an obligation stands when somebody wants to act on it."""

    kind: str
    state: str
    starts_on: dt.date
    due_on: dt.date
    grace_on: dt.date
    settled_on: dt.date | None = None
    requests: tuple[tuple[str, str], ...] = ()
    """(kind, state) of everything asked about it so far."""
    unchanged_in_a_row: int = 0
    """How often the entry was confirmed unchanged since its last new data."""
    is_served_next: bool = True
    """Whether a delivery of today would serve this one and not another period of the entry."""

    def has(self, kind: str, *states: str) -> bool:
        """Whether such a request exists in one of `states`."""
        return any((kind, state) in self.requests for state in states)


def find_obstacle(name: str, standing: Standing, *, today: dt.date, calendar: Calendar) -> Problem | None:
    """Why the act `name` is not possible on `today`, None when it is; permissions are another matter.

    The first of: act_not_for_kind, act_not_in_state, act_waiting, and the limits of the act itself.
    """
    act = ACTS[name]
    if standing.kind not in act.kinds:
        return Problem("", "act_not_for_kind")
    if standing.state not in act.states:
        return Problem("", "act_not_in_state")
    waiting = [kind for kind, state in standing.requests if state == "open" and not is_moot(kind, standing.state)]
    if waiting and name != "unchanged":
        return Problem("", "act_waiting")
    return _LIMIT_OF[name](standing, today, calendar)


def last_extension_day(due_on: dt.date) -> dt.date:
    """The latest due date that may be asked for."""
    return due_on + dt.timedelta(days=LIMITS["extension_days"])


def last_objection_day(standing: Standing, calendar: Calendar) -> dt.date:
    """The last day on which the department may object."""
    return calendar.add_workdays(standing.settled_on or standing.grace_on, LIMITS["objection_workdays"])


def _limit_unchanged(standing: Standing, today: dt.date, calendar: Calendar) -> Problem | None:
    if standing.starts_on > today:
        return Problem("", "period_not_begun", starts_on=standing.starts_on.isoformat())
    if standing.unchanged_in_a_row >= LIMITS["unchanged_in_a_row"]:
        return Problem("", "unchanged_too_often", limit=LIMITS["unchanged_in_a_row"])
    return None if standing.is_served_next else Problem("", "other_period_first")


def _limit_extension(standing: Standing, today: dt.date, calendar: Calendar) -> Problem | None:
    granted = sum(request == ("extension", "granted") for request in standing.requests)
    if granted >= LIMITS["extensions"]:
        return Problem("", "extension_used")
    if today > standing.grace_on:
        return Problem("", "extension_too_late", grace_on=standing.grace_on.isoformat())
    return None


def _limit_objection(standing: Standing, today: dt.date, calendar: Calendar) -> Problem | None:
    made = sum(kind == "objection" for kind, _ in standing.requests)
    if made >= LIMITS["objections"]:
        return Problem("", "objection_used")
    last = last_objection_day(standing, calendar)
    return Problem("", "objection_too_late", last_on=last.isoformat()) if today > last else None


def _limit_excuse(standing: Standing, today: dt.date, calendar: Calendar) -> Problem | None:
    if standing.state == "open" and today <= standing.grace_on:
        return Problem("", "not_overdue_yet", grace_on=standing.grace_on.isoformat())
    return None


_LIMIT_OF: Mapping[str, Callable[[Standing, dt.date, Calendar], Problem | None]] = {
    "unchanged": _limit_unchanged,
    "extension": _limit_extension,
    "objection": _limit_objection,
    "excuse": _limit_excuse,
}
