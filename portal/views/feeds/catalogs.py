"""`/catalog.jsonld`: the full current state, page by page, from spool files."""

from __future__ import annotations

from flask import Response, request, send_file

from catalog.errors import NotFound
from catalog.feeds.whole import open_dcat_page
from portal.access import PUBLIC, access
from portal.context import reading
from portal.pulling import feed_site, feed_spool, note_pull
from portal.views.feeds import bp


@bp.get("/catalog.jsonld")
@access(PUBLIC)
def catalog_jsonld() -> Response:
    """One page of the catalog as DCAT-AP in JSON-LD; `page` counts from 1, other parameters are ignored.

    `X-Change-Number` is the number after which `/harvest/changes` continues from this state.
    """
    number = _page_number(request.args.get("page", "1"))
    with reading() as session:
        page = open_dcat_page(session, feed_spool(), feed_site(), number)
    file = page.file
    response = send_file(
        file.path,
        mimetype="application/ld+json",
        conditional=True,
        etag=file.digest,
        last_modified=file.modified_at,
    )
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["X-Change-Number"] = str(page.change_number)
    note_pull("dcat-jsonld", response, after=None, to=page.change_number, count=file.count, page=number)
    return response


def _page_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise NotFound("feed_page_not_found", page=text[:20], last="…")
    return int(text)
