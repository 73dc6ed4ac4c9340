"""What changed from one version of a file to the next."""

from __future__ import annotations

import uuid

from flask import Response, render_template, request

from catalog.errors import NotFound
from portal.access import PUBLIC, access
from portal.caching import cached_page
from portal.context import count_use, house, language, reading, today
from portal.pages.public_changes import Asked, find_difference, make_changes_page, parse_against, question_about
from portal.pages.public_files import download_name
from portal.security import EXPORT_LIMIT, SEARCH_LIMIT, limiter
from portal.views.public import bp
from portal.views.public.files import send_finished

ENDINGS = ("csv", "json")


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


@bp.get("/dataset/<name>/resource/<uuid:resource_id>/version/<int:number>/changes.<ending>")
@access(PUBLIC)
@limiter.limit(EXPORT_LIMIT)
def changes_file(name: str, resource_id: uuid.UUID, number: int, ending: str) -> Response:
    """The rows of a difference as a file, all of them or those that the row parameters ask for."""
    if ending not in ENDINGS:
        raise NotFound("format_not_offered", format=ending[:20], known=list(ENDINGS))
    pairs = list(request.args.items(multi=True))
    with reading() as session:
        asked = Asked(name, resource_id, number, parse_against(pairs))
        entry, version, former, stored = find_difference(session, house(), asked, today=today())
    query = question_about(stored, pairs)
    file = house().difference_downloads.export(stored.as_version(version), query, ending)
    count_use(entry.record.uuid, "download")
    note = f"_v{former.number}-v{version.number}"
    return send_finished(
        file.path,
        media_type=file.media_type,
        etag=file.sha256,
        name=f"{download_name(entry.record, version, note)}.{ending}",
        fallback=f"changes-{str(resource_id)[:8]}{note}.{ending}",
        modified=version.published_at,
    )
