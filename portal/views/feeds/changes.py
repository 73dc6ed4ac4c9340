"""`/harvest/changes`: what changed after a number, with tombstones."""

from __future__ import annotations

from flask import Response, request

from catalog.changes import changes_after
from catalog.errors import Invalid, Problem
from catalog.feeds.changes_feed import DEFAULT_LIMIT, MAX_LIMIT, write_changes
from portal.access import PUBLIC, access
from portal.context import reading
from portal.pulling import feed_site, note_pull
from portal.views.feeds import bp


@bp.get("/harvest/changes")
@access(PUBLIC)
def harvest_changes() -> Response:
    """At most `limit` (1 to 500) entries that changed after `after`; each once, in its newest state."""
    after, limit = _numbers()
    with reading() as session:
        page = changes_after(session, after, limit)
    response = Response(
        write_changes(feed_site(), page, after=after, limit=limit), content_type="application/json; charset=utf-8"
    )
    response.headers["Cache-Control"] = "public, no-cache"
    response.add_etag()
    response.make_conditional(request)
    note_pull("changes", response, after=after, to=page.next, count=len(page.records) + len(page.tombstones))
    return response


def _numbers() -> tuple[int, int]:
    """`after` and `limit` of the request; raises Invalid naming each one that is no number in its range."""
    problems = []
    values = {"after": request.args.get("after", "0"), "limit": request.args.get("limit", str(DEFAULT_LIMIT))}
    bounds = {"after": (0, 10**15), "limit": (1, MAX_LIMIT)}
    for name, (low, high) in bounds.items():
        text = values[name]
        if not (text.isascii() and text.isdigit() and len(text) <= 16 and low <= int(text) <= high):
            problems.append(
                Problem(
                    name,
                    "parameter_not_valid",
                    parameter=name,
                    value=text[:40],
                    expected_zh=f"{low} 到 {high} 的整数",
                    expected_en=f"a whole number from {low} to {high}",
                )
            )
    if problems:
        raise Invalid("parameters_not_valid", problems=problems, count=len(problems))
    return int(values["after"]), int(values["limit"])
