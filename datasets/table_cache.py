"""Row stores of files that were read, kept in one folder so that nothing is read twice; all of it can be made again."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from datasets.ingest.reading import Reading, ReadOptions
from datasets.storage.files import new_file, remove_older
from datasets.storage.row_stores import ROWS_SUFFIX, SUFFIX, RowStores

READING_SUFFIX = ".json"
DEFAULT_BUDGET = 4 << 30
"""Bytes; a row store with its row file takes about as much as the file that was read."""
LEFTOVERS_AFTER = dt.timedelta(days=1)


def key_of_file(path: Path, options: ReadOptions, declared: Sequence[Mapping[str, Any]]) -> str:
    """What decides a reading: the bytes of the file, what was set by hand, and this very program. O(bytes)."""
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    parts = [content, options.as_dict(), [dict(item) for item in declared], _program()]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True, sort_keys=True).encode()).hexdigest()


@lru_cache(maxsize=1)
def _program() -> list[list[object]]:
    """Name, size and time of every module of the engine: another program may read otherwise."""
    root = Path(__file__).parent
    facts = ((path, path.stat()) for path in sorted(root.rglob("*.py")))
    return [[path.relative_to(root).as_posix(), stat.st_size, stat.st_mtime_ns] for path, stat in facts]


class TableCache:
    """Readings with their row stores under `root`. Safe for several processes: files appear whole or not at all."""

    def __init__(self, root: Path, *, budget_bytes: int = DEFAULT_BUDGET) -> None:
        """`root` is made for its owner alone: it holds what the files hold. `budget_bytes` bounds all of it."""
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.stores = RowStores(root)
        self.budget_bytes = budget_bytes

    def store_of(self, key: str) -> Path:
        """The row store of `key`."""
        return self.stores.path_of(key)

    def find(self, key: str) -> Reading | None:
        """The reading that is kept under `key`; None where there is none, or only half of it."""
        store = self.stores.path_of(key)
        if not store.is_file():
            return None
        try:
            reading = Reading.from_dict(json.loads(store.with_suffix(READING_SUFFIX).read_bytes()))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        os.utime(store)
        return reading

    def add(self, key: str, read: Callable[[Path], Reading]) -> Reading:
        """Keep what `read(new row store)` gives; then the tables that were asked longest ago give way to the budget."""
        building = self.stores.start_building()
        try:
            reading = read(building)
            with new_file(self.stores.path_of(key).with_suffix(READING_SUFFIX)) as target:
                target.write_text(json.dumps(reading.as_dict(), ensure_ascii=True))
            self.stores.settle(building, key)
        finally:
            self.stores.discard(building)
        self._give_way(key)
        return reading

    def forget(self, store: Path) -> None:
        """Remove a row store with what belongs to it, for instance because it is damaged."""
        for suffix in (SUFFIX, ROWS_SUFFIX, READING_SUFFIX):
            store.with_suffix(suffix).unlink(missing_ok=True)

    def _give_way(self, newest: str) -> None:
        before = dt.datetime.now(dt.UTC) - LEFTOVERS_AFTER
        remove_older(self.stores.root.glob("*/building-*"), before=before.timestamp())
        stores = [self.stores.path_of(key) for key in self.stores.iter_keys() if not key.startswith("building-")]
        room = self.budget_bytes
        for store in sorted(stores, key=lambda path: (path.stem == newest, path.stat().st_mtime), reverse=True):
            room -= sum(path.stat().st_size for path in store.parent.glob(f"{store.stem}.*"))
            if room < 0 and store.stem != newest:
                self.forget(store)
