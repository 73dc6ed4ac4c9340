"""Departments: list, create, change, take out of use and bring back."""

from __future__ import annotations

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from catalog import departments
from catalog.bulk.renaming import NAMES
from catalog.errors import Conflict, Invalid, Problem
from portal.access import access
from portal.context import actor, language, now, reading, work
from portal.links import redirect_to
from portal.messages import error_text
from portal.pages.office_people import DEPARTMENT_FIELDS, make_department_form
from portal.views.office import bp


@bp.get("/departments")
@access("department.manage")
def list_departments() -> str:
    """Every department, in use or not."""
    with reading() as session:
        rows = departments.list_departments(session, is_active=None)
    return render_template("office/departments.html", rows=rows)


@bp.get("/departments/new")
@access("department.manage")
def new_department() -> str:
    """The form of a new department."""
    page = make_department_form(None, language=language())
    return render_template("office/department.html", page=page)


@bp.post("/departments/new")
@access("department.manage")
def create_department() -> Response:
    """Create it; what was typed comes back with what is wrong."""
    values = _typed()
    try:
        with work() as session:
            created = departments.create_department(session, by=actor(), now=now(), **_cleaned(values))
            name = created.name
    except (Invalid, Conflict) as error:
        return _again(None, values, error)
    flash(_("已新建部门“%(name)s”。", name=name), "good")
    return redirect_to("office.list_departments")


@bp.get("/departments/<slug>")
@access("department.manage")
def show_department(slug: str) -> str:
    """The form of one department."""
    with reading() as session:
        page = make_department_form(departments.get_department(session, slug), language=language())
    return render_template("office/department.html", page=page)


@bp.post("/departments/<slug>")
@access("department.manage")
def save_department(slug: str) -> Response:
    """Change a department; a name that stands in public records goes on to the bulk act that renames them too."""
    values = _typed()
    try:
        _update(slug, _cleaned(values))
    except (Invalid, Conflict) as error:
        if error.code == "department_name_is_public":
            return _lead_to_renaming(slug, values)
        return _again(slug, values, error)
    flash(_("已保存。"), "good")
    return redirect_to("office.list_departments")


@bp.post("/departments/<slug>/state")
@access("department.manage")
def switch_department(slug: str) -> Response:
    """Take a department out of use, or bring it back."""
    with work() as session:
        facts = departments.get_department(session, slug)
        switch = departments.deactivate_department if facts.is_active else departments.activate_department
        switch(session, facts.id, by=actor(), now=now())
    flash(
        _("已停用“%(name)s”。", name=facts.name) if facts.is_active else _("已启用“%(name)s”。", name=facts.name),
        "good",
    )
    return redirect_to("office.list_departments")


def _update(slug: str, changes: dict[str, str | None]) -> None:
    with work() as session:
        facts = departments.get_department(session, slug)
        departments.update_department(session, facts.id, by=actor(), now=now(), **changes)


def _lead_to_renaming(slug: str, values: dict[str, str]) -> Response:
    """Save what may be saved here; the new names stand ready in the form of the bulk act."""
    try:
        _update(slug, {name: value for name, value in _cleaned(values).items() if name not in NAMES})
    except (Invalid, Conflict) as error:
        return _again(slug, values, error)
    flash(_("更名还没有生效：名称要与已公开的条目一起更改，请预览后办理。其他内容已保存。"), "warn")
    names = {name: values[name] for name in NAMES}
    return redirect_to("office.new_bulk", kind="rename_department", department=slug, **names)


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "").strip()[:300] for name in DEPARTMENT_FIELDS}


def _cleaned(values: dict[str, str]) -> dict[str, str | None]:
    return {name: value or None for name, value in values.items()} | {"name": values["name"]}


def _again(slug: str | None, values: dict[str, str], error: Invalid | Conflict) -> Response:
    problems = getattr(error, "problems", None) or [Problem("name", error.code, **error.params)]
    with reading() as session:
        facts = departments.get_department(session, slug) if slug else None
    page = make_department_form(facts, values=values, problems=problems, language=language())
    body = render_template("office/department.html", page=page, summary=error_text(error, language()))
    return make_response(body, 409 if isinstance(error, Conflict) else 422)
