"""Atom feeds of parts of the catalog: one dataset, one department, one domain. The whole is in `robots`."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request

from catalog.feeds.scopes import read_department_feed, read_domain_feed, read_entry_feed
from portal.access import PUBLIC, access
from portal.context import reading
from portal.pulling import feed_site
from portal.views.feeds import bp


@bp.get("/dataset/<name>/feed.atom")
@access(PUBLIC)
def dataset_atom(name: str) -> Response:
    """The changes of one dataset; 404 when it never was public."""
    return _send(read_entry_feed, name)


@bp.get("/department/<slug>/feed.atom")
@access(PUBLIC)
def department_atom(slug: str) -> Response:
    """What one department changed last."""
    return _send(read_department_feed, slug)


@bp.get("/domain/<code>/feed.atom")
@access(PUBLIC)
def domain_atom(code: str) -> Response:
    """What changed last in one domain."""
    return _send(read_domain_feed, code)


def _send(read: Callable[..., bytes], subject: str) -> Response:
    with reading() as session:
        body = read(session, feed_site(), subject)
    response = Response(body, mimetype="application/atom+xml")
    response.headers["Cache-Control"] = "public, no-cache"
    response.add_etag()
    return response.make_conditional(request)
