"""Whole feeds as files: written once per state of the catalog, then served with a true length, ETag and Range."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from catalog.errors import Busy

KEEP_SECONDS = 3600
"""Files of former states stay so long for those who are still reading them."""


@dataclass(frozen=True, slots=True)
class SpoolFile:
    """A complete feed file; `digest` names its bytes, `count` how many records it holds."""

    path: Path
    digest: str
    count: int

    @property
    def byte_size(self) -> int:
        """Size in bytes."""
        return self.path.stat().st_size

    @property
    def modified_at(self) -> dt.datetime:
        """The instant of the catalog change that the file reflects."""
        return dt.datetime.fromtimestamp(self.path.stat().st_mtime, dt.UTC)


class Spool:
    """Feed files under one folder, as `{feed}/{state}/{part}.{count}.{digest}.{suffix}`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def find(self, feed: str, state: str, part: str) -> SpoolFile | None:
        """The file of this part at this state, if it has been written."""
        for path in (self.root / feed / state).glob(f"{part}.*.*.*"):
            _, count, digest, _ = path.name.split(".", 3)
            return SpoolFile(path, digest, int(count))
        return None

    def get(
        self,
        feed: str,
        state: str,
        part: str,
        *,
        suffix: str,
        changed_at: dt.datetime,
        write: Callable[[], tuple[Iterable[bytes], Callable[[], int]]],
    ) -> SpoolFile:
        """The file of this part, written if need be: `write` gives its pieces and, once they are used up, the count.

        Two processes may write the same file at once; both write the same bytes. A failure leaves no file. Raises
        Busy("feed_not_written") when the disk refuses.
        """
        found = self.find(feed, state, part)
        if found is not None:
            return found
        folder = self.root / feed / state
        fresh = folder / f"_{uuid.uuid4().hex}"
        try:
            is_new_state = not folder.is_dir()
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            pieces, count = write()
            digest = _write(fresh, pieces)
            os.utime(fresh, (changed_at.timestamp(), changed_at.timestamp()))
            written = fresh.replace(folder / f"{part}.{count()}.{digest}.{suffix}")
        except OSError as error:
            raise Busy("feed_not_written", cause=error.strerror or "") from error
        finally:
            fresh.unlink(missing_ok=True)
        if is_new_state:
            self._sweep(feed, keep=state)
        return SpoolFile(written, digest, count())

    def _sweep(self, feed: str, *, keep: str) -> None:
        """Remove former states that nobody can still be reading."""
        limit = time.time() - KEEP_SECONDS
        for folder in (self.root / feed).iterdir():
            if folder.name != keep and folder.stat().st_ctime < limit:
                shutil.rmtree(folder, ignore_errors=True)


def _write(path: Path, pieces: Iterable[bytes]) -> str:
    hasher = hashlib.sha256()
    with path.open("xb") as file:
        for piece in pieces:
            hasher.update(piece)
            file.write(piece)
    return hasher.hexdigest()[:32]
