"""What was promised and kept: the history of one dataset, its badge, and the list of overdue data."""

from __future__ import annotations

from flask import Response, render_template, request

from catalog.public import get_public
from portal.access import PUBLIC, access
from portal.badge import draw_badge
from portal.caching import cached_page
from portal.context import language, reading, today
from portal.filenames import content_disposition
from portal.links import external_url
from portal.pages.public_badge import badge_words
from portal.pages.public_list import parse_list_query
from portal.pages.public_overdue import make_overdue_page, overdue_table
from portal.pages.public_promise import history_table, make_history_page
from portal.views.public import bp

BADGE_CACHING = "public, max-age=300"
"""A picture on other sites: asked for often, and five minutes late at most."""


@bp.get("/dataset/<name>/updates")
@access(PUBLIC)
@cached_page
def show_updates(name: str) -> str:
    """Every expected update of a dataset and what became of it. 404 when unknown, 410 when withdrawn."""
    after = request.args.get("after", "")[:80]
    with reading() as session:
        page = make_history_page(session, name, after=after, today=today(), language=language())
    return render_template("public/updates.html", page=page, section="dataset")


@bp.get("/dataset/<name>/updates.csv")
@access(PUBLIC)
@cached_page
def updates_table(name: str) -> Response:
    """The whole history as CSV."""
    with reading() as session:
        entry, text = history_table(session, name, today=today(), language=language())
    note = "update-history" if language() == "en" else "更新记录"
    return _table(text, name=f"{entry.record.title[:60]}_{note}.csv", fallback="update-history.csv")


@bp.get("/dataset/<name>/badge.svg")
@access(PUBLIC)
@cached_page
def badge(name: str) -> Response:
    """A picture of how the dataset stands today, for other sites; in English under /en."""
    with reading() as session:
        entry = get_public(session, name, today=today())
    words = badge_words(entry, language())
    response = Response(
        draw_badge(words.label, words.value, tone=words.tone, title=words.title), mimetype="image/svg+xml"
    )
    response.headers["Cache-Control"] = BADGE_CACHING
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@bp.get("/overdue")
@access(PUBLIC)
@cached_page(seconds=300)
def list_overdue() -> str:
    """超期数据公示: which data is overdue, the long stale first; `department` narrows it."""
    number = parse_list_query(request.args).page
    with reading() as session:
        page = make_overdue_page(session, department=_department(), page=number, today=today(), language=language())
    return render_template("public/overdue.html", page=page, section="statistics")


@bp.get("/overdue.csv")
@access(PUBLIC)
@cached_page(seconds=300)
def download_overdue() -> Response:
    """The whole list as CSV."""
    with reading() as session:
        text = overdue_table(
            session, department=_department(), today=today(), language=language(), base_url=external_url("")
        )
    name = f"overdue-data_{today()}.csv" if language() == "en" else f"超期数据公示_{today()}.csv"
    return _table(text, name=name, fallback="overdue-data.csv")


def _department() -> str:
    return request.args.get("department", "").replace("\x00", "")[:80]


def _table(text: str, *, name: str, fallback: str) -> Response:
    response = Response(text, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = content_disposition(name, fallback=fallback)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
