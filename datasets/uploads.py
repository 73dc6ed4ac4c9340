"""Files that arrive in pieces, so that a lost connection costs one piece and not the whole upload.

The bytes so far lie in a file whose length *is* the offset: a piece counts once it is on the disk, whatever happens
afterwards. The row says who is uploading what. When all bytes are there the file moves into the blob store.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from datasets.errors import Conflict, Invalid, NotFound, TooLarge
from datasets.ingest.intakes import plain_file_name
from datasets.models import Upload
from datasets.storage.files import disk_full_is_busy, remove_older, require_space, sync_folder
from datasets.storage.interface import BlobStore, ByteStream, StoredBlob

MAX_OPEN = 5
"""Uploads that one account may have under way."""
KEPT_FOR = dt.timedelta(days=2)
"""An upload that nobody continues is given up after so long."""
BLOCK_BYTES = 1 << 20
SUFFIX = ".part"


def begin_upload(
    session: Session,
    *,
    account_id: uuid.UUID,
    file_name: str,
    byte_size: int,
    max_bytes: int,
    now: dt.datetime,
) -> Upload:
    """Note that a file of `byte_size` bytes will arrive.

    Raises Invalid("upload_size_is_bad"), TooLarge("file_too_large"), Conflict("too_many_uploads", limit=…).
    """
    if byte_size < 1:
        raise Invalid("upload_size_is_bad")
    if byte_size > max_bytes:
        raise TooLarge("file_too_large", limit=max_bytes, size=byte_size)
    fresh = Upload.touched_at > now - KEPT_FOR
    is_open = (Upload.account_id == account_id, Upload.blob_sha256.is_(None), fresh)
    if session.scalars(select(func.count()).select_from(Upload).where(*is_open)).one() >= MAX_OPEN:
        raise Conflict("too_many_uploads", limit=MAX_OPEN)
    upload = Upload(
        id=uuid.uuid4(),
        account_id=account_id,
        file_name=plain_file_name(file_name),
        byte_size=byte_size,
        created_at=now,
        touched_at=now,
    )
    session.add(upload)
    session.flush()
    return upload


def get_upload(session: Session, upload_id: uuid.UUID, *, account_id: uuid.UUID) -> Upload:
    """The upload of that person; raises NotFound("upload_not_found"), also for those of others."""
    upload = session.get(Upload, upload_id)
    if upload is None or upload.account_id != account_id:
        raise NotFound("upload_not_found")
    return upload


def forget_uploads(session: Session, *, now: dt.datetime) -> int:
    """Remove uploads that nobody has continued or used for two days; how many."""
    old = list(session.scalars(select(Upload).where(Upload.touched_at < now - KEPT_FOR)))
    for upload in old:
        session.delete(upload)
    return len(old)


class Pieces:
    """The bytes of uploads under way, one file each under `root`. Safe for threads and processes."""

    def __init__(self, root: Path, *, reserve_bytes: int) -> None:
        self.root = root
        self._reserve_bytes = reserve_bytes

    def offset(self, upload: Upload) -> int:
        """How many bytes are safely here."""
        if upload.blob_sha256 is not None:
            return upload.byte_size
        with contextlib.suppress(FileNotFoundError):
            return self._path(upload.id).stat().st_size
        return 0

    def append(self, upload: Upload, offset: int, stream: ByteStream) -> int:
        """Add what `stream` gives behind the first `offset` bytes; the new offset, which holds after a power cut.

        Raises Conflict("upload_offset_differs", offset=…) where another number of bytes is here, Conflict(
        "upload_in_progress") while another request writes, TooLarge("upload_longer_than_announced"), Busy("disk_full").
        What a failed stream brought stays: the next request asks for the offset and goes on.
        """
        require_space(self.root, upload.byte_size - offset, reserve=self._reserve_bytes)
        with self._alone(upload.id) as file:
            present = file.seek(0, os.SEEK_END)
            if offset != present:
                raise Conflict("upload_offset_differs", offset=present)
            try:
                with disk_full_is_busy():
                    _copy(stream, file, upload.byte_size - present)
            finally:
                with disk_full_is_busy():
                    file.flush()
                    os.fsync(file.fileno())
            if present == 0:
                sync_folder(self.root)
            return file.tell()

    def finish(self, upload: Upload, store: BlobStore, *, max_bytes: int) -> StoredBlob:
        """Keep the whole file as a blob. Raises Conflict("upload_is_not_whole", offset=…) while bytes are missing."""
        if upload.blob_sha256 is not None:
            return StoredBlob(upload.blob_sha256, upload.byte_size)
        present = self.offset(upload)
        if present != upload.byte_size:
            raise Conflict("upload_is_not_whole", offset=present, size=upload.byte_size)
        with self._path(upload.id).open("rb") as file:
            return store.put(file, max_bytes=max_bytes, expected_size=upload.byte_size)

    def discard(self, upload_id: uuid.UUID) -> None:
        """Forget the bytes."""
        self._path(upload_id).unlink(missing_ok=True)

    def sweep(self, *, older_than: dt.datetime) -> int:
        """Remove what nobody has added to since; how many."""
        return remove_older(self.root.glob(f"*{SUFFIX}"), before=older_than.timestamp())

    def _path(self, upload_id: uuid.UUID) -> Path:
        return self.root / f"{upload_id.hex}{SUFFIX}"

    @contextmanager
    def _alone(self, upload_id: uuid.UUID) -> Iterator[BinaryIO]:
        """The file, open for adding to its end, held against other requests."""
        self.root.mkdir(parents=True, exist_ok=True)
        with self._path(upload_id).open("ab") as file:
            with contextlib.suppress(ImportError):
                import fcntl

                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise Conflict("upload_in_progress") from None
            yield file


def _copy(stream: ByteStream, file: BinaryIO, room: int) -> None:
    while block := stream.read(BLOCK_BYTES):
        if len(block) > room:
            raise TooLarge("upload_longer_than_announced")
        file.write(block)
        room -= len(block)
