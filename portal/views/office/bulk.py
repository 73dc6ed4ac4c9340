"""Bulk acts: choose, see exactly what would happen, carry it out, confirm, undo; and what was done before."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from catalog import bulk
from catalog.bulk.kinds import BulkKind, get_kind
from catalog.bulk.selecting import Chosen
from catalog.departments import list_departments
from catalog.errors import Conflict, DomainError, Invalid, NotAllowed
from catalog.jobs import queue_job
from portal.access import access
from portal.context import Session, actor, language, now, reading, work
from portal.errors import status_of
from portal.links import redirect_to
from portal.messages import error_text
from portal.pages.bulk import (
    FIELDS,
    FILTERS,
    SHOWN_ENTRIES,
    make_bulk_form,
    make_details,
    make_overview,
    make_preview,
    read_args,
)
from portal.pages.filled_form import fill_form
from portal.views.desk.shared import MAX_REASON
from portal.views.office import bp

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict


@bp.get("/bulk")
@access("bulk.act")
def list_bulk() -> str:
    """The kinds of act, and the history."""
    with reading() as session:
        found = bulk.list_bulk(session, by=actor(), after=request.args.get("after"))
    return render_template("office/bulk.html", page=make_overview(found, language()))


@bp.get("/bulk/new/<kind>")
@access("bulk.act")
def new_bulk(kind: str) -> Response:
    """Choose what the act is about."""
    return _form(get_kind(kind), request.args, None)


@bp.post("/bulk/new/<kind>/preview")
@access("bulk.act")
def preview_bulk(kind: str) -> Response:
    """Exactly what would happen; nothing is written."""
    found = get_kind(kind)
    try:
        return _preview(found, None)
    except (Invalid, Conflict) as error:
        return _form(found, request.form, error)


@bp.post("/bulk/new/<kind>")
@access("bulk.act")
def apply_bulk(kind: str) -> Response:
    """Carry out what was previewed; if it has become something else meanwhile, show it afresh."""
    found = get_kind(kind)
    reason = request.form.get("reason", "")[:MAX_REASON]
    try:
        with work() as session:
            args = read_args(found, request.form, list_departments(session, is_active=None))
            act = bulk.apply_bulk(
                session, kind, args, reason=reason, digest=request.form.get("digest", ""), by=actor(), now=now()
            )
            act_id = act.id
            _queue_rest(session, act_id)
    except (Invalid, Conflict) as error:
        try:
            return _preview(found, error)
        except (Invalid, Conflict) as other:
            return _form(found, request.form, other)
    flash(_("已提请，等待另一人确认。") if found.two_person else _("已开始办理。"), "good")
    return redirect_to("office.show_bulk", act_id=act_id)


@bp.get("/bulk/<uuid:act_id>")
@access("bulk.act")
def show_bulk(act_id: uuid.UUID) -> Response:
    """One act with all that it changed."""
    return _details(act_id, None)


@bp.post("/bulk/<uuid:act_id>/confirm")
@access("bulk.act")
def confirm_bulk(act_id: uuid.UUID) -> Response:
    """The second person lets it be carried out."""
    try:
        with work() as session:
            bulk.confirm_bulk(session, act_id, by=actor(), now=now())
            _queue_rest(session, act_id)
    except (Conflict, NotAllowed) as error:
        return _details(act_id, error)
    flash(_("已确认。"), "good")
    return redirect_to("office.show_bulk", act_id=act_id)


@bp.post("/bulk/<uuid:act_id>/undo")
@access("bulk.act")
def undo_bulk(act_id: uuid.UUID) -> Response:
    """Bring back what was, for all that has not moved since."""
    try:
        with work() as session:
            bulk.undo_bulk(session, act_id, reason=request.form.get("reason", "")[:MAX_REASON], by=actor(), now=now())
            _queue_rest(session, act_id)
    except (Invalid, Conflict) as error:
        return _details(act_id, error)
    flash(_("已撤销，未能恢复的列在下面。"), "good")
    return redirect_to("office.show_bulk", act_id=act_id)


def _queue_rest(session: Session, act_id: uuid.UUID) -> None:
    """What the request has not worked off is work for a job; one that finds nothing ends at once."""
    if bulk.get_bulk(session, act_id, by=actor()).is_running:
        queue_job(session, "bulk.run", {"act": str(act_id)}, key=f"bulk.run:{act_id}", now=now())


def _form(kind: BulkKind, said: MultiDict[str, str], error: DomainError | None) -> Response:
    values = {name: said.get(name, "").strip()[:300] for name in (*FIELDS, *FILTERS)}
    with reading() as session:
        departments = list_departments(session)
        entries: tuple[list[Chosen], int] = ([], 0)
        if kind.chooses_entries:
            filtered = read_args(kind, _as_filter(said), departments)["selection"]
            if filtered:
                entries = bulk.list_selected(session, bulk.Selection.from_dict(filtered), limit=SHOWN_ENTRIES)
        elif values["department"] and not values["name"]:
            known = next((one for one in departments if one.slug == values["department"]), None)
            if known is not None:
                values |= {"name": known.name, "short_name": known.short_name, "name_en": known.name_en or ""}
    page = make_bulk_form(
        kind,
        fill_form(values, error, language()),
        departments,
        entries=entries,
        ticked=said.getlist("id"),
        language=language(),
    )
    return make_response(render_template("office/bulk_form.html", page=page), status_of(error) if error else 200)


def _as_filter(said: MultiDict[str, str]) -> MultiDict[str, str]:
    copy = said.copy()
    copy["scope"] = "filter"
    return copy


def _preview(kind: BulkKind, error: DomainError | None) -> Response:
    """The preview as things stand; `error` is why it was not carried out."""
    with reading() as session:
        args = read_args(kind, request.form, list_departments(session, is_active=None))
        plan = bulk.preview_bulk(session, kind.key, args, by=actor())
    is_stale = isinstance(error, Conflict)
    page = make_preview(
        kind,
        plan,
        request.form,
        filled=fill_form({}, None if is_stale else error, language()),
        stale=error_text(error, language()) if error and is_stale else "",
        language=language(),
    )
    return make_response(render_template("office/bulk_preview.html", page=page), status_of(error) if error else 200)


def _details(act_id: uuid.UUID, error: DomainError | None) -> Response:
    with reading() as session:
        facts = bulk.get_bulk(session, act_id, by=actor())
    page = make_details(facts, by=actor(), form=fill_form({}, error, language()), language=language())
    return make_response(render_template("office/bulk_act.html", page=page), status_of(error) if error else 200)
