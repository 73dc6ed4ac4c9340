"""The page of one dataset and the page of its rows."""

from __future__ import annotations

from flask import Response, make_response, render_template, request

from portal.access import PUBLIC, access
from portal.caching import cached_page, do_not_keep
from portal.context import count_use, house, language, reading, today
from portal.links import external_url, safe_redirect
from portal.pages.public_entry import make_entry_page
from portal.pages.public_rows import make_rows_page
from portal.pages.rows_form import address_of_form
from portal.security import SEARCH_LIMIT, limiter
from portal.views.public import bp


@bp.get("/dataset/<name>")
@access(PUBLIC)
@cached_page
def show_dataset(name: str) -> str:
    """One dataset. 404 when unknown, 410 when withdrawn, 403 while suspended."""
    address = external_url(request.root_path + request.path)
    with reading() as session:
        page = make_entry_page(session, house(), name, today=today(), language=language(), address=address)
    if not page.is_whole:
        do_not_keep()
    count_use(page.record.uuid, "view")
    return render_template("public/entry.html", page=page, section="dataset")


@bp.get("/dataset/<name>/explore")
@access(PUBLIC)
@limiter.limit(SEARCH_LIMIT)
@cached_page
def explore(name: str) -> Response:
    """Rows, filtered and sorted by row parameters. A sent form is led on to the address that means the same."""
    pairs = list(request.args.items(multi=True))
    if (query := address_of_form(pairs)) is not None:
        path = request.root_path + request.path
        return safe_redirect(f"{path}?{query}" if query else path, fallback=path, status=303)
    with reading() as session:
        page = make_rows_page(session, house(), name, pairs, today=today(), language=language())
    count_use(page.entry.record.uuid, "preview")
    return make_response(
        render_template("public/explore.html", page=page, section="dataset"), 422 if page.problems else 200
    )
