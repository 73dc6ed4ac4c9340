"""Uploading a data file for an entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, make_response, render_template, request

from catalog.deliveries import begin_delivery
from catalog.entries import get_entry_for
from catalog.errors import Busy, Conflict, Invalid, NotFound, Problem, TooLarge
from portal.access import access
from portal.context import actor, house, language, now, reading, work
from portal.errors import status_of
from portal.links import redirect_to
from portal.messages import error_text
from portal.pages.desk_upload import make_upload_page
from portal.uploading import keep_pieces, keep_upload, start_reading
from portal.views.desk import bp
from portal.views.desk.shared import parse_id

if TYPE_CHECKING:
    from catalog.errors import DomainError
    from datasets.storage.interface import StoredBlob


@bp.get("/entries/<name>/data/new")
@access("data.upload")
def new_data(name: str) -> Response:
    """Choose the resource and the file."""
    return _page(name)


@bp.post("/entries/<name>/data/new")
@access("data.upload")
def upload_data(name: str) -> Response:
    """Keep the file, note the delivery, read it: at once or, if large, by the worker."""
    with reading() as session:
        get_entry_for(session, name, by=actor(), act="data.upload")
    chosen = request.form.get("resource", "")
    try:
        blob, file_name = _arrived()
        with work() as session:
            entry = get_entry_for(session, name, by=actor(), act="data.upload")
            delivery = begin_delivery(
                session,
                entry,
                resource_id=parse_id(chosen, "resource_not_found") if chosen else None,
                title=request.form.get("title", "") or _title_of(file_name),
                blob=blob,
                file_name=file_name,
                by=actor(),
                now=now(),
            )
            intake_id = delivery.intake.id
        start_reading(house(), intake_id)
    except (Invalid, Conflict, TooLarge, Busy, NotFound) as error:
        return _page(name, error=error)
    return redirect_to("desk.show_intake", intake_id=intake_id)


def _arrived() -> tuple[StoredBlob, str]:
    """The bytes and the name of the file: sent with the form, or before it in pieces (`upload` then names them).

    Raises Invalid("fields_invalid") where there is neither, and what keeping them raises.
    """
    if text := request.form.get("upload", ""):
        account_id = actor().account_id
        assert account_id is not None
        return keep_pieces(house(), parse_id(text, "upload_not_found"), account_id=account_id)
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid("fields_invalid", problems=[Problem("file", "file_not_chosen")])
    return keep_upload(house(), file.stream), file.filename


def _title_of(file_name: str) -> str:
    """A file's name without its ending, for a resource that was given no title."""
    stem = file_name.replace("\\", "/").rpartition("/")[2]
    return (stem.rpartition(".")[0] or stem)[:128]


def _page(name: str, *, error: DomainError | None = None) -> Response:
    with reading() as session:
        entry = get_entry_for(session, name, by=actor(), act="data.upload")
        page = make_upload_page(
            session,
            entry,
            chosen=request.values.get("resource", ""),
            title=request.form.get("title", ""),
            problems=error.problems if isinstance(error, Invalid) else (),
            failure=error_text(error, language()) if error and not getattr(error, "problems", None) else "",
            limit_mb=house().settings.upload_limit_mb,
            language=language(),
        )
    return make_response(render_template("desk/upload.html", page=page), status_of(error) if error else 200)
