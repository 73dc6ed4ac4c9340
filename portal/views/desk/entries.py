"""The department's entries: the list, one entry, its steps."""

from __future__ import annotations

import uuid

from flask import Response, g, render_template, request

from catalog.entry_lists import list_entries as list_rows
from portal.access import access
from portal.context import actor, language, reading, today
from portal.pages.desk_entries import PAGE_SIZE, make_entry_list, parse_list_filter
from portal.views.desk import bp
from portal.views.desk.shared import render_entry, render_version, send_original, take_data_step, take_entry_step


@bp.get("/entries")
@access("desk.view")
def list_entries() -> str:
    """The department's entries, newest change first, by state, gaps and part of the title."""
    asked = parse_list_filter(request.args)
    with reading() as session:
        found = list_rows(
            session,
            by=actor(),
            department_id=actor().department_id,
            after=request.args.get("after"),
            limit=PAGE_SIZE,
            **asked.criteria,
        )
    page = make_entry_list(found, asked, room="desk", today=today(), language=language())
    return render_template(
        "desk/entries.html", page=page, department=g.signed_in.department_name, layout="desk/layout.html"
    )


@bp.get("/entries/<name>")
@access("desk.view")
def show_entry(name: str) -> Response:
    """One entry with everything that this person may do to it."""
    return render_entry("desk", name)


@bp.post("/entries/<name>/steps")
@access("desk.view")
def take_step(name: str) -> Response:
    """Submit, sign, return, recall, discard, ask for withdrawal."""
    return take_entry_step("desk", name)


@bp.get("/entries/<name>/version/<uuid:version_id>")
@access("desk.view")
def show_version(name: str, version_id: uuid.UUID) -> Response:
    """One data version with its rows."""
    return render_version("desk", name, version_id)


@bp.post("/entries/<name>/version/<uuid:version_id>/steps")
@access("desk.view")
def take_version_step(name: str, version_id: uuid.UUID) -> Response:
    """Submit, confirm, return, recall or discard a data version."""
    return take_data_step("desk", name, version_id)


@bp.get("/entries/<name>/version/<uuid:version_id>/original")
@access("desk.view")
def version_original(name: str, version_id: uuid.UUID) -> Response:
    """The delivered file."""
    return send_original(name, version_id)
