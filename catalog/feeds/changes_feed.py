"""The incremental feed: what changed after a number, complete records and tombstones."""

from __future__ import annotations

from typing import Any

import orjson

from catalog.changes import Change, FeedPage
from catalog.feeds.authority import MEDIA_TYPE
from catalog.feeds.records import FeedRecord
from catalog.feeds.records_builder import format_instant
from catalog.feeds.site import Site

MAX_LIMIT = 500
DEFAULT_LIMIT = 100


def write_changes(site: Site, page: FeedPage, *, after: int, limit: int) -> bytes:
    """The answer to one pull. Keep `next` and ask again with it; `has_more` says whether to ask at once.

    `record` is exactly what `hash` was made of: SHA-256 over its JSON with sorted keys and no blanks.
    """
    following = f"{site.base_url}/harvest/changes?after={page.next}&limit={limit}"
    return orjson.dumps(
        {
            "after": after,
            "next": page.next,
            "has_more": page.has_more,
            "next_url": following,
            "records": [_record(site, change) for change in page.records],
            "tombstones": [_tombstone(site, change) for change in page.tombstones],
        }
    )


def _record(site: Site, change: Change) -> dict[str, Any]:
    assert change.record is not None
    return {
        "number": change.number,
        "kind": change.kind,
        "at": format_instant(change.at),
        "hash": change.record_hash,
        "uri": site.dataset(change.name),
        "record": change.record,
        "downloads": downloads_of(site, change.record),
    }


def _tombstone(site: Site, change: Change) -> dict[str, Any]:
    return {
        "number": change.number,
        "kind": change.kind,
        "at": format_instant(change.at),
        "id": str(change.entry_id),
        "name": change.name,
        "uri": site.dataset(change.name),
        "reason": change.reason,
    }


def downloads_of(site: Site, record: FeedRecord) -> dict[str, dict[str, str]]:
    """For each file of the record, by the resource's id: format → address of its published version."""
    return {
        file.id: {suffix: site.data_file(record.name, file.id, suffix) for suffix in MEDIA_TYPE}
        for file in record.files
    }
