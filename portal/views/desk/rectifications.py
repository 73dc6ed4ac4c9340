"""What the department has to mend, and how it answers."""

from __future__ import annotations

from flask import Response, flash, request
from flask_babel import gettext as _

from catalog import rectifications
from catalog.errors import Conflict, Invalid
from portal.access import access
from portal.context import actor, language, now, work
from portal.links import redirect_to
from portal.pages.filled_form import fill_form, read_form
from portal.pages.rectifications import ANSWER_FIELDS
from portal.views.desk import bp
from portal.views.office.rectifications import render_finding, render_list


@bp.get("/rectifications")
@access("desk.view")
def list_findings() -> str:
    """The findings of the own department."""
    return render_list("desk")


@bp.get("/rectifications/<code>")
@access("desk.view")
def show_finding(code: str) -> Response:
    """One finding with its dates and the form of the answer."""
    return render_finding("desk", code)


@bp.post("/rectifications/<code>")
@access("rectification.answer")
def answer_finding(code: str) -> Response:
    """Say what was done."""
    values = read_form(request.form, ANSWER_FIELDS)
    try:
        with work() as session:
            rectifications.answer_finding(
                session, code, evidence=values["evidence"], url=values["url"], by=actor(), now=now()
            )
    except (Invalid, Conflict) as error:
        return render_finding("desk", code, fill_form(values, error, language()), error)
    flash(_("已答复 %(number)s，等待政数局核验。", number=code), "good")
    return redirect_to("desk.show_finding", code=code)
