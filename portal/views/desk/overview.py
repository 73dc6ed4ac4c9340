"""The first page of a department: a countdown and what to do first."""

from __future__ import annotations

from flask import g, render_template

from catalog.desk import summarise_desk
from catalog.reminder_lists import list_raised_for
from catalog.webhooks import count_broken
from portal.access import access
from portal.context import actor, language, reading, today
from portal.pages.desk_overview import make_desk_page
from portal.pages.notices import PANEL_SIZE, make_panel
from portal.views.desk import bp


@bp.get("")
@access("desk.view")
def overview() -> str:
    """What is due, returned, waiting and incomplete."""
    with reading() as session:
        desk = summarise_desk(session, by=actor(), today=today())
        raised = list_raised_for(session, by=actor(), on=today(), limit=PANEL_SIZE)
        broken = count_broken(session, by=actor())
    notices = make_panel(raised, broken=broken, today=today(), language=language())
    page = make_desk_page(desk, notices, department=g.signed_in.department_name or "", by=actor(), language=language())
    return render_template("desk/overview.html", page=page)
