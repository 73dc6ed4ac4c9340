"""Rows of a file: filtered, grouped, sorted, paged by the same parameters as the pages and the downloads."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from flask import request
from flask.views import MethodView

from catalog.errors import NotFound
from catalog.feeds.records import FeedRecord, RecordVersion
from catalog.public import get_public
from datasets.columns import columns_from
from datasets.query.engine import RowPage
from datasets.query.parse import parse
from datasets.versions import get_version
from portal.access import PUBLIC, access
from portal.caching import cached_page
from portal.context import count_use, house, reading, today
from portal.pulling import feed_site
from portal.schemas.rows import ROW_PARAMETERS, RowPageSchema
from portal.security import SEARCH_LIMIT, limiter
from portal.views.api.describing import V1

v1 = V1("rows", __name__, url_prefix="/api/v1", description="数据行 · Rows")


@v1.route("/dataset/<name>/resource/<uuid:resource_id>/rows")
class Rows(MethodView):
    """数据行."""

    @access(PUBLIC)
    @limiter.limit(SEARCH_LIMIT)
    @cached_page
    @v1.response(200, RowPageSchema)
    @v1.alt_response(404, "NOT_FOUND")
    @v1.alt_response(410, "GONE")
    @v1.alt_response(422, "UNPROCESSABLE_ENTITY")
    @v1.alt_response(503, "SERVICE_UNAVAILABLE")
    @v1.doc(operationId="listRows", summary="按条件取数据行 · Rows that fit", parameters=ROW_PARAMETERS)
    def get(self, name: str, resource_id: uuid.UUID) -> dict[str, Any]:
        """Rows of the published version, or groups of them; `total` is exact."""
        with reading() as session:
            record = get_public(session, name, today=today()).record
            version = _published(record, resource_id)
            row_store = get_version(session, resource_id, version.number).row_store
        columns = columns_from(version.columns)
        query = parse(request.args.items(multi=True), columns)
        page = house().pool.rows(house().row_stores.path_of(row_store), columns, query)
        count_use(record.uuid, "api")
        keys = [column.key for column in page.columns]
        return {
            "total": page.total,
            "limit": page.limit,
            "offset": page.offset,
            "next_after": page.next_after,
            "next_url": _next_url(feed_site().base_url, _next_page(page, is_grouped=query.grouping is not None)),
            "version": version,
            "columns": page.columns,
            "rows": [dict(zip(keys, row, strict=True)) for row in page.rows],
        }


def _published(record: FeedRecord, resource_id: uuid.UUID) -> RecordVersion:
    """The published version of a file of the entry; raises NotFound("resource_not_queryable")."""
    for resource in record.files:
        if uuid.UUID(resource.id) == resource_id and resource.version is not None:
            return resource.version
    raise NotFound("resource_not_queryable", resource_id=str(resource_id))


def _next_page(page: RowPage, *, is_grouped: bool) -> tuple[str, int] | None:
    """The parameter that leads to the next page: rows by keyset, groups by offset; None on the last one."""
    if page.next_after is not None:
        return "_after", page.next_after
    following = page.offset + len(page.rows)
    has_more = bool(page.rows) and following < page.total
    return ("_offset", following) if is_grouped and has_more else None


def _next_url(base_url: str, following: tuple[str, int] | None) -> str | None:
    if following is None:
        return None
    pairs = [pair for pair in request.args.items(multi=True) if pair[0] not in ("_after", "_offset")]
    return f"{base_url}{request.path}?{urlencode([*pairs, following])}"
