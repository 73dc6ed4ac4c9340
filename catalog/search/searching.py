"""The one way to search: the index, or plain SQL while there is none."""

from __future__ import annotations

import logging

from sqlalchemy.orm import Session

from catalog.search.fallback import search_by_like
from catalog.search.index import SearchIndex
from catalog.search.results import IndexDamaged, SearchResult

log = logging.getLogger(__name__)


def search_entries(session: Session, index: SearchIndex, text: str, *, limit: int | None = None) -> SearchResult:
    """Public entries found for `text`, best first.

    The index may be some seconds behind: entries withdrawn since are still among the hits, and whoever shows them
    reads their current records, where they are gone.
    """
    try:
        return index.search(text, limit=limit)
    except IndexDamaged as damage:
        log.warning("searching without the index: %s", damage)
        return search_by_like(session, text, limit=limit)
