"""What crawlers and feed readers look for: robots.txt, the sitemap, the newest entries as Atom."""

from __future__ import annotations

from flask import Response, request, send_file

from catalog.feeds.atom import write_atom
from catalog.feeds.newest import list_newest, open_sitemap
from portal.access import PUBLIC, access
from portal.context import reading
from portal.pulling import feed_site, feed_spool
from portal.views.feeds import bp

CLOSED = ("/desk", "/office", "/account", "/dataset/*/explore", "/api/v1/", "/harvest/")
"""Where crawlers have nothing to find; feeds and files stay open to them."""


@bp.get("/robots.txt")
@access(PUBLIC)
def robots() -> Response:
    """Where crawlers may go."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), f"Sitemap: {feed_site().base_url}/sitemap.xml"]
    response = Response("\n".join(lines) + "\n", mimetype="text/plain")
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.add_etag()
    return response.make_conditional(request)


@bp.get("/sitemap.xml")
@access(PUBLIC)
def sitemap() -> Response:
    """All public pages, or the list of their sitemaps."""
    return _send_sitemap(0)


@bp.get("/sitemap-<int:part>.xml")
@access(PUBLIC)
def sitemap_part(part: int) -> Response:
    """One part of a large sitemap."""
    return _send_sitemap(part)


@bp.get("/feed.atom")
@access(PUBLIC)
def atom() -> Response:
    """The entries that changed last."""
    with reading() as session:
        records, updated = list_newest(session)
    response = Response(write_atom(feed_site(), records, updated=updated), mimetype="application/atom+xml")
    response.headers["Cache-Control"] = "public, no-cache"
    response.add_etag()
    return response.make_conditional(request)


def _send_sitemap(part: int) -> Response:
    with reading() as session:
        file = open_sitemap(session, feed_spool(), feed_site(), part)
    response = send_file(
        file.path, mimetype="application/xml", conditional=True, etag=file.digest, last_modified=file.modified_at
    )
    response.headers["Cache-Control"] = "public, no-cache"
    return response
