"""`/plan`: what will be opened, when."""

from __future__ import annotations

from flask import render_template, request

from portal.access import PUBLIC, access
from portal.context import language, reading
from portal.pages.public_plan import make_public_plans
from portal.views.public import bp


@bp.get("/plan")
@access(PUBLIC)
def show_plans() -> str:
    """The running plans; `?department=` unfolds one. Not kept in the cache: a plan starts without a public change."""
    slug = request.args.get("department", "")[:80]
    with reading() as session:
        rows = make_public_plans(session, department=slug or None, language=language())
    return render_template("public/plan.html", plans=rows, chosen=slug, section="plan")
