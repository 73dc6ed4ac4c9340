"""Who pulled which feed, what range, how much, when: the receipt that a delivery to the city platform rests on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from catalog.models import FeedPull

FEEDS = {
    "dcat-jsonld": ("完整目录（DCAT）", "Whole catalog (DCAT)"),
    "changes": ("增量变更", "Incremental changes"),
}
"""Feeds whose pulls are recorded, with the names people read."""

PAGE_MARK = "#"
"""Stands between the feed's name and the page in a stored pull: page 1 taken twice is not the whole."""

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
    page: int | None = None
    """Which page of a feed of the whole, counted from 1; None for feeds without pages."""


def record_pull(session: Session, pull: Pull) -> None:
    """Append a pull to the record."""
    session.add(
        FeedPull(
            at=pull.at,
            feed=pull.feed if pull.page is None else f"{pull.feed}{PAGE_MARK}{pull.page}",
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
        query = query.where(or_(FeedPull.feed == feed, FeedPull.feed.startswith(feed + PAGE_MARK, autoescape=True)))
    if before is not None:
        query = query.where(FeedPull.at < before)
    return [_pull(row) for row in session.scalars(query)]


def parse_feed(stored: str) -> tuple[str, int | None]:
    """The feed and its page of a stored pull; no page where none was noted."""
    feed, _, page = stored.partition(PAGE_MARK)
    return feed, int(page) if page.isdigit() else None


def forget_pulls(session: Session, *, now: dt.datetime) -> int:
    """Delete pulls older than `KEEP_DAYS` days; gives how many."""
    result = session.execute(delete(FeedPull).where(FeedPull.at < now - dt.timedelta(days=KEEP_DAYS)))
    return int(result.rowcount)  # type: ignore[attr-defined]


def _pull(row: FeedPull) -> Pull:
    feed, page = parse_feed(row.feed)
    return Pull(
        row.at, feed, row.puller, row.user_agent, row.range_from, row.range_to, row.record_count, row.status, page
    )
