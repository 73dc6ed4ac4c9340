"""Row stores that were lost or damaged are made again from original and recipe, and must give the same bytes.

Whoever meets a broken store leaves a mark: an empty file named after its key, which costs a request nothing. The worker
looks for marks every few seconds. A store that was marked by mistake (a full disk, a killed child) is left as it is.
A mark that comes again, or that cannot be helped because the original is lost, is looked at ever more seldom.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from datasets.columns import Column, columns_from
from datasets.errors import DomainError
from datasets.ingest.reader import rebuild
from datasets.ingest.reading import Recipe
from datasets.models import DataVersion
from datasets.sandbox import Limits
from datasets.storage.files import remove_older
from datasets.storage.interface import BlobStore
from datasets.storage.row_stores import KEY, RowStores

log = logging.getLogger(__name__)

FIRST_PAUSE = 60.0
LONGEST_PAUSE = 6 * 3600.0
"""Seconds after which a store that was looked at is looked at again: a minute, then four times as long each time."""
FORGET_AFTER = 2 * 86_400.0
"""A store that has had no mark for so long begins anew."""
TRIES, LOCK = ".tries", ".lock"


@dataclass(frozen=True, slots=True)
class Original:
    """What a row store is made from, the columns it is read as, and the digest that its whole CSV must have."""

    row_store: str
    blob_sha256: str
    recipe: Recipe
    columns: list[Column]
    csv_sha256: str


class Marks:
    """Keys of row stores that somebody found broken, as files in `folder`; beside them how often each was looked at."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, store: Path) -> None:
        """Mark the row store at that path; marking twice is marking once."""
        if KEY.fullmatch(store.stem):
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / store.stem).touch()

    def list_keys(self) -> list[str]:
        """The marked keys, in order."""
        return sorted(path.name for path in self.folder.glob("*") if KEY.fullmatch(path.name))

    def list_due(self, now: float) -> list[str]:
        """The marked keys that may be looked at at the Unix time `now`, in order."""
        return [key for key in self.list_keys() if now >= self._due_at(key)]

    def clear(self, key: str) -> None:
        """The store is whole again, or nobody needs it."""
        (self.folder / key).unlink(missing_ok=True)

    def count_tries(self, key: str) -> int:
        """How often the store was looked at of late."""
        with contextlib.suppress(FileNotFoundError, ValueError):
            return int((self.folder / f"{key}{TRIES}").read_text("ascii"))
        return 0

    def note_try(self, key: str) -> None:
        """The store was looked at just now: the next time it will be left alone for longer."""
        (self.folder / f"{key}{TRIES}").write_text(str(self.count_tries(key) + 1), "ascii")

    @contextmanager
    def alone(self, key: str) -> Iterator[bool]:
        """Hold the key against other workers; gives False where one of them has it, or has cleared its mark."""
        try:
            import fcntl
        except ImportError:
            yield True
            return
        with (self.folder / f"{key}{LOCK}").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield (self.folder / key).exists()

    def sweep(self, now: float) -> int:
        """Forget what was looked at long ago; how many."""
        old = (path for path in self.folder.glob("*") if path.suffix in (TRIES, LOCK))
        return remove_older(old, before=now - FORGET_AFTER)

    def _due_at(self, key: str) -> float:
        tries = self.count_tries(key)
        if not tries:
            return 0.0
        with contextlib.suppress(FileNotFoundError):
            pause = min(FIRST_PAUSE * 4.0 ** min(tries - 1, 9), LONGEST_PAUSE)
            last = (self.folder / f"{key}{TRIES}").stat().st_mtime
            return last + float(pause)
        return 0.0


def find_original(session: Session, key: str) -> Original | None:
    """What the row store `key` is made from; None when no version names it."""
    version = session.scalars(select(DataVersion).where(DataVersion.row_store == key).limit(1)).first()
    if version is None:
        return None
    recipe = Recipe.from_dict(version.recipe)
    return Original(key, version.blob_sha256, recipe, columns_from(version.columns), version.csv_sha256)


def iter_unbuilt(session: Session, row_stores: RowStores) -> Iterator[str]:
    """Keys of the stores that published versions name and that do not stand. O(published versions)."""
    for key in session.scalars(select(DataVersion.row_store).where(DataVersion.state == "published").distinct()):
        if not row_stores.exists(key):
            yield key


def mend(
    store: BlobStore,
    row_stores: RowStores,
    original: Original,
    *,
    limits: Limits | None = None,
    is_whole: Callable[[Path], bool] = lambda path: False,
    is_first: bool = True,
) -> bool:
    """Make a row store again, unless `is_whole` finds nothing wrong with it; False where that was not possible.

    The new one takes the place of the old in one step, and only if its CSV has the recorded digest. Why it was not
    possible is told to the operator at the first try only.
    """
    level = logging.ERROR if is_first else logging.DEBUG
    path = row_stores.path_of(original.row_store)
    if path.is_file() and is_whole(path):
        return True
    building = row_stores.start_building()
    try:
        reading = rebuild(store.path(original.blob_sha256), original.recipe, row_store=building, limits=limits)
        if reading.csv_sha256 != original.csv_sha256:
            log.log(level, "row store %s came out different from what was published", original.row_store)
            return False
        row_stores.settle(building, original.row_store)
    except DomainError as error:
        log.log(level, "row store %s could not be made again: %s", original.row_store, error.code)
        return False
    finally:
        row_stores.discard(building)
    log.warning("row store %s was made again", original.row_store)
    return True
