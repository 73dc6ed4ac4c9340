"""报送包: one click makes an archive of what is public, for the city platform."""

from __future__ import annotations

import uuid

from flask import Response, flash, make_response, render_template, request, send_file
from flask_babel import gettext as _

from catalog.errors import DomainError
from portal import packaging
from portal.access import access
from portal.context import actor, house, language, now, reading, work
from portal.errors import status_of
from portal.filenames import content_disposition
from portal.links import redirect_to
from portal.messages import error_text
from portal.pages.office_packages import file_name_of, make_packages_page
from portal.security import FILE_POLICY
from portal.views.office import bp


@bp.get("/packages")
@access("plan.hand_over")
def list_packages() -> Response:
    """What can be packed, what is being packed, and the packages to take."""
    return _page(request.args.get("scope", "all:")[:120])


@bp.post("/packages")
@access("plan.hand_over")
def ask_for_package() -> Response:
    """Have a package made."""
    chosen = request.form.get("scope", "")[:120]
    kind, _colon, key = chosen.partition(":")
    try:
        with work() as session:
            packaging.ask_for_package(
                session, kind=kind, key=key, with_originals="originals" in request.form, by=actor(), now=now()
            )
    except DomainError as error:
        flash(error_text(error, language()), "error")
        response = _page(chosen)
        response.status_code = status_of(error)
        return response
    flash(_("正在生成报送包，完成后会列在下面。"), "success")
    return redirect_to("office.list_packages")


@bp.get("/packages/<uuid:package_id>.zip")
@access("plan.hand_over")
def download_package(package_id: uuid.UUID) -> Response:
    """A finished package."""
    package, path = packaging.get_package(house(), package_id)
    response = send_file(path, mimetype="application/zip", conditional=True, etag=package.facts.sha256)
    name = content_disposition(file_name_of(package), fallback=f"package-{package.facts.on}.zip")
    response.headers["Content-Disposition"] = name
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


def _page(chosen: str) -> Response:
    with reading() as session:
        page = make_packages_page(session, house(), by=actor(), chosen=chosen, language=language())
    return make_response(render_template("office/packages.html", page=page))
