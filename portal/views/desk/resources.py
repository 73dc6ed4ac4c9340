"""Resources of an entry: files, interfaces and links are added to and taken out of the open revision."""

from __future__ import annotations

import uuid

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from catalog import resources
from catalog.entries import get_entry_for
from catalog.errors import Conflict, Invalid
from portal.access import access
from portal.context import actor, language, now, reading, work
from portal.links import redirect_to
from portal.messages import error_text
from portal.pages.desk_new import make_resource_form
from portal.views.desk import bp


@bp.get("/entries/<name>/resources/new")
@access("entry.edit")
def new_resource(name: str) -> str:
    """The form of a new interface or link; files are brought on a page of their own."""
    with reading() as session:
        entry = get_entry_for(session, name, by=actor(), act="entry.edit")
    return render_template("desk/resource.html", page=make_resource_form(entry.name, {}, language=language()))


@bp.post("/entries/<name>/resources/new")
@access("entry.edit")
def add_resource(name: str) -> Response:
    """Add it to the open revision."""
    values = {field: request.form.get(field, "") for field in ("kind", "title", "url")}
    try:
        with work() as session:
            entry = get_entry_for(session, name, by=actor(), act="entry.edit")
            resources.add_resource(session, entry, **values, by=actor(), now=now())
    except (Invalid, Conflict) as error:
        problems = error.problems if isinstance(error, Invalid) else ()
        failure = "" if problems else error_text(error, language())
        page = make_resource_form(name, values, problems=problems, failure=failure, language=language())
        return make_response(render_template("desk/resource.html", page=page), 422 if problems else 409)
    flash(_("资源已加入，随条目审核后公开。"), "good")
    return redirect_to("desk.show_entry", name=name)


@bp.post("/entries/<name>/resources/<uuid:resource_id>/remove")
@access("entry.edit")
def remove_resource(name: str, resource_id: uuid.UUID) -> Response:
    """Take it out: at once if it never was public, else with the next publication."""
    with work() as session:
        entry = get_entry_for(session, name, by=actor(), act="entry.edit")
        resource = resources.get_resource(session, entry, resource_id)
        resources.remove_resource(session, resource, by=actor(), now=now())
        is_public = resource.published_at is not None
    told = _("资源将在本次修订发布时移除。") if is_public else _("资源已移除。")
    flash(told, "good")
    return redirect_to("desk.show_entry", name=name)
