"""Catalog search: an embedded full-text index that follows the change log, and a plain SQL search behind it.

`searching.search_entries` is what pages and the API call; `index.SearchIndex` is what the worker keeps in step.
"""

from catalog.search.highlight import highlight
from catalog.search.index import FollowReport, SearchIndex
from catalog.search.results import Hit, IndexDamaged, SearchResult
from catalog.search.searching import search_entries

__all__ = ["FollowReport", "Hit", "IndexDamaged", "SearchIndex", "SearchResult", "highlight", "search_entries"]
