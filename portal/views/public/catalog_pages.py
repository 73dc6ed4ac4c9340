"""Ways into the catalog: the front page, the list with its search, departments, domains, statistics."""

from __future__ import annotations

from flask import render_template, request

from portal.access import PUBLIC, access
from portal.caching import cached_page, do_not_keep
from portal.context import house, language, reading, today
from portal.pages.public_directory import (
    make_department_page,
    make_departments_page,
    make_domain_page,
    make_domains_page,
)
from portal.pages.public_home import make_home_page
from portal.pages.public_list import make_list_page, parse_list_query
from portal.pages.public_statistics import make_statistics_page
from portal.security import SEARCH_LIMIT, limiter
from portal.views.public import bp


@bp.get("/")
@access(PUBLIC)
@cached_page
def home() -> str:
    """The front page."""
    with reading() as session:
        page = make_home_page(session, today=today(), language=language())
    return render_template("public/home.html", page=page)


@bp.get("/dataset")
@access(PUBLIC)
@limiter.limit(SEARCH_LIMIT, exempt_when=lambda: not request.args.get("q"))
@cached_page
def list_datasets() -> str:
    """Search and browse."""
    query = parse_list_query(request.args)
    if query.q and house().is_search_behind():
        do_not_keep()
    with reading() as session:
        page = make_list_page(session, house().search, query, today=today(), language=language())
    return render_template("public/list.html", page=page, section="dataset")


@bp.get("/department")
@access(PUBLIC)
@cached_page
def list_departments() -> str:
    """All departments with what they publish."""
    with reading() as session:
        page = make_departments_page(session, today=today(), language=language())
    return render_template("public/departments.html", page=page, section="department")


@bp.get("/department/<slug>")
@access(PUBLIC)
@cached_page
def show_department(slug: str) -> str:
    """One department's entries."""
    query = parse_list_query(request.args)
    with reading() as session:
        page = make_department_page(session, slug, page=query.page, today=today(), language=language())
    return render_template("public/group.html", page=page, section="department")


@bp.get("/domain")
@access(PUBLIC)
@cached_page
def list_domains() -> str:
    """The domains that have data."""
    with reading() as session:
        page = make_domains_page(session, today=today(), language=language())
    return render_template("public/domains.html", page=page, section="domain")


@bp.get("/domain/<code>")
@access(PUBLIC)
@cached_page
def show_domain(code: str) -> str:
    """One domain's entries."""
    query = parse_list_query(request.args)
    with reading() as session:
        page = make_domain_page(session, code, page=query.page, today=today(), language=language())
    return render_template("public/group.html", page=page, section="domain")


@bp.get("/statistics")
@access(PUBLIC)
@cached_page(seconds=300)
def statistics() -> str:
    """Figures about the whole catalog."""
    with reading() as session:
        page = make_statistics_page(session, today=today(), language=language())
    return render_template("public/statistics.html", page=page, section="statistics")
