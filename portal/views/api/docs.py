"""`/api/docs`: the description to read and try, from local files only."""

from __future__ import annotations

from pathlib import Path

import flask_swagger_ui
from flask import Response, render_template, send_from_directory
from flask_babel import gettext as _

from catalog.errors import NotFound
from portal.access import PUBLIC, access
from portal.views.api import bp

ASSETS = Path(flask_swagger_ui.__file__).parent / "dist"
SERVED = frozenset({"swagger-ui.css", "swagger-ui-bundle.js"})


@bp.get("/api/docs")
@access(PUBLIC)
def show_docs() -> str:
    """The API's description as a page."""
    return render_template("api/docs.html", addresses=_addresses())


def _addresses() -> list[tuple[str, str]]:
    """What can be asked, for those who read this page without script."""
    return [
        ("/openapi.json", _("OpenAPI 描述文件")),
        ("/api/v1/entries", _("目录条目，可检索、可筛选")),
        ("/api/v1/departments", _("提供部门")),
        ("/api/v1/vocabularies", _("代码与名称对照")),
        ("/catalog.jsonld", _("完整目录（DCAT-AP，JSON-LD）")),
        ("/harvest/changes?after=0", _("增量变更，含下架通知")),
    ]


@bp.get("/api/docs/<file_name>")
@access(PUBLIC)
def send_asset(file_name: str) -> Response:
    """A file of the reader's package; only the two that the page needs."""
    if file_name not in SERVED:
        raise NotFound("page_not_found")
    response = send_from_directory(ASSETS, file_name, max_age=86_400)
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response
