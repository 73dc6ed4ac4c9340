"""整改台账 of all departments: open a finding, accept or return what the department answers."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from catalog import rectifications
from catalog.departments import get_department, list_departments
from catalog.errors import Conflict, DomainError, Invalid, NotFound, Problem
from catalog.permissions import is_allowed
from catalog.rectification_lists import (
    RectificationPage,
    count_rectifications,
    get_rectification,
    list_rectifications,
)
from catalog.workdays import load_calendar
from portal.access import access
from portal.context import Session, actor, language, now, reading, today, work
from portal.errors import status_of
from portal.filenames import content_disposition
from portal.links import redirect_to
from portal.pages.filled_form import FilledForm, fill_form, parse_days, read_form
from portal.pages.rectifications import (
    CSV_ROWS,
    FINDING_FIELDS,
    PAGE_SIZE,
    FindingDetails,
    FindingFilter,
    describe_finding,
    make_finding_list,
    parse_finding_filter,
    write_finding_csv,
)
from portal.views.desk.shared import MAX_REASON
from portal.views.office import bp

if TYPE_CHECKING:
    from catalog.departments import DepartmentFacts

DECISIONS = ("close", "return", "drop")
"""What the office decides: accept the evidence, return it, take a mistaken finding back."""


@bp.get("/rectifications")
@access("rectification.manage")
def list_findings() -> str:
    """The ledger, by state, department and year."""
    return render_list("office")


@bp.get("/rectifications.csv")
@access("rectification.manage")
def download_findings() -> Response:
    """The ledger as it is filtered, as CSV."""
    asked = parse_finding_filter(request.args)
    with reading() as session:
        departments = list_departments(session, is_active=None)
        found = _find(session, asked, departments, limit=CSV_ROWS)
        calendar = load_calendar(session)
    lines = (describe_finding(row, today=today(), calendar=calendar, language=language()) for row in found.rows)
    response = make_response(write_finding_csv(lines, language()))
    response.mimetype = "text/csv"
    name = _("整改台账") + f"_{today().isoformat()}.csv"
    response.headers["Content-Disposition"] = content_disposition(name, fallback="rectifications.csv")
    return response


@bp.get("/rectifications/new")
@access("rectification.manage")
def new_finding() -> Response:
    """The form of a new finding; `entry` and `department` of the address are filled in."""
    given = {name: request.args.get(name, "")[:80] for name in ("entry", "department")}
    return _form(FilledForm({**given, "found_on": today().isoformat()}))


@bp.post("/rectifications/new")
@access("rectification.manage")
def open_finding() -> Response:
    """Open it: from now on the department owes an answer."""
    values = read_form(request.form, FINDING_FIELDS)
    try:
        with work() as session:
            code = _open(session, values)
    except (Invalid, Conflict, NotFound) as error:
        return _form(fill_form(values, error, language()), status=status_of(error))
    flash(_("已开出整改事项 %(number)s，部门可以在工作台答复。", number=code), "good")
    return redirect_to("office.show_finding", code=code)


@bp.get("/rectifications/<code>")
@access("rectification.manage")
def show_finding(code: str) -> Response:
    """One finding with its evidence, and the decision on it."""
    return render_finding("office", code)


@bp.post("/rectifications/<code>")
@access("rectification.manage")
def decide_finding(code: str) -> Response:
    """Accept the evidence, return it, or take a mistaken finding back."""
    step, reason = request.form.get("step", "")[:20], request.form.get("reason", "")[:MAX_REASON]
    if step not in DECISIONS:
        raise NotFound("unknown_step", step=step)
    try:
        with work() as session:
            if step == "close":
                rectifications.close_finding(session, code, answer=reason, by=actor(), now=now())
            elif step == "return":
                rectifications.return_finding(session, code, reason=reason, by=actor(), now=now())
            else:
                rectifications.drop_finding(session, code, reason=reason, by=actor(), now=now())
    except (Invalid, Conflict) as error:
        return render_finding("office", code, fill_form({"reason": reason, "step": step}, error, language()), error)
    flash(_("已办理 %(number)s。", number=code), "good")
    return redirect_to("office.show_finding", code=code)


def render_list(room: str) -> str:
    """The ledger in desk or office; a desk shows its own department alone."""
    asked = parse_finding_filter(request.args)
    with reading() as session:
        departments = list_departments(session, is_active=None) if room == "office" else []
        counts = count_rectifications(
            session, by=actor(), today=today(), department_id=_department_id(departments, asked), year=asked.year
        )
        page = make_finding_list(
            _find(session, asked, departments, after=request.args.get("after")),
            counts,
            asked,
            room=room,
            departments=departments,
            today=today(),
            calendar=load_calendar(session),
            language=language(),
        )
    return render_template("desk/rectifications.html", page=page, layout=f"{room}/layout.html")


def render_finding(room: str, code: str, form: FilledForm | None = None, error: DomainError | None = None) -> Response:
    """One finding in desk or office; `form` comes back with what is wrong."""
    with reading() as session:
        row = get_rectification(session, code, by=actor())
        calendar = load_calendar(session)
    can_manage = room == "office"
    page = FindingDetails(
        line=describe_finding(row, today=today(), calendar=calendar, language=language()),
        room=room,
        can_answer=not can_manage
        and row.waits_for_department
        and is_allowed(actor(), "rectification.answer", department_id=row.department_id),
        can_decide=can_manage and row.state == "answered",
        can_drop=can_manage and row.state != "closed",
        form=form or FilledForm(),
    )
    body = render_template("desk/rectification.html", page=page, layout=f"{room}/layout.html")
    return make_response(body, status_of(error) if error else 200)


def _find(
    session: Session,
    asked: FindingFilter,
    departments: list[DepartmentFacts],
    *,
    after: str | None = None,
    limit: int = PAGE_SIZE,
) -> RectificationPage:
    return list_rectifications(
        session,
        by=actor(),
        today=today(),
        department_id=_department_id(departments, asked),
        state=asked.state or None,
        year=asked.year,
        after=after,
        limit=limit,
    )


def _department_id(departments: list[DepartmentFacts], asked: FindingFilter) -> uuid.UUID | None:
    return next((one.id for one in departments if one.slug == asked.department), None)


def _open(session: Session, values: dict[str, str]) -> str:
    days, problems = parse_days(values, "found_on", "due_on")
    if not values["department"]:
        problems.append(Problem("department", "required_missing"))
    due_on = days["due_on"]
    if due_on is None and not any(problem.where == "due_on" for problem in problems):
        problems.append(Problem("due_on", "required_missing"))
    if problems or due_on is None:
        raise Invalid("rectification_invalid", problems=problems)
    return rectifications.open_finding(
        session,
        department_id=get_department(session, values["department"]).id,
        finding=values["finding"],
        source=values["source"],
        entry_name=values["entry"].rstrip("/").rpartition("/")[2] or None,
        found_on=days["found_on"],
        due_on=due_on,
        by=actor(),
        now=now(),
    ).code


def _form(form: FilledForm, *, status: int = 200) -> Response:
    with reading() as session:
        departments = [(one.slug, one.short_name) for one in list_departments(session)]
    body = render_template("office/rectification_new.html", form=form, departments=departments)
    return make_response(body, status)
