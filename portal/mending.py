"""The worker's care for row stores: those that were marked as broken, and published ones that do not stand."""

from __future__ import annotations

import logging
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from datasets.errors import DomainError
from datasets.mending import Original, find_original, iter_unbuilt, mend
from portal.uploading import JOB_LIMITS

if TYPE_CHECKING:
    from portal.house import House

log = logging.getLogger(__name__)


def mend_marked(house: House) -> None:
    """Look at each marked row store: whole ones lose their mark, broken ones are made again, lost originals stay."""
    for key in house.marks.list_keys():
        with house.database.reading() as session:
            original = find_original(session, key)
        if original is not None:
            mend(
                house.store, house.row_stores, original, limits=JOB_LIMITS, is_whole=partial(_is_whole, house, original)
            )
        house.marks.clear(key)


def mark_unbuilt(house: House) -> int:
    """Mark the published row stores that do not stand (after a restore without them); how many."""
    with house.database.reading() as session:
        keys = list(iter_unbuilt(session, house.row_stores))
    for key in keys:
        house.marks.add(house.row_stores.path_of(key))
    return len(keys)


def _is_whole(house: House, original: Original, store: Path) -> bool:
    """Whether the store still gives the CSV that was published, every byte of it."""
    with tempfile.TemporaryDirectory(dir=house.settings.folder("tmp")) as folder:
        try:
            written = house.pool.export(store, original.columns, None, "csv", Path(folder) / "whole.csv")
        except DomainError as error:
            log.info("row store %s cannot be read whole: %s", original.row_store, error.code)
            return False
    return written.sha256 == original.csv_sha256
