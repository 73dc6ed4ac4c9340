"""What the feeds of a running portal share: the site's facts, the spool, and the record of pulls."""

from __future__ import annotations

import logging

from flask import Response, request
from sqlalchemy.exc import DBAPIError

from catalog.errors import Busy
from catalog.feeds.pulls import Pull, record_pull
from catalog.feeds.site import Site
from catalog.feeds.spool import Spool
from portal.context import house, now, work

log = logging.getLogger(__name__)

OPEN_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Content-Range, Retry-After, X-Change-Number",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
SECRET_ENDPOINTS = frozenset({"feeds.department_calendar"})
"""Feeds whose address is a secret: no page of another site reads them."""
PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, If-None-Match, If-Modified-Since, Range",
    "Access-Control-Max-Age": "86400",
}


def feed_site() -> Site:
    """The portal as feeds name it, from its settings."""
    settings = house().settings
    return Site(
        base_url=settings.base_url,
        title=settings.site_name,
        title_en=settings.site_name_en,
        publisher=settings.site_operator or settings.site_name,
        publisher_en=settings.site_operator_en or settings.site_name_en,
        email=settings.site_email,
        phone=settings.site_phone,
        region_code=settings.site_region_code,
    )


def feed_spool() -> Spool:
    """Where whole feeds are kept as files."""
    return Spool(house().settings.folder("spool"))


def open_to_all(response: Response) -> Response:
    """Let programs on any site read the answer; without credentials, and only what is public anyway."""
    if request.endpoint in SECRET_ENDPOINTS:
        return response
    response.headers.update(OPEN_HEADERS)
    if request.method == "OPTIONS":
        response.headers.update(PREFLIGHT_HEADERS)
    return response


def note_pull(
    feed: str, response: Response, *, after: int | None, to: int, count: int, page: int | None = None
) -> None:
    """Record a pull in a transaction of its own; a database that cannot be written never spoils the answer.

    A 304 is a receipt too: the puller already had everything up to `to`. `page` is which page of the whole was given.
    """
    if request.method != "GET":
        return
    pull = Pull(
        at=now(),
        feed=feed,
        puller=request.remote_addr or "",
        user_agent=request.user_agent.string or None,
        range_from=after,
        range_to=to,
        record_count=0 if response.status_code == 304 else count,
        status=response.status_code,
        page=page,
    )
    try:
        with work() as session:
            record_pull(session, pull)
    except (Busy, DBAPIError) as error:
        log.error("a pull of %s by %s up to %s was not recorded: %s", feed, pull.puller, to, error)
