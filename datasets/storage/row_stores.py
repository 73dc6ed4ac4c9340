"""The folder of row stores: one read-only DuckDB file per key, each rebuildable from original and recipe."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Collection, Iterator
from pathlib import Path

from datasets.errors import NotFound
from datasets.rowfile import bind_row_file
from datasets.storage.files import remove_older

KEY = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,79}")
SUFFIX = ".duckdb"
ROWS_SUFFIX = ".rows"
"""The row file beside a row store: the same rows for fetching by number (`datasets.rowfile`)."""


class RowStores:
    """Row stores under `root`, two letters of the key per folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path_of(self, key: str) -> Path:
        """Where the row store of `key` stands or will stand; its folder exists afterwards.

        Raises NotFound("row_store_not_found") for what can be no key.
        """
        if not KEY.fullmatch(key):
            raise NotFound("row_store_not_found", key=key)
        path = self.root / key[:2] / f"{key}{SUFFIX}"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def get(self, key: str) -> Path:
        """The file of a row store. Raises NotFound("row_store_not_found") where it must be rebuilt first."""
        if not self.exists(key):
            raise NotFound("row_store_not_found", key=key)
        return self.path_of(key)

    def exists(self, key: str) -> bool:
        """Whether the row store of `key` has been built."""
        return KEY.fullmatch(key) is not None and self.path_of(key).is_file()

    def start_building(self) -> Path:
        """A path under which a new row store can be written; `settle` gives it its place."""
        return self.path_of(f"building-{uuid.uuid4().hex}")

    def settle(self, building: Path, key: str) -> None:
        """Put a finished row store in its place, its row file first: whoever finds the store finds both."""
        path = self.path_of(key)
        rows = building.with_suffix(ROWS_SUFFIX)
        if rows.is_file():
            bind_row_file(rows, key)
            rows.replace(path.with_suffix(ROWS_SUFFIX))
        building.replace(path)

    def discard(self, building: Path) -> None:
        """Remove what is left of a build."""
        for suffix in (SUFFIX, ROWS_SUFFIX):
            building.with_suffix(suffix).unlink(missing_ok=True)

    def iter_keys(self) -> Iterator[str]:
        """The keys of all row stores, in order. O(stores)."""
        for path in sorted(self.root.glob(f"*/*{SUFFIX}")):
            if KEY.fullmatch(path.stem):
                yield path.stem

    def sweep(self, keep: Collection[str], *, older_than: dt.datetime) -> int:
        """Remove row stores that are not in `keep` and leftovers of broken builds, if older than that; how many."""
        kept = frozenset(keep)
        return remove_older(
            (
                path
                for path in self.root.glob("*/*")
                if path.suffix not in (SUFFIX, ROWS_SUFFIX) or path.stem not in kept
            ),
            before=older_than.timestamp(),
        )
