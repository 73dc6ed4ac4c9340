"""Who pulled which feed, what range, how much, when: the receipt that a delivery to the city platform rests on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from catalog.models import FeedPull

FEEDS = {
    "dcat-jsonld": ("完整目录（DCAT）", "Whole catalog (DCAT)"),
    "changes": ("增量变更", "Incremental changes"),
}
"""Feeds whose pulls are recorded, with the names people read."""

KEEP_DAYS = 1095
"""Three years, as the audit log."""


@dataclass(frozen=True, slots=True)
class Pull:
    """One pull. `range_from` and `range_to` are change numbers: everything after the one up to the other was given."""

    at: dt.datetime
    feed: str
    puller: str
    user_agent: str | None
    range_from: int | None
    range_to: int | None
    record_count: int
    status: int


def record_pull(session: Session, pull: Pull) -> None:
    """Append a pull to the record."""
    session.add(
        FeedPull(
            at=pull.at,
            feed=pull.feed,
            puller=pull.puller[:128],
            user_agent=pull.user_agent[:255] if pull.user_agent else None,
            range_from=pull.range_from,
            range_to=pull.range_to,
            record_count=pull.record_count,
            status=pull.status,
        )
    )
    session.flush()


def list_pulls(
    session: Session, *, feed: str | None = None, before: dt.datetime | None = None, limit: int = 50
) -> list[Pull]:
    """The newest pulls first; `before` continues a list (O(page))."""
    query = select(FeedPull).order_by(FeedPull.at.desc(), FeedPull.id).limit(limit)
    if feed is not None:
        query = query.where(FeedPull.feed == feed)
    if before is not None:
        query = query.where(FeedPull.at < before)
    return [
        Pull(row.at, row.feed, row.puller, row.user_agent, row.range_from, row.range_to, row.record_count, row.status)
        for row in session.scalars(query)
    ]


def forget_pulls(session: Session, *, now: dt.datetime) -> int:
    """Delete pulls older than `KEEP_DAYS` days; gives how many."""
    result = session.execute(delete(FeedPull).where(FeedPull.at < now - dt.timedelta(days=KEEP_DAYS)))
    return int(result.rowcount)  # type: ignore[attr-defined]
