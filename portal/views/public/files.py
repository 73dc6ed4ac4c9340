"""Data as files: whole or filtered, the newest or one version, as delivered, or bundled. Never a half-finished 200.

Every answer comes from a finished file: true length, Range, strong ETag, RFC 6266 name, sandboxed (RELIABILITY S13).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import Response, request, send_file

from catalog import public
from catalog.errors import NotFound
from datasets.formats import FORMATS
from datasets.ingest.source import original_suffix
from portal.access import PUBLIC, access
from portal.context import count_use, house, language, reading, today
from portal.filenames import content_disposition
from portal.links import external_url
from portal.pages.public_files import bundle_texts, download_name, file_facts, original_facts, question_of
from portal.security import EXPORT_LIMIT, FILE_POLICY, limiter
from portal.views.public import bp

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

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
    return _send(
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
    return _send(
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
    query = question_of(_row_parameters(), facts)
    file = house().downloads.export(facts, query, ending)
    count_use(entry.record.uuid, "download")
    response = _send(
        file.path,
        media_type=file.media_type,
        etag=file.sha256,
        name=f"{download_name(entry.record, facts, '' if query is None else '_筛选')}.{ending}",
        fallback=f"dataset-{str(resource_id)[:8]}.{ending}",
        modified=facts.published_at,
    )
    response.headers["X-Data-Version"] = str(facts.number)
    return response


def _row_parameters() -> Sequence[tuple[str, str]]:
    return list(request.args.items(multi=True))


def _send(path: Path, *, media_type: str, etag: str, name: str, fallback: str, modified: datetime | None) -> Response:
    response = send_file(path, mimetype=media_type, conditional=True, etag=etag, last_modified=modified)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = content_disposition(name, fallback=fallback)
    response.headers["Cache-Control"] = CACHING
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
