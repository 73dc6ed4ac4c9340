"""Files that appear whole or not at all: written under another name, flushed to the disk, then renamed."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from datasets.errors import Busy

RESERVE_BYTES = 64 * 1024 * 1024
"""Free space that uploads and exports leave for the database and the logs."""

WATCH_SECONDS = 1.0
MOST_SHARE = 0.95
"""The size is an estimate: a file is whole when it is, not before."""

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def new_file(final: Path, *, scratch: Path | None = None) -> Iterator[Path]:
    """Yield a path to write; when the block ends well, the file is on the disk under the name `final`.

    When the block raises, nothing remains. `scratch` is a folder of the same file system (default: that of `final`).
    Raises Busy("disk_full") when the disk, a quota or a file-size limit is exhausted.
    """
    folder = scratch or final.parent
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{uuid.uuid4().hex}.part"
    try:
        with disk_full_is_busy():
            yield temporary
            move_safely(temporary, final)
    finally:
        temporary.unlink(missing_ok=True)


def move_safely(temporary: Path, final: Path) -> None:
    """Give a written file its name so that after a power cut it is there whole, or not at all."""
    sync_file(temporary)
    final.parent.mkdir(parents=True, exist_ok=True)
    temporary.replace(final)
    sync_folder(final.parent)


@contextmanager
def disk_full_is_busy() -> Iterator[None]:
    """Turn the system's "no space left" into Busy("disk_full")."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise Busy("disk_full") from error
        raise


def require_space(folder: Path, byte_size: int = 0, *, reserve: int = RESERVE_BYTES) -> None:
    """Raise Busy("disk_full") unless `folder` can take `byte_size` bytes and keep the reserve."""
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < byte_size + reserve:
        raise Busy("disk_full")


@contextmanager
def watched(path: Path, byte_size: int, on_share: Callable[[float], None] | None) -> Iterator[None]:
    """Tell `on_share` now and then how much of about `byte_size` bytes is in the file that the block has written."""
    if on_share is None:
        yield
        return
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(WATCH_SECONDS):
            with contextlib.suppress(FileNotFoundError):
                on_share(min(path.stat().st_size / max(byte_size, 1), MOST_SHARE))

    watcher = threading.Thread(target=watch, daemon=True, name="watch-file")
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def sync_file(path: Path) -> None:
    """Flush a file's bytes to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Flush a folder's names to the disk, where the system can do that."""
    with contextlib.suppress(PermissionError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_older(files: Iterable[Path], *, before: float) -> int:
    """Remove the files last touched before the Unix time `before`; how many. Files that vanish meanwhile are fine."""
    count = 0
    for path in files:
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                path.unlink()
                count += 1
    return count
