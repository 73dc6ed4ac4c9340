"""The frame of a government site: help, about, contact, statements, licence, site map."""

from __future__ import annotations

from flask import Response, render_template

from portal.access import PUBLIC, access
from portal.caching import cached_page
from portal.context import language, reading, today
from portal.links import asset, safe_redirect
from portal.pages.public_directory import make_site_map
from portal.pages.public_texts import TEXT_PAGES
from portal.pages.rows_help import make_rows_help
from portal.views.public import bp


def _text_page(name: str, **facts: object) -> str:
    page, body = TEXT_PAGES[name], f"public/text/{name}.{language()}.html"
    return render_template("public/text.html", page=page, body=body, section=name, **facts)


@bp.get("/help")
@access(PUBLIC)
@cached_page
def help_page() -> str:
    """How to find, filter and download."""
    return _text_page("help", rows_help=make_rows_help(language()))


@bp.get("/about")
@access(PUBLIC)
@cached_page
def about() -> str:
    """What this site is and who runs it."""
    return _text_page("about")


@bp.get("/contact")
@access(PUBLIC)
@cached_page
def contact() -> str:
    """Whom to write or call."""
    return _text_page("contact")


@bp.get("/terms")
@access(PUBLIC)
@cached_page
def terms() -> str:
    """网站声明: responsibility, privacy, accessibility."""
    return _text_page("terms")


@bp.get("/licence")
@access(PUBLIC)
@cached_page
def licence() -> str:
    """The portal's open licence, the default of every dataset."""
    return _text_page("licence")


@bp.get("/sitemap")
@access(PUBLIC)
@cached_page
def site_map() -> str:
    """网站地图 for people."""
    with reading() as session:
        page = make_site_map(session, today=today(), language=language())
    return render_template("public/site_map.html", page=page)


@bp.get("/favicon.ico")
@access(PUBLIC)
def favicon() -> Response:
    """Old browsers ask here."""
    return safe_redirect(asset("seal.svg"))
