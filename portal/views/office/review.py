"""The review queue and what the office decides about one entry or data version."""

from __future__ import annotations

import uuid

from flask import Response, render_template, request

from catalog.review import list_review_queue
from portal.access import access
from portal.context import actor, language, now, reading
from portal.pages.office_review import PAGE_SIZE, make_queue_page
from portal.views.desk.shared import render_entry, render_version, send_original, take_data_step, take_entry_step
from portal.views.office import bp


@bp.get("/review")
@access("entry.review")
def review_queue() -> str:
    """What waits for the office, oldest first."""
    with reading() as session:
        found = list_review_queue(session, by=actor(), after=request.args.get("after"), limit=PAGE_SIZE)
    return render_template("office/review.html", page=make_queue_page(found, now=now(), language=language()))


@bp.get("/review/<name>")
@access("office.view")
def show_entry(name: str) -> Response:
    """One entry: differences, data, findings, steps so far, and the office's buttons."""
    return render_entry("office", name)


@bp.post("/review/<name>/steps")
@access("office.view")
def take_step(name: str) -> Response:
    """Approve, return, publish, decide on a withdrawal, suspend, resume."""
    return take_entry_step("office", name)


@bp.get("/review/<name>/version/<uuid:version_id>")
@access("office.view")
def show_version(name: str, version_id: uuid.UUID) -> Response:
    """One data version with its rows."""
    return render_version("office", name, version_id)


@bp.post("/review/<name>/version/<uuid:version_id>/steps")
@access("office.view")
def take_version_step(name: str, version_id: uuid.UUID) -> Response:
    """Approve, return or retract a data version."""
    return take_data_step("office", name, version_id)


@bp.get("/review/<name>/version/<uuid:version_id>/original")
@access("office.view")
def version_original(name: str, version_id: uuid.UUID) -> Response:
    """The delivered file."""
    return send_original(name, version_id)
