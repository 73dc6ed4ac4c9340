"""The way in for robots and readers: sitemaps of all public entries, and the newest of them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.changes import change_number
from catalog.errors import NotFound
from catalog.feeds.records import FeedRecord
from catalog.feeds.records_builder import format_instant
from catalog.feeds.site import Site
from catalog.feeds.sitemap import write_sitemap, write_sitemap_index
from catalog.feeds.spool import Spool, SpoolFile
from catalog.feeds.whole import EPOCH
from catalog.models import ChangeRow, CurrentRecord

ENTRIES_PER_SITEMAP = 40_000
NEWEST = 50


def open_sitemap(session: Session, spool: Spool, site: Site, part: int = 0) -> SpoolFile:
    """The sitemap (part 0), or one of its parts (from 1) in catalogs of more than 40,000 entries.

    Written once per public change, O(entries of the part). Raises NotFound("feed_page_not_found") beyond the last part.
    """
    current = change_number(session)
    parts = max(1, -(-(session.scalar(select(func.max(CurrentRecord.ordinal))) or 0) // ENTRIES_PER_SITEMAP))
    if part > parts:
        raise NotFound("feed_page_not_found", page=part, last=parts)
    changed_at = session.scalar(select(ChangeRow.at).where(ChangeRow.number == current)) or EPOCH
    is_index = part == 0 and parts > 1
    pieces = (
        write_sitemap_index(site, parts)
        if is_index
        else write_sitemap(site, _entries(session, max(part, 1)), with_front=part <= 1)
    )
    return spool.get(
        "sitemap",
        f"{current}-{site.digest}",
        f"{part:06d}",
        suffix="xml",
        changed_at=changed_at,
        write=lambda: (pieces, lambda: 0),
    )


def list_newest(session: Session) -> tuple[list[FeedRecord], str]:
    """The entries that changed last, newest first, and the instant of the last public change. O(page)."""
    rows = session.scalars(
        select(CurrentRecord.record)
        .order_by(CurrentRecord.modified_at.desc(), CurrentRecord.entry_id.desc())
        .limit(NEWEST)
    )
    changed_at = session.scalar(select(ChangeRow.at).where(ChangeRow.number == change_number(session))) or EPOCH
    return [FeedRecord.from_dict(row) for row in rows], format_instant(changed_at)


def _entries(session: Session, part: int) -> Iterator[tuple[str, str]]:
    first = (part - 1) * ENTRIES_PER_SITEMAP + 1
    rows = session.execute(
        select(CurrentRecord.name, CurrentRecord.modified_at)
        .where(CurrentRecord.ordinal.between(first, first + ENTRIES_PER_SITEMAP - 1))
        .order_by(CurrentRecord.ordinal)
    )
    return ((row.name, format_instant(row.modified_at.replace(microsecond=0))) for row in rows)
