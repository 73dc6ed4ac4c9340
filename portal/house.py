"""The house: everything a running portal holds besides its database rows, built once per process."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from datasets.clock import Clock, day_of, system_clock
from datasets.engine import make_engine
from portal.caching import PageCache
from portal.db import Database
from portal.followers import Generation
from portal.settings import Settings

if TYPE_CHECKING:
    from catalog.search import SearchIndex
    from datasets.difference_store import Differences
    from datasets.downloads import Downloads
    from datasets.mending import Marks
    from datasets.query.pool import QueryPool
    from datasets.storage.local import LocalStore
    from datasets.storage.row_stores import RowStores
    from datasets.uploads import Pieces
    from datasets.usage import UsageLog


@dataclass
class House:
    """What views, jobs and commands work with. Heavy rooms open on first use, so that start-up stays quick."""

    settings: Settings
    database: Database
    clock: Clock = system_clock
    generation: Generation = field(init=False)
    """Number of the last public change: the key of every cached page."""
    cache: PageCache = field(init=False)

    def __post_init__(self) -> None:
        self.generation = Generation(self.database, self.settings.home / "wake")
        self.cache = PageCache(self.settings)
        self.database.on_commit(self.generation.wake)

    @property
    def home(self) -> Path:
        """KAIFANG_HOME."""
        return self.settings.home

    def now(self) -> dt.datetime:
        """The present instant, aware, UTC."""
        return self.clock()

    def today(self) -> dt.date:
        """The present day in Shanghai."""
        return day_of(self.clock())

    @cached_property
    def store(self) -> LocalStore:
        """Content-addressed originals."""
        from datasets.storage.local import LocalStore

        return LocalStore(self.settings.storage_root, reserve_bytes=self.settings.disk_reserve_mb * 1_000_000)

    @cached_property
    def pieces(self) -> Pieces:
        """Files that are arriving in pieces."""
        from datasets.uploads import Pieces

        return Pieces(self.settings.folder("uploads"), reserve_bytes=self.settings.disk_reserve_mb * 1_000_000)

    @cached_property
    def row_stores(self) -> RowStores:
        """The DuckDB file of each data version."""
        from datasets.storage.row_stores import RowStores

        return RowStores(self.settings.folder("row_stores"))

    @cached_property
    def pool(self) -> QueryPool:
        """Killable children that answer questions about rows."""
        from datasets.query.pool import QueryPool

        pool = QueryPool()
        pool.on_broken = self.marks.add
        return pool

    @cached_property
    def marks(self) -> Marks:
        """Row stores that somebody found broken; the worker makes them again."""
        from datasets.mending import Marks

        return Marks(self.settings.folder("broken"))

    @cached_property
    def differences(self) -> Differences:
        """What changed between versions, made when first asked for."""
        from datasets.difference_store import Differences

        return Differences(self.settings.folder("differences"), self.pool, self.row_stores)

    @cached_property
    def downloads(self) -> Downloads:
        """Exports: files made once per content, question and format."""
        from datasets.downloads import Downloads

        return Downloads(self.settings.folder("downloads"), self.pool, self.row_stores)

    @cached_property
    def difference_downloads(self) -> Downloads:
        """Exports of differences, in the same folder under the same budget."""
        from datasets.downloads import Downloads

        return Downloads(self.settings.folder("downloads"), self.pool, self.differences.stores)

    @cached_property
    def usage(self) -> UsageLog:
        """Counts of views and downloads, spooled off the request path."""
        from datasets.usage import UsageLog

        return UsageLog(self.settings.folder("usage"))

    @cached_property
    def search(self) -> SearchIndex:
        """The full-text index over public entries."""
        from catalog.search import SearchIndex

        return SearchIndex(self.settings.folder("index"))

    def is_search_behind(self) -> bool:
        """Whether the index has not yet taken in the last public change."""
        return self.search.change_number() != self.generation.number()

    def free_disk_mb(self) -> int:
        """Megabytes free where the home lies."""
        return shutil.disk_usage(self.home).free // 1_000_000

    def close(self) -> None:
        """End children and connections; the house cannot be used afterwards."""
        if "pool" in self.__dict__:
            self.pool.close()
        self.database.engine.dispose()


def build_house(settings: Settings, *, clock: Clock = system_clock) -> House:
    """Open the database of `settings` (without migrating it) and furnish the house."""
    return House(settings=settings, database=Database(make_engine(settings.database_url)), clock=clock)
