"""The working-day calendar: a year at a glance, corrections of single days, and the yearly arrangement from a file."""

from __future__ import annotations

import datetime as dt

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from catalog.errors import Invalid, Problem
from catalog.field_values import clean_text
from catalog.obligation_lists import count_provisional
from catalog.workdays import (
    apply_arrangement,
    correct_day,
    list_corrections,
    load_calendar,
    plan_arrangement,
    read_arrangement,
    remove_correction,
)
from portal.access import access
from portal.context import actor, language, now, reading, today, work
from portal.filenames import safe_file_name
from portal.links import redirect_to
from portal.messages import error_text
from portal.pages.filled_form import field_texts
from portal.pages.office_calendar import (
    FIRST_YEAR,
    LAST_YEAR,
    CorrectionForm,
    make_calendar_page,
    make_preview,
    parse_year,
)
from portal.pages.office_ledger import parse_day
from portal.views.office import bp

MAX_FILE = 1_000_001
"""Bytes that are read of a file: one more than the domain takes, so that it can say that it is too large."""


@bp.get("/calendar")
@access("calendar.manage")
def show_calendar() -> Response:
    """Twelve months of `?year=`, this year without it."""
    return _render(parse_year(request.args.get("year"), today()))


@bp.post("/calendar/corrections")
@access("calendar.manage")
def save_correction() -> Response:
    """Say that a day is worked or not."""
    form = CorrectionForm(
        day=request.form.get("day", "").strip()[:20],
        kind=request.form.get("kind", ""),
        name=clean_text(request.form.get("name", ""))[:64],
    )
    day = parse_day(form.day)
    problems = []
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        problems.append(Problem("day", "day_not_valid"))
    if form.kind not in ("off", "worked"):
        problems.append(Problem("kind", "correction_kind_missing"))
    if not form.name:
        problems.append(Problem("name", "correction_name_missing"))
    if problems or day is None:
        tried = CorrectionForm(form.day, form.kind, form.name, field_texts(problems, language()))
        return _render(parse_year(request.form.get("year"), today()), form=tried, status=422)
    with work() as session:
        correct_day(session, day, is_workday=form.kind == "worked", name=form.name, by=actor(), now=now())
    flash(_("已调整 %(day)s，今晚的例行检查会重算期限。", day=day), "good")
    return redirect_to("office.show_calendar", year=day.year)


@bp.post("/calendar/corrections/<day>/remove")
@access("calendar.manage")
def drop_correction(day: str) -> Response:
    """Return to the built-in arrangement for a day."""
    found = parse_day(day)
    if found is None:
        raise Invalid("day_not_valid")
    with work() as session:
        remove_correction(session, found, by=actor(), now=now())
    flash(_("已取消对 %(day)s 的调整。", day=found), "good")
    return redirect_to("office.show_calendar", year=found.year)


@bp.post("/calendar/arrangement")
@access("calendar.manage")
def preview_arrangement() -> Response:
    """Show what an uploaded arrangement would change; nothing is written."""
    file = request.files.get("file")
    year = parse_year(request.form.get("year"), today())
    if file is None or not file.filename:
        return _render(year, file_error=Invalid("file_not_chosen"), status=422)
    name = safe_file_name(file.filename, fallback="arrangement.csv")
    try:
        days = read_arrangement(file.stream.read(MAX_FILE), name)
    except Invalid as error:
        return _render(year, file_error=error, status=422)
    with reading() as session:
        plan = plan_arrangement(session, days)
        page = make_preview(plan, name, calendar=load_calendar(session), language=language())
    return make_response(render_template("office/calendar_arrangement.html", page=page))


@bp.post("/calendar/arrangement/apply")
@access("calendar.manage")
def take_arrangement() -> Response:
    """Take in what the preview showed."""
    try:
        days = read_arrangement(request.form.get("content", "")[:MAX_FILE].encode(), _("放假安排") + ".csv")
    except Invalid as error:
        return _render(today().year, file_error=error, status=422)
    with work() as session:
        plan = apply_arrangement(session, days, by=actor(), now=now())
    count = plan.count("new") + plan.count("changed")
    flash(_("已导入 %(count)s 天，今晚的例行检查会重算期限。", count=count), "good")
    return redirect_to("office.show_calendar", year=plan.days[0].day.year)


def _render(
    year: int, *, form: CorrectionForm | None = None, file_error: Invalid | None = None, status: int = 200
) -> Response:
    with reading() as session:
        page = make_calendar_page(
            load_calendar(session),
            list_corrections(session, year),
            year=year,
            today=today(),
            provisional=count_provisional(session, dt.date(year, 1, 1), dt.date(year, 12, 31)),
            language=language(),
            form=form,
            file_problem=error_text(file_error, language()) if file_error else "",
            file_problems=file_error.problems if file_error else (),
        )
    return make_response(render_template("office/calendar.html", page=page), status)
