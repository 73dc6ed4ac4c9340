"""The office's first page, and the entries of all departments."""

from __future__ import annotations

from flask import render_template, request

from catalog.departments import list_departments
from catalog.entry_lists import list_entries as list_rows
from catalog.overview import summarise_office
from portal.access import access
from portal.context import actor, language, now, reading, today
from portal.pages.desk_entries import PAGE_SIZE, department_id, make_entry_list, parse_list_filter
from portal.pages.office_review import make_overview_page
from portal.views.office import bp


@bp.get("")
@access("office.view")
def overview() -> str:
    """What waits, what was stopped, how each department stands."""
    with reading() as session:
        found = summarise_office(session, by=actor(), today=today())
    page = make_overview_page(found, by=actor(), now=now(), language=language())
    return render_template("office/overview.html", page=page)


@bp.get("/entries")
@access("office.view")
def list_entries() -> str:
    """Entries of all departments, by department, state and part of the title."""
    asked = parse_list_filter(request.args)
    with reading() as session:
        departments = list_departments(session, is_active=None)
        found = list_rows(
            session,
            by=actor(),
            department_id=department_id(departments, asked.department),
            after=request.args.get("after"),
            limit=PAGE_SIZE,
            **asked.criteria,
        )
    page = make_entry_list(found, asked, room="office", today=today(), departments=departments, language=language())
    return render_template("desk/entries.html", page=page, layout="office/layout.html")
