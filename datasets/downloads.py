"""Downloads are files: written once per content, question and format, then served from the disk as often as asked.

Nothing can break inside an answer that is a finished file; Range, ETag and a true length come for free, and the second
person who asks the same costs nothing. The folder is a cache: everything in it can be made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from datasets.columns import columns_from
from datasets.errors import Busy, Invalid
from datasets.formats import BUNDLE_MEDIA_TYPE, FORMATS
from datasets.query.exporting import Written
from datasets.query.pool import QueryPool
from datasets.query.question import EVERYTHING, Query, canonical
from datasets.storage.files import new_file, require_space
from datasets.storage.row_stores import RowStores
from datasets.versions import VersionFacts

log = logging.getLogger(__name__)

LAYOUT = 1
"""Grows when files of an older program must not be served any more."""
PATIENCE = 120.0
"""Seconds that a second asker waits for the file that a first one is having made."""
DEFAULT_BUDGET = 4 << 30


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A finished file, to be sent as it is; its strong ETag is the SHA-256 of its bytes."""

    path: Path
    sha256: str
    byte_size: int
    row_count: int
    media_type: str


class Downloads:
    """Makes and keeps export files under `root`. Safe for threads and for several processes on one folder."""

    def __init__(
        self, root: Path, pool: QueryPool, row_stores: RowStores, *, budget_bytes: int = DEFAULT_BUDGET
    ) -> None:
        self.root = root
        self._pool = pool
        self._row_stores = row_stores
        self._budget_bytes = budget_bytes
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def export(self, version: VersionFacts, query: Query | None, format_key: str) -> ExportFile:
        """The rows of `version` that `query` asks for (None: all) as a file; `_offset` and `_after` have no meaning.

        Raises Invalid("unknown_format"), NotFound("row_store_not_found"), TooLarge("too_many_rows_for_format" |
        "question_takes_too_long"), Busy("disk_full" | "questions_are_busy" | "export_in_progress").
        """
        if format_key not in FORMATS:
            raise Invalid("unknown_format", format=format_key[:40], known=list(FORMATS))
        chosen = FORMATS[format_key]
        store = self._row_stores.get(version.row_store)
        columns = columns_from(version.columns)
        asked = query.at() if query else EVERYTHING
        filtered = asked != EVERYTHING

        def write(target: Path) -> Written:
            written = self._pool.export(store, columns, asked, format_key, target)
            if format_key == "csv" and not filtered and written.sha256 != version.csv_sha256:
                log.error("the CSV of row store %s is not what intake recorded", version.row_store)
                raise Busy("export_differs")
            return written

        key = _key("export", version, format_key, chosen.revision, canonical(asked))
        path, written = self._once(key, chosen.suffix, write)
        return _file(path, written, chosen.media_type)

    def bundle(
        self, version: VersionFacts, texts: Iterable[tuple[str, str]], *, csv_name: str = "data.csv"
    ) -> ExportFile:
        """A zip of the whole CSV under `csv_name` and of `texts` (file name, content), such as the data dictionary."""
        csv = self.export(version, None, "csv")
        members = list(texts)

        def write(target: Path) -> Written:
            return self._pool.bundle([(csv_name, csv.path)], members, target)

        path, written = self._once(_key("bundle", version, csv.sha256, csv_name, members), ".zip", write)
        return _file(path, written, BUNDLE_MEDIA_TYPE)

    def sweep(self) -> int:
        """Remove the files used longest ago until the folder keeps its budget, and old leftovers; how many."""
        removed = 0
        old = time.time() - 3600
        found = [(path, path.stat()) for path in self.root.glob("??/*") if path.is_file()]
        for path, facts in found:
            if (path.name.startswith(".") or path.suffix == ".lock") and facts.st_mtime < old:
                path.unlink(missing_ok=True)
                removed += path.suffix != ".lock"
        kept = [(facts.st_mtime, facts.st_size, path) for path, facts in found if not path.name.startswith(".")]
        excess = sum(size for _, size, _ in kept) - self._budget_bytes
        for _, size, path in sorted(kept):
            if excess <= 0:
                break
            path.unlink(missing_ok=True)
            excess -= size
            removed += 1
        return removed

    def _once(self, key: str, suffix: str, write: Callable[[Path], Written]) -> tuple[Path, Written]:
        """The file of `key`, made by `write` if it is not there; many askers at once have it made once."""
        path = self.root / key[:2] / f"{key}{suffix}"
        if found := _find(path):
            return path, found
        with self._alone(key):
            if found := _find(path):
                return path, found
            require_space(path.parent)
            with new_file(path) as temporary:
                written = write(temporary)
            with new_file(_facts_path(path)) as temporary:
                temporary.write_text(json.dumps(asdict(written)), "utf-8")
        self._keep_budget(written.byte_size)
        return path, written

    @contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        """Hold the key against other threads and other processes. Raises Busy("export_in_progress")."""
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        if not lock.acquire(timeout=PATIENCE):
            raise Busy("export_in_progress")
        try:
            with _locked(self.root / key[:2] / f"{key}.lock"):
                yield
        finally:
            lock.release()
            with self._guard:
                if not lock.locked():
                    self._locks.pop(key, None)

    def _keep_budget(self, byte_size: int) -> None:
        """Sweep after big files only: small ones wait for the job."""
        if byte_size > self._budget_bytes // 64:
            self.sweep()


def _key(*parts: object) -> str:
    """An address for everything that decides the bytes of a file."""
    plain = [_plain(part) for part in (LAYOUT, *parts)]
    return hashlib.sha256(json.dumps(plain, ensure_ascii=True).encode()).hexdigest()


def _plain(part: object) -> object:
    if isinstance(part, VersionFacts):
        names = [[column.index, column.key, column.name, column.type] for column in columns_from(part.columns)]
        return [part.row_store, part.content_sha256, names]
    return part


def _find(path: Path) -> Written | None:
    """The facts of a finished file, which then counts as used just now."""
    try:
        facts = Written(**json.loads(_facts_path(path).read_text("utf-8")))
        if path.stat().st_size != facts.byte_size:
            return None
        os.utime(path)
        os.utime(_facts_path(path))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return facts


def _facts_path(path: Path) -> Path:
    return path.with_name(path.name + ".facts")


def _file(path: Path, written: Written, media_type: str) -> ExportFile:
    return ExportFile(
        path=path,
        sha256=written.sha256,
        byte_size=written.byte_size,
        row_count=written.row_count,
        media_type=media_type,
    )


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold an advisory lock between processes, where the system has them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        import fcntl
    except ImportError:
        yield
        return
    with path.open("a") as file:
        deadline = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            if time.monotonic() > deadline:
                raise Busy("export_in_progress")
            time.sleep(0.05)
        yield
