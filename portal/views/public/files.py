"""Data as files: whole or filtered, the newest or one version, as delivered, or bundled. Never a half-finished 200.

Every answer comes from a finished file: true length, Range, strong ETag, digest, RFC 6266 name, sandboxed (RELIABILITY
S13). Beside the row parameters a CSV takes `_encoding`: utf-8-sig (with BOM, the default), utf-8 or gb18030.
"""

from __future__ import annotations

import uuid
from base64 import b64encode
from typing import TYPE_CHECKING

from flask import Response, jsonify, make_response, render_template, request, send_file
from werkzeug.urls import iri_to_uri

from catalog import public
from catalog.errors import NotFound
from datasets.export_plans import plan_export
from datasets.formats import FORMATS, WHOLE_ENCODING
from datasets.ingest.source import original_suffix
from portal.access import PUBLIC, access
from portal.context import count_use, house, language, reading, today
from portal.exporting import await_export
from portal.filenames import content_disposition
from portal.links import external_url
from portal.pages.public_files import bundle_texts, download_name, file_facts, original_facts, question_of
from portal.security import EXPORT_LIMIT, FILE_POLICY, limiter
from portal.views.public import bp

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from datasets.export_plans import ExportPlan

ENCODING = "_encoding"
AGAIN_SECONDS = 3
"""After which somebody who waits for a large file looks again."""
CACHING = "public, no-cache"
"""Caches keep files but ask each time (a 304 costs nothing): what is suspended is gone from them at once."""


@bp.get("/dataset/<name>/resource/<uuid:resource_id>/data.<ending>")
@access(PUBLIC)
@limiter.limit(EXPORT_LIMIT, exempt_when=lambda: not request.query_string)
def data_file(name: str, resource_id: uuid.UUID, ending: str) -> Response:
    """The published data, or the part of it that the row parameters ask for."""
    return _send_data(name, resource_id, None, ending)


@bp.get("/dataset/<name>/resource/<uuid:resource_id>/version/<int:number>/data.<ending>")
@access(PUBLIC)
@limiter.limit(EXPORT_LIMIT, exempt_when=lambda: not request.query_string)
def version_file(name: str, resource_id: uuid.UUID, number: int, ending: str) -> Response:
    """The data of one version at its permanent address."""
    return _send_data(name, resource_id, number, ending)


@bp.get("/dataset/<name>/resource/<uuid:resource_id>/original")
@bp.get("/dataset/<name>/resource/<uuid:resource_id>/version/<int:number>/original", endpoint="version_original")
@access(PUBLIC)
def original(name: str, resource_id: uuid.UUID, number: int | None = None) -> Response:
    """The file exactly as the department delivered it."""
    with reading() as session:
        entry = public.get_public(session, name, today=today())
        facts = original_facts(session, entry.record, resource_id, number)
    path = house().store.path(facts.blob_sha256)
    count_use(entry.record.uuid, "download")
    return send_finished(
        path,
        media_type="application/octet-stream",
        etag=facts.blob_sha256,
        name=facts.file_name,
        fallback=f"original-{str(resource_id)[:8]}.{original_suffix(facts.file_format)}",
        modified=facts.published_at,
    )


@bp.get("/dataset/<name>/resource/<uuid:resource_id>/bundle.zip")
@access(PUBLIC)
def bundle(name: str, resource_id: uuid.UUID) -> Response:
    """CSV, data dictionary and citation in one archive."""
    with reading() as session:
        entry = public.get_public(session, name, today=today())
        facts = file_facts(session, entry.record, resource_id, None)
    address = external_url(f"/dataset/{entry.record.name}")
    title = download_name(entry.record, facts, "")
    texts = bundle_texts(entry.record, facts, address, house().settings.site_name, language())
    file = house().downloads.bundle(facts, texts, csv_name=f"{title}.csv")
    count_use(entry.record.uuid, "download")
    return send_finished(
        file.path,
        media_type="application/zip",
        etag=file.sha256,
        name=f"{title}.zip",
        fallback=f"dataset-{str(resource_id)[:8]}.zip",
        modified=facts.published_at,
    )


def _send_data(name: str, resource_id: uuid.UUID, number: int | None, ending: str) -> Response:
    if ending not in FORMATS:
        raise NotFound("format_not_offered", format=ending[:20], known=list(FORMATS))
    with reading() as session:
        entry = public.get_public(session, name, today=today())
        facts = file_facts(session, entry.record, resource_id, number)
    pairs, encoding = _row_parameters()
    query = question_of(pairs, facts)
    plan = plan_export(facts, query, ending, encoding)
    file = house().downloads.find(plan)
    if file is None and house().downloads.is_large(plan):
        return _wait(plan, entry.record.title)
    file = file or house().downloads.make(plan)
    count_use(entry.record.uuid, "download")
    response = send_finished(
        file.path,
        media_type=file.media_type,
        etag=file.sha256,
        name=f"{download_name(entry.record, facts, '' if query is None else '_筛选')}.{ending}",
        fallback=f"dataset-{str(resource_id)[:8]}.{ending}",
        modified=facts.published_at,
    )
    response.headers["X-Data-Version"] = str(facts.number)
    return response


def _row_parameters() -> tuple[list[tuple[str, str]], str]:
    """The row parameters, and the encoding of a CSV: what `_encoding` says, else that of the whole file."""
    pairs = list(request.args.items(multi=True))
    encodings = [value for key, value in pairs if key == ENCODING]
    return [pair for pair in pairs if pair[0] != ENCODING], encodings[0] if encodings else WHOLE_ENCODING


def _wait(plan: ExportPlan, title: str) -> Response:
    """202 while the worker writes the file: a page that looks again by itself, or JSON for a program."""
    waiting = await_export(house(), plan)
    address = iri_to_uri(request.root_path + request.full_path.rstrip("?"))
    if request.accept_mimetypes.best_match(("application/json", "text/html")) == "text/html":
        page = render_template(
            "public/waiting.html",
            waiting=waiting,
            title=title,
            address=request.root_path + address,
            again=AGAIN_SECONDS,
        )
        response = make_response(page, 202)
    else:
        about = {"status": "making", "percent": waiting.percent, "rows": waiting.row_count}
        response = jsonify(**about, address=external_url(address), retry_after=AGAIN_SECONDS)
        response.status_code = 202
    response.headers["Location"] = external_url(address)
    response.headers["Retry-After"] = str(AGAIN_SECONDS)
    response.headers["Cache-Control"] = "no-store"
    response.vary.add("Accept")
    return response


def send_finished(
    path: Path, *, media_type: str, etag: str, name: str, fallback: str, modified: datetime | None
) -> Response:
    """A finished file as a download.

    `etag` is the SHA-256 of the whole file, told also as RFC 9530 has it: who resumes a download can check it.
    """
    response = send_file(path, mimetype=media_type, conditional=True, etag=etag, last_modified=modified)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = content_disposition(name, fallback=fallback)
    response.headers["Repr-Digest"] = f"sha-256=:{b64encode(bytes.fromhex(etag)).decode()}:"
    response.headers["Cache-Control"] = CACHING
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
