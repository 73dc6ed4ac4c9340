"""A delivered data file: look at how it was read, read it differently, confirm or discard it."""

from __future__ import annotations

import uuid

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from catalog.deliveries import confirm_delivery, discard_delivery, get_delivery
from catalog.errors import Busy, Conflict, Invalid, NotAllowed
from portal.access import access
from portal.context import actor, house, language, now, reading, work
from portal.errors import status_of
from portal.links import redirect_to
from portal.messages import error_text, problem_text
from portal.pages.desk_intake import make_intake_page
from portal.pages.desk_read_form import parse_options
from portal.uploading import start_reading
from portal.views.desk import bp

MAX_BASIS = 2000


@bp.get("/intake/<uuid:intake_id>")
@access("desk.view")
def show_intake(intake_id: uuid.UUID) -> Response:
    """How the file was read, or how far its reading is."""
    return _page(intake_id)


@bp.post("/intake/<uuid:intake_id>/reading")
@access("data.upload")
def read_again(intake_id: uuid.UUID) -> Response:
    """Read it with what was set by hand."""
    with reading() as session:
        get_delivery(session, intake_id, by=actor())
    try:
        start_reading(house(), intake_id, parse_options(request.form))
    except (Conflict, Busy) as error:
        return _page(intake_id, failure=error_text(error, language()), status=status_of(error))
    return redirect_to("desk.show_intake", intake_id=intake_id)


@bp.post("/intake/<uuid:intake_id>/confirm")
@access("desk.view")
def confirm_intake(intake_id: uuid.UUID) -> Response:
    """Make it the version on its way; with `submit` hand it to the reviewer at once."""
    basis = request.form.get("override_basis", "")[:MAX_BASIS]
    try:
        with work() as session:
            delivery = get_delivery(session, intake_id, by=actor())
            version = confirm_delivery(
                session,
                delivery,
                by=actor(),
                now=now(),
                override_basis=basis,
                with_new_items=bool(request.form.get("with_new_items")),
                is_submitted="submit" in request.form,
            )
            name, number, state = delivery.entry.name, version.number, version.state
    except (Invalid, Conflict, NotAllowed) as error:
        problems = error.problems if isinstance(error, Invalid) else []
        return _page(
            intake_id,
            failure=error_text(error, language()),
            problems=tuple(("override_basis", problem_text(one, language())) for one in problems),
            basis=basis,
            status=status_of(error),
        )
    told = _("第 %(number)s 版数据已提交审签。", number=number)
    if state == "prepared":
        told = _("第 %(number)s 版数据已确认。", number=number)
    flash(told, "good")
    return redirect_to("desk.show_entry", name=name)


@bp.post("/intake/<uuid:intake_id>/discard")
@access("data.upload")
def discard_intake(intake_id: uuid.UUID) -> Response:
    """Give the file up."""
    with work() as session:
        delivery = get_delivery(session, intake_id, by=actor())
        discard_delivery(session, delivery, by=actor(), now=now())
        name = delivery.entry.name
    flash(_("已放弃这次上传。"), "good")
    return redirect_to("desk.show_entry", name=name)


def _page(
    intake_id: uuid.UUID,
    *,
    failure: str = "",
    problems: tuple[tuple[str, str], ...] = (),
    basis: str = "",
    status: int = 200,
) -> Response:
    with reading() as session:
        delivery = get_delivery(session, intake_id, by=actor())
        page = make_intake_page(
            session,
            delivery,
            by=actor(),
            now=now(),
            language=language(),
            failure=failure,
            problems=problems,
            basis=basis,
        )
    return make_response(render_template("desk/intake.html", page=page), status)
