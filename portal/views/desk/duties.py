"""The department's counted duties: what it has done against its targets, and recording more."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from catalog.departments import list_departments
from catalog.duty_lists import count_duties, list_duty_records, list_duty_years
from catalog.errors import Conflict, Invalid
from portal.access import access
from portal.context import actor, language, reading, today, work
from portal.errors import status_of
from portal.links import redirect_to
from portal.pages.duties import PAGE_SIZE, RECORD_FIELDS, make_duty_matrix
from portal.pages.filled_form import FilledForm, fill_form, read_form
from portal.views.desk import bp
from portal.views.office.duties import parse_year, period_of, save_record, strike_record


@bp.get("/duties")
@access("desk.view")
def list_duties() -> Response:
    """What the department has done of what."""
    return _page(FilledForm())


@bp.post("/duties")
@access("duty.record")
def record_duty() -> Response:
    """Record one thing done."""
    values = read_form(request.form, RECORD_FIELDS)
    department_id = actor().department_id
    try:
        with work() as session:
            assert department_id is not None, "department roles belong to a department"
            save_record(session, values, department_id)
    except (Invalid, Conflict) as error:
        return _page(fill_form(values, error, language()), status=status_of(error))
    flash(_("已登记“%(title)s”。", title=values["title"]), "good")
    return redirect_to("desk.list_duties", year=values["done_on"][:4])


@bp.post("/duties/records/<uuid:record_id>/strike")
@access("duty.record")
def strike_duty(record_id: uuid.UUID) -> Response:
    """Strike a record of the own department out."""
    return strike_record("desk.list_duties", record_id)


def _page(form: FilledForm, *, status: int = 200) -> Response:
    year, department_id = parse_year(request.args.get("year")), actor().department_id
    start, end = period_of(year)
    with reading() as session:
        page = make_duty_matrix(
            count_duties(session, department_id=department_id, start=start, end=end),
            list_duty_records(
                session,
                by=actor(),
                start=start,
                end=dt.date(year, 12, 31),
                department_id=department_id,
                after=request.args.get("after"),
                limit=PAGE_SIZE,
            ),
            [one for one in list_departments(session, is_active=None) if one.id == department_id],
            year=year,
            years=list_duty_years(session, today=today()),
            form=form,
            today=today(),
            language=language(),
        )
    return make_response(render_template("desk/duties.html", page=page), status)
