"""The worker's care for row stores: those that were marked as broken, and published ones that do not stand."""

from __future__ import annotations

import logging
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from datasets.errors import DomainError
from datasets.mending import Original, find_original, iter_unbuilt, mend
from datasets.rowfile import is_row_file_whole

if TYPE_CHECKING:
    from portal.house import House

log = logging.getLogger(__name__)


def mend_marked(house: House) -> None:
    """Look at each marked row store that is due: whole ones lose their mark, broken ones are made again.

    What cannot be made again keeps its mark and is tried later, ever more seldom: an original may come back from a
    backup. A damaged difference between versions is only forgotten: it is made when somebody asks for it.
    """
    for key in house.marks.list_due(time.time()):
        with house.marks.alone(key) as is_mine:
            if is_mine:
                _look_at(house, key)


def _look_at(house: House, key: str) -> None:
    with house.database.reading() as session:
        original = find_original(session, key)
    if original is None:
        house.differences.stores.discard(house.differences.stores.path_of(key))
        house.marks.clear(key)
        return
    is_first = not house.marks.count_tries(key)
    house.marks.note_try(key)
    whole = partial(_is_whole, house, original)
    if mend(house.store, house.row_stores, original, is_whole=whole, is_first=is_first):
        house.marks.clear(key)


def mark_unbuilt(house: House) -> int:
    """Mark the published row stores that do not stand (after a restore without them); how many."""
    with house.database.reading() as session:
        keys = list(iter_unbuilt(session, house.row_stores))
    for key in keys:
        house.marks.add(house.row_stores.path_of(key))
    return len(keys)


def _is_whole(house: House, original: Original, store: Path) -> bool:
    """Whether the store still gives the CSV that was published, every byte of it, and its row file can be read."""
    with tempfile.TemporaryDirectory(dir=house.settings.folder("tmp")) as folder:
        try:
            written = house.pool.export(store, original.columns, None, "csv", Path(folder) / "whole.csv")
        except DomainError as error:
            log.info("row store %s cannot be read whole: %s", original.row_store, error.code)
            return False
    return written.sha256 == original.csv_sha256 and is_row_file_whole(store, row_count=written.row_count)
