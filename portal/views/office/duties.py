"""Counted duties of all departments: the matrix, definitions, targets, records."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from catalog import duties
from catalog.departments import get_department, list_departments
from catalog.duty_lists import count_duties, describe_duty, list_duty_records, list_duty_years
from catalog.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from portal.access import access
from portal.context import Session, actor, language, now, reading, today, work
from portal.errors import status_of
from portal.filenames import content_disposition
from portal.links import redirect_to
from portal.messages import error_text
from portal.pages.duties import (
    DUTY_FIELDS,
    PAGE_SIZE,
    RECORD_FIELDS,
    make_duty_details,
    make_duty_matrix,
    write_duty_csv,
)
from portal.pages.filled_form import FilledForm, fill_form, parse_days, read_form
from portal.views.desk.shared import MAX_REASON
from portal.views.office import bp


@bp.get("/duties")
@access("duty.manage")
def list_duties() -> Response:
    """Every duty × every department in a year, and what was recorded."""
    return _matrix(FilledForm())


@bp.get("/duties.csv")
@access("duty.manage")
def download_duties() -> Response:
    """The matrix as CSV."""
    year = parse_year(request.args.get("year"))
    with reading() as session:
        start, end = period_of(year)
        counts = count_duties(session, start=start, end=end)
        departments = list_departments(session, is_active=None)
    response = make_response(write_duty_csv(counts, departments, language()))
    response.mimetype = "text/csv"
    name = _("计次任务") + f"_{year}.csv"
    response.headers["Content-Disposition"] = content_disposition(name, fallback=f"duties-{year}.csv")
    return response


@bp.get("/duties/new")
@access("duty.manage")
def new_duty() -> Response:
    """The form of a new duty or bonus item."""
    return _details(None, FilledForm({"kind": "duty", "starts_on": f"{today().year}-01-01"}))


@bp.post("/duties/new")
@access("duty.manage")
def create_duty() -> Response:
    """Define it, then set its targets."""
    values = read_form(request.form, DUTY_FIELDS)
    try:
        with work() as session:
            code = duties.define_duty(session, code=values["code"], by=actor(), now=now(), **_facts(values)).code
    except (Invalid, Conflict) as error:
        return _details(None, fill_form(values, error, language()), status=status_of(error))
    flash(_("已新建“%(title)s”。", title=values["title"]), "good")
    return redirect_to("office.show_duty", code=code)


@bp.get("/duties/<code>")
@access("duty.manage")
def show_duty(code: str) -> Response:
    """One duty: its facts and its targets of a year."""
    return _details(code, FilledForm())


@bp.post("/duties/<code>")
@access("duty.manage")
def save_duty(code: str) -> Response:
    """Change a duty."""
    values = read_form(request.form, DUTY_FIELDS) | {"code": code}
    try:
        with work() as session:
            duties.get_duty(session, code)
            duties.change_duty(session, code, by=actor(), now=now(), **_facts(values))
    except (Invalid, Conflict) as error:
        return _details(code, fill_form(values, error, language()), status=status_of(error))
    flash(_("已保存。"), "good")
    return redirect_to("office.show_duty", code=code)


@bp.post("/duties/<code>/targets")
@access("duty.manage")
def save_targets(code: str) -> Response:
    """Set the targets of a year: the general one and those of single departments; empty means the general one."""
    year = parse_year(request.form.get("year"))
    try:
        with work() as session:
            duties.get_duty(session, code)
            wanted = [("target", None)] + [
                (f"target-{one.slug}", one.id)
                for one in list_departments(session)
                if f"target-{one.slug}" in request.form
            ]
            for name, department_id in wanted:
                target = _count(name)
                duties.set_target(
                    session, code, year=year, target=target, department_id=department_id, by=actor(), now=now()
                )
    except (Invalid, Conflict) as error:
        return _details(code, fill_form({}, error, language()), year=year, status=status_of(error))
    flash(_("已保存 %(year)s 年的目标。", year=year), "good")
    return redirect_to("office.show_duty", code=code, year=year)


@bp.post("/duties")
@access("duty.manage")
def record_duty() -> Response:
    """Record what a department has done."""
    values = read_form(request.form, RECORD_FIELDS)
    try:
        with work() as session:
            department_id = _department(session, values["department"])
            save_record(session, values, department_id)
    except (Invalid, Conflict) as error:
        return _matrix(fill_form(values, error, language()), status=status_of(error))
    flash(_("已登记“%(title)s”。", title=values["title"]), "good")
    return redirect_to("office.list_duties", year=values["done_on"][:4])


@bp.post("/duties/records/<uuid:record_id>/strike")
@access("duty.manage")
def strike_duty(record_id: uuid.UUID) -> Response:
    """Strike a record out."""
    return strike_record("office.list_duties", record_id)


def save_record(session: Session, values: dict[str, str], department_id: uuid.UUID) -> None:
    """Record what the form says; raises Invalid for a day that is none."""
    days, problems = parse_days(values, "done_on")
    done_on = days["done_on"]
    if not values["duty"]:
        problems.append(Problem("duty", "required_missing"))
    if done_on is None and not problems:
        problems.append(Problem("done_on", "required_missing"))
    if problems or done_on is None:
        raise Invalid("duty_record_invalid", problems=problems)
    duties.record_duty(
        session,
        values["duty"],
        department_id=department_id,
        done_on=done_on,
        title=values["title"],
        url=values["url"],
        by=actor(),
        now=now(),
        today=today(),
    )


def strike_record(endpoint: str, record_id: uuid.UUID) -> Response:
    """Strike a record out and go back to its list, which tells what came of it."""
    try:
        with work() as session:
            row = duties.strike_record(
                session, record_id, reason=request.form.get("reason", "")[:MAX_REASON], by=actor(), now=now()
            )
            year = row.done_on.year
    except (Invalid, Conflict, NotAllowed) as error:
        flash(error_text(error, language()), "bad")
        return redirect_to(endpoint)
    flash(_("已划除，不再计次。"), "good")
    return redirect_to(endpoint, year=year)


def parse_year(text: str | None) -> int:
    """A year from an address or form; the present one for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and 2000 <= int(text[:5]) <= 2100 else today().year


def period_of(year: int) -> tuple[dt.date, dt.date]:
    """From 1 January to today, or to the end of a year that has passed; of a coming year all of it."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    return first, min(last, today()) if year == today().year else last


def _matrix(form: FilledForm, *, status: int = 200) -> Response:
    year = parse_year(request.args.get("year"))
    with reading() as session:
        start, end = period_of(year)
        page = make_duty_matrix(
            count_duties(session, start=start, end=end),
            list_duty_records(
                session,
                by=actor(),
                start=start,
                end=dt.date(year, 12, 31),
                after=request.args.get("after"),
                limit=PAGE_SIZE,
            ),
            list_departments(session, is_active=None),
            year=year,
            years=list_duty_years(session, today=today()),
            form=form,
            today=today(),
            language=language(),
        )
    return make_response(render_template("office/duties.html", page=page), status)


def _details(code: str | None, form: FilledForm, *, year: int | None = None, status: int = 200) -> Response:
    year = year or parse_year(request.args.get("year"))
    with reading() as session:
        facts = describe_duty(session, duties.get_duty(session, code), year=year) if code else None
        page = make_duty_details(
            facts,
            list_departments(session),
            year=year,
            years=list_duty_years(session, today=today()),
            form=form,
            language=language(),
        )
    return make_response(render_template("office/duty.html", page=page), status)


def _facts(values: dict[str, str]) -> dict[str, Any]:
    days, problems = parse_days(values, "starts_on", "ends_on")
    facts: dict[str, Any] = {"title": values["title"], "title_en": values["title_en"], "kind": values["kind"], **days}
    for name in ("points", "max_points"):
        try:
            facts[name] = float(values[name]) if values[name] else None
        except ValueError:
            problems.append(Problem(name, "not_a_number", value=values[name][:40]))
    if problems:
        raise Invalid("duty_invalid", problems=problems)
    return facts


def _count(name: str) -> int | None:
    text = request.form.get(name, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise Invalid("duty_invalid", problems=[Problem(name, "not_a_number", value=text[:40])])
    return int(text)


def _department(session: Session, slug: str) -> uuid.UUID:
    try:
        return get_department(session, slug).id
    except NotFound:
        raise Invalid("duty_record_invalid", problems=[Problem("department", "bulk_choose_department")]) from None
