"""Downloads are files: written once per content, question and format, then served from the disk as often as asked.

Nothing can break inside an answer that is a finished file; Range, ETag and a true length come for free, and the second
person who asks the same costs nothing. The folder is a cache: everything in it can be made again.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from datasets.errors import Busy, DomainError, pack_error, unpack_error
from datasets.export_plans import ExportPlan, key_of, plan_export
from datasets.formats import BUNDLE_MEDIA_TYPE, WHOLE_ENCODING
from datasets.query.exporting import Written
from datasets.query.pool import QueryPool
from datasets.query.question import EVERYTHING, Query
from datasets.storage.files import new_file, require_space, watched
from datasets.storage.row_stores import RowStores
from datasets.versions import VersionFacts

log = logging.getLogger(__name__)

LOCK, PROBLEM = ".lock", ".problem"
"""Endings of what stands beside the files: who writes one just now, and why one could not be written."""
FAILURE_SECONDS = 600
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

    def export(
        self, version: VersionFacts, query: Query | None, format_key: str, *, encoding: str = WHOLE_ENCODING
    ) -> ExportFile:
        """The rows of `version` that `query` asks for (None: all) as a file. Raises as `plan_export` and `make`."""
        return self.make(plan_export(version, query, format_key, encoding))

    def make(self, plan: ExportPlan, *, on_progress: Callable[[float], None] | None = None) -> ExportFile:
        """The file of `plan`, written now if it is not there. `on_progress` hears about which share is written.

        Raises TooLarge("too_many_rows_for_format" | "question_takes_too_long" | "question_needs_too_much_memory"),
        Busy("row_store_is_broken" | "disk_full" | "questions_are_busy" | "export_in_progress").
        """
        store = self._row_stores.path_of(plan.version.row_store)

        def write(target: Path) -> Written:
            asked = store, plan.columns, plan.query, plan.format.key, target
            with watched(target, plan.estimate_bytes(plan.version.row_count), on_progress):
                written = self._pool.export(*asked, encoding=plan.encoding)
            if plan.is_whole_csv and plan.version.csv_sha256 not in ("", written.sha256):
                self._pool.tell_broken(store)
                log.error("the CSV of row store %s is not what intake recorded", plan.version.row_store)
                raise Busy("export_differs")
            return written

        path, written = self._once(plan.key, plan.format.suffix, write, lambda: self._require_space(plan))
        return _file(path, written, plan.media_type)

    def find(self, plan: ExportPlan) -> ExportFile | None:
        """The file of `plan` if it has been made."""
        path = self._path(plan.key, plan.format.suffix)
        written = _find(path)
        return _file(path, written, plan.media_type) if written else None

    def is_large(self, plan: ExportPlan) -> bool:
        """Whether writing it takes longer than a person should wait for. May count the rows: raises as `pool.rows`."""
        most = plan.format.cells_at_once
        if most is None or plan.count_cells(plan.version.row_count) <= most:
            return False
        return plan.count_cells(self.count_rows(plan)) > most

    def count_rows(self, plan: ExportPlan) -> int:
        """How many rows, or groups, the file will have."""
        count = plan.version.row_count
        if plan.query != EVERYTHING:
            store = self._row_stores.path_of(plan.version.row_store)
            count = self._pool.rows(store, plan.columns, plan.query.at(limit=1)).total
        return min(count, plan.query.limit or count)

    def note_failure(self, plan: ExportPlan, error: DomainError) -> None:
        """Keep why the file of `plan` cannot be made, for those who wait for it."""
        with new_file(self._path(plan.key, PROBLEM)) as temporary:
            temporary.write_text(json.dumps(pack_error(error)), "utf-8")

    def find_failure(self, plan: ExportPlan) -> DomainError | None:
        """Why the file of `plan` could not be made of late; later it is worth another try."""
        path = self._path(plan.key, PROBLEM)
        try:
            if path.stat().st_mtime < time.time() - FAILURE_SECONDS:
                return None
            return unpack_error(json.loads(path.read_text("utf-8")))
        except (FileNotFoundError, ValueError):
            return None

    def bundle(
        self, version: VersionFacts, texts: Iterable[tuple[str, str]], *, csv_name: str = "data.csv"
    ) -> ExportFile:
        """A zip of the whole CSV under `csv_name` and of `texts` (file name, content), such as the data dictionary."""
        csv = self.export(version, None, "csv")
        members = list(texts)

        def write(target: Path) -> Written:
            return self._pool.bundle([(csv_name, csv.path)], members, target)

        key = key_of("bundle", version, csv.sha256, csv_name, members)
        space = partial(require_space, self.root, csv.byte_size)
        path, written = self._once(key, ".zip", write, space)
        return _file(path, written, BUNDLE_MEDIA_TYPE)

    def sweep(self) -> int:
        """Remove the files used longest ago until the folder keeps its budget, and old leftovers; how many."""
        removed = 0
        old = time.time() - 3600
        found = [(path, path.stat()) for path in self.root.glob("??/*") if not path.is_dir()]
        for path, facts in found:
            if (path.name.startswith(".") or path.suffix in (LOCK, PROBLEM)) and facts.st_mtime < old:
                path.unlink(missing_ok=True)
                removed += path.suffix != LOCK
        kept = [(facts.st_mtime, facts.st_size, path) for path, facts in found if not path.name.startswith(".")]
        excess = sum(size for _, size, _ in kept) - self._budget_bytes
        for _, size, path in sorted(kept):
            if excess <= 0:
                break
            path.unlink(missing_ok=True)
            excess -= size
            removed += 1
        return removed

    def _path(self, key: str, suffix: str) -> Path:
        return self.root / key[:2] / f"{key}{suffix}"

    def _require_space(self, plan: ExportPlan) -> None:
        """Raise Busy("disk_full") unless the file will fit; rows are counted only where all of them would not."""
        try:
            require_space(self.root, plan.estimate_bytes(plan.version.row_count))
        except Busy:
            require_space(self.root, plan.estimate_bytes(self.count_rows(plan)))

    def _once(
        self, key: str, suffix: str, write: Callable[[Path], Written], require: Callable[[], None]
    ) -> tuple[Path, Written]:
        """The file of `key`, made by `write` if it is not there and there is room; many askers have it made once."""
        path = self._path(key, suffix)
        if found := _find(path):
            return path, found
        with self._alone(key):
            if found := _find(path):
                return path, found
            require()
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
            with _locked(self.root / key[:2] / f"{key}{LOCK}"):
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
