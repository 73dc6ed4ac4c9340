"""Descriptors of single entries for programs."""

from __future__ import annotations

from flask import Response, request

from catalog.feeds.dcat import write_dataset
from catalog.public import get_public
from portal.access import PUBLIC, access
from portal.context import reading, today
from portal.pulling import feed_site
from portal.views.feeds import bp


@bp.get("/dataset/<name>.jsonld")
@access(PUBLIC)
def dataset_jsonld(name: str) -> Response:
    """One entry as DCAT-AP in JSON-LD; 404 when unknown, 410 when withdrawn."""
    with reading() as session:
        entry = get_public(session, name, today=today())
    response = Response(write_dataset(feed_site(), entry.record), mimetype="application/ld+json")
    response.last_modified = entry.modified_at
    response.headers["Cache-Control"] = "public, no-cache"
    response.add_etag()
    return response.make_conditional(request)
