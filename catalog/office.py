"""The desk of the data office: what waits, which departments are behind, whether the city platform has come."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from catalog.models import Department, Entry, FeedPull, Obligation, Revision
from catalog.permissions import Actor, is_allowed, require_allowed
from catalog.review import QueueRow, list_review_queue
from catalog.timeliness import timeliness_case

QUEUE_ROWS = 8
PUBLIC_STATES = ("published", "withdrawal_review")
REVIEW_STATES = ("department_review", "office_review", "approved")
KEPT_DAYS = 366
"""Over how many days the updates that came on time are summed up."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One department: how many entries are in which condition; `kept` of `settled` updates of a year were on time."""

    department_id: uuid.UUID
    slug: str
    name: str
    short_name: str
    published: int
    due_soon: int
    overdue: int
    long_stale: int
    drafts: int
    in_review: int
    returned: int
    kept: int
    settled: int

    @property
    def is_behind(self) -> bool:
        """Whether an update is overdue."""
        return self.overdue + self.long_stale > 0


@dataclass(frozen=True, slots=True)
class LastPull:
    """The last time a feed was pulled."""

    at: dt.datetime
    feed: str
    puller: str
    record_count: int


@dataclass(frozen=True, slots=True)
class OfficeDesk:
    """What the office sees first; `queue` holds the oldest of the `queue_total` things that wait."""

    queue: tuple[QueueRow, ...]
    queue_total: int
    suspended: int
    standings: tuple[Standing, ...]
    """The departments the acting person may see, those most behind first."""
    last_pull: LastPull | None


def summarise_office(session: Session, *, by: Actor, today: dt.date) -> OfficeDesk:
    """The office's desk: a handful of GROUP BYs, O(entries) over indexed columns. Raises NotAllowed."""
    require_allowed(by, "office.view")
    queue = list_review_queue(session, by=by, limit=QUEUE_ROWS)
    suspended = session.scalar(select(func.count()).select_from(Entry).where(Entry.state == "suspended")) or 0
    return OfficeDesk(
        queue=tuple(queue.rows),
        queue_total=queue.total,
        suspended=suspended,
        standings=list_standings(session, by=by, today=today),
        last_pull=_last_pull(session),
    )


def list_standings(session: Session, *, by: Actor, today: dt.date) -> tuple[Standing, ...]:
    """How each active department stands: of all for the office, of the own one for its head. Raises NotAllowed."""
    require_allowed(by, "statistics.internal")
    public, open_ones, kept = _public(session, today), _open_revisions(session), _kept(session, today)
    departments = session.scalars(select(Department).where(Department.is_active).order_by(Department.position))
    rows = [
        _standing(row, public[row.id], open_ones[row.id], kept[row.id])
        for row in departments
        if is_allowed(by, "statistics.internal", department_id=row.id)
    ]
    return tuple(sorted(rows, key=lambda row: (-row.long_stale, -row.overdue, -row.due_soon)))


Counts = defaultdict[uuid.UUID, defaultdict[str, int]]


def _standing(row: Department, public: dict[str, int], open_ones: dict[str, int], kept: dict[str, int]) -> Standing:
    return Standing(
        department_id=row.id,
        slug=row.slug,
        name=row.name,
        short_name=row.short_name,
        published=sum(public.values()),
        due_soon=public["due_soon"],
        overdue=public["overdue"],
        long_stale=public["long_stale"],
        drafts=open_ones["draft"],
        in_review=sum(open_ones[state] for state in REVIEW_STATES),
        returned=open_ones["returned"],
        kept=kept["on_time"],
        settled=sum(kept.values()),
    )


def _zeros() -> defaultdict[str, int]:
    return defaultdict(int)


def _public(session: Session, today: dt.date) -> Counts:
    """Department → timeliness → public entries."""
    counts: Counts = defaultdict(_zeros)
    query = select(Entry.department_id, timeliness_case(Entry, today), func.count()).where(
        Entry.state.in_(PUBLIC_STATES)
    )
    for department_id, code, count in session.execute(query.group_by(literal_column("1"), literal_column("2"))):
        counts[department_id][code] = count
    return counts


def _open_revisions(session: Session) -> Counts:
    """Department → state → open revisions."""
    counts: Counts = defaultdict(_zeros)
    query = (
        select(Entry.department_id, Revision.state, func.count())
        .join(Revision, Revision.id == Entry.open_revision_id)
        .group_by(Entry.department_id, Revision.state)
    )
    for department_id, state, count in session.execute(query):
        counts[department_id][state] = count
    return counts


def _kept(session: Session, today: dt.date) -> Counts:
    """Department → state → settled obligations of the last year."""
    counts: Counts = defaultdict(_zeros)
    query = (
        select(Obligation.department_id, Obligation.state, func.count())
        .where(
            Obligation.state.in_(("on_time", "late", "missed")),
            Obligation.due_on >= today - dt.timedelta(days=KEPT_DAYS),
        )
        .group_by(Obligation.department_id, Obligation.state)
    )
    for department_id, state, count in session.execute(query):
        counts[department_id][state] = count
    return counts


def _last_pull(session: Session) -> LastPull | None:
    query = select(FeedPull.at, FeedPull.feed, FeedPull.puller, FeedPull.record_count)
    row = session.execute(query.order_by(FeedPull.at.desc()).limit(1)).one_or_none()
    return LastPull(*row) if row is not None else None
