"""The whole catalog as pages of a feed, served from spool files.

A page holds a fixed range of ordinals (ranks of first publication), so no entry ever moves to another page: a puller
who reads page by page while entries are published or withdrawn misses none and sees none twice. Writing a page costs
O(page); an unchanged one is a file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from catalog.changes import change_number
from catalog.errors import Busy, NotFound
from catalog.feeds.dcat import DCAT_VERSION, CatalogFacts, PageFacts, write_catalog_page
from catalog.feeds.records import FeedRecord
from catalog.feeds.records_builder import format_instant
from catalog.feeds.site import Site
from catalog.feeds.spool import Spool, SpoolFile
from catalog.models import ChangeRow, CurrentRecord

PER_PAGE = 500
EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""Stands for the last change of a catalog in which nothing has ever been published."""


@dataclass(frozen=True, slots=True)
class CatalogFile:
    """A page of a whole-catalog feed, and the change number whose state it shows."""

    file: SpoolFile
    change_number: int


def page_of(ordinal: int) -> int:
    """The page, counted from 1, on which the entry of this ordinal stands."""
    return -(-ordinal // PER_PAGE)


def open_dcat_page(session: Session, spool: Spool, site: Site, number: int) -> CatalogFile:
    """Page `number` (from 1) of the catalog as JSON-LD. Incremental pulls go on after its change number.

    Raises NotFound("feed_page_not_found") beyond the last page, and Busy("feed_not_available") when any record
    cannot be read: a shorter document would make harvesters delete what is missing.
    """
    try:
        current = change_number(session)
        last = max(1, page_of(session.scalar(select(func.max(CurrentRecord.ordinal))) or 0))
        if not 1 <= number <= last:
            raise NotFound("feed_page_not_found", page=number, last=last)
        changed_at = session.scalar(select(ChangeRow.at).where(ChangeRow.number == current)) or EPOCH
        file = spool.get(
            "dcat-jsonld",
            f"{current}-{site.digest}-{DCAT_VERSION}",
            f"{number:06d}",
            suffix="jsonld",
            changed_at=changed_at,
            write=lambda: _write(session, site, PageFacts(number, last, PER_PAGE), changed_at),
        )
        return CatalogFile(file, current)
    except (SQLAlchemyError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise Busy("feed_not_available", cause=type(error).__name__) from error


def _write(
    session: Session, site: Site, page: PageFacts, changed_at: dt.datetime
) -> tuple[Iterable[bytes], Callable[[], int]]:
    total, issued = session.execute(select(func.count(), func.min(CurrentRecord.issued_on))).one()
    facts = CatalogFacts(issued.isoformat() if issued else None, format_instant(changed_at), total)
    written = 0

    def records() -> Iterator[FeedRecord]:
        nonlocal written
        for record in _records_of(session, page):
            written += 1
            yield record

    return write_catalog_page(site, facts, page, records()), lambda: written


def _records_of(session: Session, page: PageFacts) -> Iterator[FeedRecord]:
    first = (page.number - 1) * page.per_page + 1
    rows = session.scalars(
        select(CurrentRecord.record)
        .where(CurrentRecord.ordinal.between(first, first + page.per_page - 1))
        .order_by(CurrentRecord.ordinal)
    )
    return (_complete(FeedRecord.from_dict(row)) for row in rows)


def _complete(record: FeedRecord) -> FeedRecord:
    if not (record.id and record.name and record.title and record.modified_at):
        raise ValueError("a current record lacks what identifies it")
    return record
