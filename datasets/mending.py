"""Row stores that were lost or damaged are made again from original and recipe, and must give the same bytes.

Whoever meets a broken store leaves a mark: an empty file named after its key, which costs a request nothing. The worker
looks for marks every few seconds. A store that was marked by mistake (a full disk, a killed child) is left as it is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
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
from datasets.storage.interface import BlobStore
from datasets.storage.row_stores import KEY, RowStores

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Original:
    """What a row store is made from, the columns it is read as, and the digest that its whole CSV must have."""

    row_store: str
    blob_sha256: str
    recipe: Recipe
    columns: list[Column]
    csv_sha256: str


class Marks:
    """Keys of row stores that somebody found broken, as files in `folder`."""

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

    def clear(self, key: str) -> None:
        """The store is whole again, or nobody needs it."""
        (self.folder / key).unlink(missing_ok=True)


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
) -> bool:
    """Make a row store again, unless `is_whole` finds nothing wrong with it; False where that was not possible.

    The new one takes the place of the old in one step, and only if its CSV has the recorded digest.
    """
    path = row_stores.path_of(original.row_store)
    if path.is_file() and is_whole(path):
        return True
    building = row_stores.start_building()
    try:
        reading = rebuild(store.path(original.blob_sha256), original.recipe, row_store=building, limits=limits)
        if reading.csv_sha256 != original.csv_sha256:
            log.error("row store %s came out different from what was published", original.row_store)
            return False
        row_stores.settle(building, original.row_store)
    except DomainError as error:
        log.error("row store %s could not be made again: %s", original.row_store, error.code)
        return False
    finally:
        row_stores.discard(building)
    log.warning("row store %s was made again", original.row_store)
    return True
