"""Calendars to subscribe to: a department's own by a private address, and its public update dates."""

from __future__ import annotations

from flask import Response, request

from catalog.departments import get_department
from catalog.due_events import find_by_token, list_due_events, list_public_events
from catalog.errors import NotFound
from catalog.icalendar import write_calendar
from portal.access import PUBLIC, access
from portal.context import house, reading
from portal.views.feeds import bp


@bp.get("/calendar/<slug>/<token>.ics")
@access(PUBLIC)
def department_calendar(slug: str, token: str) -> Response:
    """Open updates, nodes and rectifications of a department. The address is the secret; a wrong one is a 404."""
    settings = house().settings
    with reading() as session:
        keys = (settings.secret_key, *settings.secret_key_fallbacks)
        department = find_by_token(session, slug, token, keys=keys)
        events = list_due_events(session, department.id, base_url=settings.base_url)
    response = _answer(write_calendar(f"{department.short_name}：数据开放期限", events), "private, no-store")
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.get("/department/<slug>/updates.ics")
@access(PUBLIC)
def public_calendar(slug: str) -> Response:
    """The days on which a department's public data is to be updated next."""
    with reading() as session:
        department = get_department(session, slug)
        if not department.is_active:
            raise NotFound("page_not_found")
        events = list_public_events(session, department.id, base_url=house().settings.base_url)
    return _answer(write_calendar(f"{department.name}：数据更新日", events), "public, no-cache")


def _answer(body: bytes, caching: str) -> Response:
    response = Response(body, content_type="text/calendar; charset=utf-8")
    response.headers["Cache-Control"] = caching
    response.add_etag()
    response.make_conditional(request)
    return response
