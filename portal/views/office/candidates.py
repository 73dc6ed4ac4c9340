"""The office's candidates for opening: coverage by department, the list, the import of the two source lists."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from catalog.candidates.coverage import list_coverage
from catalog.candidates.importing import apply_import, plan_import
from catalog.candidates.reading import CandidateList, read_list, require_source
from catalog.departments import list_departments
from catalog.errors import Busy, Invalid, NotFound, TooLarge
from catalog.sheet.reading import MAX_BYTES
from portal.access import access
from portal.context import actor, house, language, now, reading, work
from portal.errors import status_of
from portal.links import redirect_to
from portal.messages import error_text, text_of
from portal.pages.candidates import CoveragePage, make_import_page, make_preview
from portal.views import candidate_pages
from portal.views.office import bp

_DIGEST = re.compile(r"[0-9a-f]{64}")


@bp.get("/candidates")
@access("candidate.import")
def show_coverage() -> str:
    """How far each department has decided."""
    with reading() as session:
        rows, whole = list_coverage(session, by=actor())
    return render_template("office/candidates.html", page=CoveragePage(tuple(rows), whole))


@bp.get("/candidates/list")
@access("candidate.import")
def list_candidates() -> Response:
    """The candidates behind a figure."""
    return candidate_pages.render_list("office")


@bp.get("/candidates.csv")
@access("candidate.import")
def download_candidates() -> Response:
    """The same list as CSV."""
    return candidate_pages.send_csv("office")


@bp.post("/candidates/marks")
@access("office.view")
def mark_candidates() -> Response:
    """Mark what was ticked."""
    return candidate_pages.mark_candidates("office")


@bp.post("/candidates/plan")
@access("office.view")
def plan_candidates() -> Response:
    """Put what was ticked on the lists of a plan."""
    return candidate_pages.add_to_plan("office")


@bp.get("/candidates/import")
@access("candidate.import")
def show_candidate_import() -> str:
    """The upload form with the headers that are understood."""
    return render_template("office/candidates_import.html", page=make_import_page(language=language()))


@bp.post("/candidates/import")
@access("candidate.import")
def upload_candidates() -> Response:
    """Keep the file and read it once in the child; nothing is taken in yet."""
    source = require_source(request.form.get("source", ""))
    file = request.files.get("file")
    if file is None or not file.filename:
        return _again(source, text_of("file_not_chosen", {}, language()), 422)
    try:
        blob = house().store.put(file.stream, max_bytes=MAX_BYTES)
        read_list(house().store.path(blob.sha256), source)
    except (Invalid, TooLarge, Busy) as error:
        return _again(source, error_text(error, language()), status_of(error))
    name = Path(file.filename.replace("\\", "/")).name[:120]
    return redirect_to("office.preview_candidates", source=source, digest=blob.sha256, name=name)


@bp.get("/candidates/import/<source>/<digest>")
@access("candidate.import")
def preview_candidates(source: str, digest: str) -> str:
    """What taking the list in would do: new, known, opened already, refused."""
    listed = _read(source, digest)
    with reading() as session:
        plan = plan_import(session, listed, by=actor())
        names = {one.id: one.short_name or one.name for one in list_departments(session)}
    page = make_preview(plan, sha256=digest, file_name=_file_name(), names=names, language=language())
    return render_template("office/candidates_preview.html", page=page)


@bp.post("/candidates/import/<source>/<digest>")
@access("candidate.import")
def apply_candidates(source: str, digest: str) -> Response:
    """Take it in."""
    listed = _read(source, digest)
    with work() as session:
        plan = apply_import(session, listed, by=actor(), now=now(), file_name=_file_name())
    flash(
        _(
            "已导入：新增 %(new)s 条，补充 %(changed)s 条，未变 %(same)s 条，拒绝 %(refused)s 条。",
            new=len(plan.new),
            changed=len(plan.changed),
            same=plan.same,
            refused=len(plan.refused),
        ),
        "good",
    )
    return redirect_to("office.show_coverage")


def _read(source: str, digest: str) -> CandidateList:
    require_source(source)
    if not _DIGEST.fullmatch(digest) or not house().store.exists(digest):
        raise NotFound("candidate_list_gone")
    return read_list(house().store.path(digest), source)


def _file_name() -> str:
    return request.args.get("name", "")[:120]


def _again(source: str, failure: str, status: int) -> Response:
    page = make_import_page(failure=failure, source=source, language=language())
    return make_response(render_template("office/candidates_import.html", page=page), status)
