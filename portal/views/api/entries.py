"""Entries: the list with its search, and single ones."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import request
from flask.views import MethodView

from catalog.promise import get_promise, list_history
from catalog.public import get_public
from catalog.search.listing import list_entries
from portal.access import PUBLIC, access
from portal.caching import cached_page, do_not_keep
from portal.context import count_use, house, reading, today
from portal.pulling import feed_site
from portal.schemas.entries import (
    EntryPageSchema,
    EntryQuerySchema,
    EntrySchema,
    criteria_of,
    entry_facts,
    summary_facts,
)
from portal.schemas.promise import ObligationPageSchema, ObligationQuerySchema, history_facts
from portal.security import SEARCH_LIMIT, limiter
from portal.views.api.describing import V1

v1 = V1("entries", __name__, url_prefix="/api/v1", description="目录条目 · Catalog entries")


@v1.route("/entries")
class Entries(MethodView):
    """目录条目."""

    @access(PUBLIC)
    @limiter.limit(SEARCH_LIMIT, exempt_when=lambda: not request.args.get("q"))
    @cached_page
    @v1.arguments(EntryQuerySchema, location="query")
    @v1.response(200, EntryPageSchema)
    @v1.doc(operationId="listEntries", summary="检索、筛选目录条目 · Search and list entries")
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Published entries: with `q` the best matches first, else in the order of first publication."""
        site = feed_site()
        if query["q"] and house().is_search_behind():
            do_not_keep()
        with reading() as session:
            page = list_entries(
                session,
                house().search,
                criteria_of(query),
                q=query["q"],
                after=query["after"],
                limit=query["limit"],
                today=today(),
            )
        return {
            "total": page.total,
            "limit": query["limit"],
            "next_after": page.next_after,
            "next_url": _next_url(site.base_url, page.next_after),
            "is_loose": page.is_loose,
            "entries": [summary_facts(site, entry) for entry in page.entries],
        }


@v1.route("/entries/<name>")
class Entry(MethodView):
    """One entry."""

    @access(PUBLIC)
    @cached_page
    @v1.response(200, EntrySchema)
    @v1.alt_response(404, "NOT_FOUND")
    @v1.alt_response(410, "GONE")
    @v1.doc(operationId="getEntry", summary="一个条目的全部内容 · One complete entry")
    def get(self, name: str) -> dict[str, Any]:
        """One entry with its data items, files and addresses. 404 if unknown, 410 if withdrawn."""
        with reading() as session:
            entry = get_public(session, name, today=today())
            promise = get_promise(session, entry.record.uuid, today=today())
        count_use(entry.record.uuid, "api")
        return entry_facts(feed_site(), entry, promise)


@v1.route("/entries/<name>/obligations")
class Obligations(MethodView):
    """更新记录."""

    @access(PUBLIC)
    @cached_page
    @v1.arguments(ObligationQuerySchema, location="query")
    @v1.response(200, ObligationPageSchema)
    @v1.alt_response(404, "NOT_FOUND")
    @v1.alt_response(410, "GONE")
    @v1.doc(operationId="listObligations", summary="一个条目的各期更新 · Every expected update of an entry")
    def get(self, query: dict[str, Any], name: str) -> dict[str, Any]:
        """The settled and open periods of an entry, the latest due first; excused ones without their reason."""
        site = feed_site()
        with reading() as session:
            entry = get_public(session, name, today=today())
            found = list_history(session, entry.record.uuid, today=today(), after=query["after"], limit=query["limit"])
        return {
            "total": found.total,
            "limit": query["limit"],
            "next_after": found.next,
            "next_url": _next_url(site.base_url, found.next),
            "obligations": history_facts(found),
        }


def _next_url(base_url: str, after: int | str | None) -> str | None:
    """The present address with another `after`."""
    if after is None:
        return None
    pairs = [(key, value) for key, value in request.args.items(multi=True) if key != "after"]
    return f"{base_url}{request.path}?{urlencode([*pairs, ('after', after)])}"
