"""Differences between versions, made once and kept as row stores in a folder that can be emptied at any time."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from datasets.columns import Column, columns_from
from datasets.differences import Difference, difference_columns, read_difference
from datasets.storage.files import require_space
from datasets.storage.row_stores import RowStores
from datasets.versions import VersionFacts

if TYPE_CHECKING:
    from datasets.query.pool import QueryPool

log = logging.getLogger(__name__)

LAYOUT = 1
"""Grows when differences of an older program must not be shown any more."""


@dataclass(frozen=True, slots=True)
class StoredDifference:
    """A difference with its rows: a row store that answers questions like any other."""

    key: str
    path: Path
    columns: list[Column]
    difference: Difference

    def as_version(self, version: VersionFacts) -> VersionFacts:
        """The rows of the difference as exports take them: facts of `version`, but for the rows themselves."""
        difference = self.difference
        return replace(
            version,
            row_store=self.key,
            columns=[column.as_dict() for column in self.columns],
            row_count=difference.added + difference.removed + 2 * difference.changed,
            content_sha256=self.key,
            csv_sha256="",
        )


class Differences:
    """Makes and keeps differences under `root`, a cache; two askers at once do the work twice and harm nothing."""

    def __init__(self, root: Path, pool: QueryPool, row_stores: RowStores) -> None:
        self.stores = RowStores(root)
        self._pool = pool
        self._row_stores = row_stores

    def get(self, old: VersionFacts, new: VersionFacts) -> StoredDifference:
        """What changed from `old` to `new`, made now if nobody asked before: seconds for a million rows, then a file.

        Raises Busy("row_store_is_broken" | "questions_are_busy" | "disk_full"), TooLarge("question_takes_too_long").
        """
        columns = difference_columns(columns_from(old.columns), columns_from(new.columns))
        key = _key(old, new)
        path = self.stores.path_of(key)
        kept = self._find(path)
        if kept is not None:
            return StoredDifference(key, path, columns, kept)
        require_space(path.parent, old.csv_byte_size + new.csv_byte_size)
        building = self.stores.start_building()
        try:
            difference = self._pool.compare(self._side(old), self._side(new), target=building)
            self.stores.settle(building, key)
        finally:
            self.stores.discard(building)
        return StoredDifference(key, path, columns, difference)

    def sweep(self, *, older_than: dt.datetime) -> int:
        """Remove differences that nobody has asked for since; how many."""
        return self.stores.sweep((), older_than=older_than)

    def _find(self, path: Path) -> Difference | None:
        """The difference that is kept at `path`, which then counts as used just now; None for a damaged one too."""
        import duckdb

        try:
            os.utime(path)
            return read_difference(path)
        except FileNotFoundError:
            return None
        except (duckdb.Error, ValueError, TypeError) as error:
            log.warning("difference %s is damaged (%s) and made again", path.stem, type(error).__name__)
            return None

    def _side(self, version: VersionFacts) -> tuple[Path, list[Column]]:
        return self._row_stores.path_of(version.row_store), columns_from(version.columns)


def _key(old: VersionFacts, new: VersionFacts) -> str:
    sides = [[facts.row_store, [[c.index, c.key, c.name] for c in columns_from(facts.columns)]] for facts in (old, new)]
    return hashlib.sha256(json.dumps([LAYOUT, sides], ensure_ascii=True).encode()).hexdigest()
