"""Blobs as files of one folder, named by the SHA-256 of their bytes."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import uuid
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO

from datasets.errors import Invalid, NotFound, TooLarge
from datasets.storage.files import RESERVE_BYTES, disk_full_is_busy, move_safely, remove_older, require_space
from datasets.storage.interface import BlobFault, ByteStream, StoredBlob

BLOCK_BYTES = 1 << 20
DIGEST = re.compile(r"[0-9a-f]{64}")


class LocalStore:
    """A `BlobStore` under `root`: blobs/ab/cd/abcd…, read-only files; puts in progress under incoming/."""

    def __init__(self, root: Path, *, reserve_bytes: int = RESERVE_BYTES) -> None:
        self.root = root
        self._blobs = root / "blobs"
        self._incoming = root / "incoming"
        self._reserve_bytes = reserve_bytes

    def put(
        self,
        stream: ByteStream,
        *,
        max_bytes: int,
        expected_sha256: str | None = None,
        expected_size: int | None = None,
    ) -> StoredBlob:
        """Keep the bytes of `stream`; all of them, on the disk, or nothing. O(bytes), one block in memory.

        Raises TooLarge("file_too_large") before reading further than `max_bytes`; Invalid("digest_differs") and
        Invalid("upload_cut_short") when the bytes are not the announced ones; Busy("disk_full"); and whatever the
        stream raises. In all these cases nothing stays behind.
        """
        if expected_size is not None and expected_size > max_bytes:
            raise TooLarge("file_too_large", limit=max_bytes, size=expected_size)
        require_space(self._incoming, expected_size or 0, reserve=self._reserve_bytes)
        temporary = self._incoming / f"{uuid.uuid4().hex}.part"
        try:
            with disk_full_is_busy():
                blob = _copy(stream, temporary, max_bytes)
                _require_announced(blob, expected_sha256, expected_size)
                temporary.chmod(0o444)
                move_safely(temporary, self._path(blob.sha256))
        finally:
            temporary.unlink(missing_ok=True)
        return blob

    def open(self, sha256: str) -> BinaryIO:
        """The bytes of a blob. Raises NotFound("blob_not_found")."""
        return self.path(sha256).open("rb")

    def path(self, sha256: str) -> Path:
        """The file that holds a blob. Raises NotFound("blob_not_found")."""
        if not self.exists(sha256):
            raise NotFound("blob_not_found", sha256=sha256)
        return self._path(sha256)

    def exists(self, sha256: str) -> bool:
        """Whether a blob of that digest is kept; False for what is no digest."""
        return DIGEST.fullmatch(sha256) is not None and self._path(sha256).is_file()

    def iter_digests(self) -> Iterator[str]:
        """The digests of all blobs, in order. O(blobs)."""
        for path in sorted(self._blobs.glob("??/??/*")):
            if DIGEST.fullmatch(path.name):
                yield path.name

    def delete(self, sha256: str) -> None:
        """Forget a blob; nothing happens where there is none."""
        if self.exists(sha256):
            self._path(sha256).unlink(missing_ok=True)

    def check(self, digests: Collection[str]) -> Iterator[BlobFault]:
        """Read every blob of `digests` and tell those that are missing or altered. O(bytes)."""
        for digest in digests:
            if not self.exists(digest):
                yield BlobFault(digest, "missing")
                continue
            with self.path(digest).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                    yield BlobFault(digest, "altered")

    def sweep(self, keep: Collection[str], *, older_than: dt.datetime) -> int:
        """Remove blobs that are not in `keep` and leftovers of broken puts, if older than `older_than`; how many.

        A blob that is put again counts as new, so that a row about to name it does not lose it.
        """
        kept = frozenset(keep)
        unnamed = (self._path(digest) for digest in self.iter_digests() if digest not in kept)
        before = older_than.timestamp()
        return remove_older(unnamed, before=before) + remove_older(self._incoming.glob("*.part"), before=before)

    def _path(self, sha256: str) -> Path:
        return self._blobs / sha256[:2] / sha256[2:4] / sha256


def _copy(stream: ByteStream, target: Path, max_bytes: int) -> StoredBlob:
    digest = hashlib.sha256()
    size = 0
    with target.open("xb") as file:
        while block := stream.read(BLOCK_BYTES):
            size += len(block)
            if size > max_bytes:
                raise TooLarge("file_too_large", limit=max_bytes, size=size)
            digest.update(block)
            file.write(block)
    return StoredBlob(digest.hexdigest(), size)


def _require_announced(blob: StoredBlob, sha256: str | None, size: int | None) -> None:
    if size is not None and blob.byte_size != size:
        raise Invalid("upload_cut_short", expected=size, received=blob.byte_size)
    if sha256 is not None and blob.sha256 != sha256.lower():
        raise Invalid("digest_differs", expected=sha256.lower(), received=blob.sha256)
