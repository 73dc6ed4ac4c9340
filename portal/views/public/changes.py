"""What changed from one version of a file to the next."""

from __future__ import annotations

import uuid

from flask import render_template, request

from portal.access import PUBLIC, access
from portal.caching import cached_page
from portal.context import house, language, reading, today
from portal.pages.public_changes import Asked, make_changes_page, parse_against
from portal.security import SEARCH_LIMIT, limiter
from portal.views.public import bp


@bp.get("/dataset/<name>/resource/<uuid:resource_id>/version/<int:number>/changes")
@access(PUBLIC)
@limiter.limit(SEARCH_LIMIT)
@cached_page
def show_changes(name: str, resource_id: uuid.UUID, number: int) -> str:
    """The difference from the version before, or from `_against`, with row parameters over its rows."""
    pairs = list(request.args.items(multi=True))
    asked = Asked(name, resource_id, number, parse_against(pairs))
    with reading() as session:
        page = make_changes_page(session, house(), asked, pairs, today=today(), language=language())
    return render_template("public/changes.html", page=page, section="dataset")
