"""The Excel sheet: template and current catalog to download, a filled one to upload, look at, and apply whole."""

from __future__ import annotations

import tempfile
import uuid
from io import BytesIO
from pathlib import Path

from flask import Response, flash, g, make_response, render_template, request, send_file
from flask_babel import gettext as _

from catalog.entry_lists import list_entries
from catalog.errors import Busy, Conflict, Invalid, TooLarge
from catalog.sheet import uploads
from catalog.sheet.applying import apply_import
from catalog.sheet.basis import Basis, list_bases
from catalog.sheet.marking import mark_workbook
from catalog.sheet.planning import plan_import
from catalog.sheet.reading import MAX_BYTES
from catalog.sheet.template import write_template
from portal.access import access
from portal.context import actor, house, language, now, reading, today, work
from portal.errors import status_of
from portal.filenames import content_disposition
from portal.links import redirect_to
from portal.messages import error_text, text_of
from portal.pages.desk_sheet import describe_cell, make_sheet_page, make_sheet_preview
from portal.security import FILE_POLICY
from portal.views.desk import bp
from portal.views.desk.shared import whole

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/sheet")
@access("sheet.import")
def show_sheet() -> Response:
    """Template, current catalog, upload form, earlier uploads."""
    return _sheet_page()


@bp.get("/sheet/template.xlsx")
@access("sheet.import")
def template() -> Response:
    """The empty template with its example row, drop-down lists and notes."""
    department = g.signed_in.department_name or ""
    return _send_written(department, None, f"{department}目录填报表.xlsx", "template.xlsx")


@bp.get("/sheet/catalog.xlsx")
@access("sheet.import")
def current_catalog() -> Response:
    """The department's catalog as it stands, in the same layout."""
    department = g.signed_in.department_name or ""
    with reading() as session:
        bases = list_bases(session, department_id=actor().department_id, with_withdrawn=False)
    return _send_written(department, bases, f"{department}目录_{today():%Y%m%d}.xlsx", "catalog.xlsx")


@bp.post("/sheet")
@access("sheet.import")
def upload_sheet() -> Response:
    """Keep the file, read it in the child, note the outcome; nothing of the catalog changes."""
    department_id = actor().department_id
    file = request.files.get("file")
    if department_id is None or file is None or not file.filename:
        return _sheet_page(text_of("file_not_chosen", {}, language()), 422)
    try:
        blob = house().store.put(file.stream, max_bytes=MAX_BYTES)
        outcome = uploads.read_upload(house().store.path(blob.sha256))
    except (Invalid, TooLarge, Busy) as error:
        return _sheet_page(error_text(error, language()), status_of(error))
    with work() as session:
        upload = uploads.record_upload(
            session,
            department_id=department_id,
            blob_sha256=blob.sha256,
            file_name=Path(file.filename.replace("\\", "/")).name,
            outcome=outcome,
            by=actor(),
            now=now(),
        )
        upload_id = upload.id
    return redirect_to("desk.preview_sheet", upload_id=upload_id)


@bp.get("/sheet/<uuid:upload_id>")
@access("sheet.import")
def preview_sheet(upload_id: uuid.UUID) -> Response:
    """What the sheet would change, and every problem at its cell."""
    return _preview(upload_id)


@bp.get("/sheet/<uuid:upload_id>/marked.xlsx")
@access("sheet.import")
def marked_sheet(upload_id: uuid.UUID) -> Response:
    """The same workbook with coloured cells, comments and a list of problems."""
    with reading() as session:
        upload = uploads.get_upload(session, upload_id, by=actor())
        plan = plan_import(session, uploads.reading_of(upload), department_id=upload.department_id, by=actor())
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "marked.xlsx"
        mark_workbook(house().store.path(upload.blob_sha256), target, plan.problems, describe=describe_cell)
        data = target.read_bytes()
    return _send(data, f"{Path(upload.file_name).stem}_问题标注.xlsx", "marked.xlsx")


@bp.post("/sheet/<uuid:upload_id>/apply")
@access("sheet.import")
def apply_sheet(upload_id: uuid.UUID) -> Response:
    """Write it whole or not at all."""
    try:
        with work() as session:
            outcome = apply_import(session, upload_id, by=actor(), now=now())
    except (Invalid, Conflict) as error:
        return _preview(upload_id, failure=error_text(error, language()), status=status_of(error))
    flash(
        _(
            "已导入：新建 %(new)s 个，修改 %(changed)s 个，未变 %(same)s 个。",
            new=len(outcome.created),
            changed=len(outcome.changed),
            same=outcome.unchanged,
        ),
        "good",
    )
    return redirect_to("desk.list_entries")


@bp.post("/sheet/<uuid:upload_id>/discard")
@access("sheet.import")
def discard_sheet(upload_id: uuid.UUID) -> Response:
    """Put it aside."""
    with work() as session:
        uploads.discard_upload(session, upload_id, by=actor(), now=now())
    flash(_("已放弃这次上传，目录没有变化。"), "good")
    return redirect_to("desk.show_sheet")


def _sheet_page(failure: str = "", status: int = 200) -> Response:
    department_id = actor().department_id
    assert department_id is not None
    with reading() as session:
        page = make_sheet_page(
            uploads.list_uploads(session, department_id=department_id, by=actor()),
            department=g.signed_in.department_name or "",
            entry_count=list_entries(session, by=actor(), department_id=department_id, limit=1).total,
            failure=failure,
            limit_mb=MAX_BYTES >> 20,
            language=language(),
        )
    return make_response(render_template("desk/sheet.html", page=page), status)


def _preview(upload_id: uuid.UUID, *, failure: str = "", status: int = 200) -> Response:
    with reading() as session:
        upload = uploads.get_upload(session, upload_id, by=actor())
        page = make_sheet_preview(
            session,
            upload,
            view=request.args.get("view", ""),
            page=whole(request.args.get("page")) or 1,
            by=actor(),
            failure=failure,
            language=language(),
        )
    return make_response(render_template("desk/sheet_preview.html", page=page), status)


def _send_written(department: str, entries: list[Basis] | None, name: str, fallback: str) -> Response:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        write_template(path, department=department, on=today(), entries=entries, site=house().settings.site_name)
        data = path.read_bytes()
    return _send(data, name, fallback)


def _send(data: bytes, name: str, fallback: str) -> Response:
    response = send_file(BytesIO(data), mimetype=XLSX)
    response.headers["Content-Disposition"] = content_disposition(name, fallback=fallback)
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response
