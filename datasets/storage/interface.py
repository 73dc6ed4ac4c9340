"""What the house asks of a place that keeps delivered files: content-addressed, immutable blobs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A kept file: SHA-256 of its bytes (its address) and its size in bytes."""

    sha256: str
    byte_size: int


@dataclass(frozen=True, slots=True)
class BlobFault:
    """A blob that is not what its address says: `kind` is "missing" or "altered"."""

    sha256: str
    kind: str


class ByteStream(Protocol):
    """Anything that gives bytes: a file, an upload, a socket."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes; b"" at the end."""
        ...


class BlobStore(Protocol):
    """Keeps blobs by the SHA-256 of their bytes. Putting the same bytes twice keeps one blob."""

    def put(
        self,
        stream: ByteStream,
        *,
        max_bytes: int,
        expected_sha256: str | None = None,
        expected_size: int | None = None,
    ) -> StoredBlob:
        """Keep the bytes of `stream`; all of them or nothing."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """The bytes of a blob. Raises NotFound("blob_not_found")."""
        ...

    def path(self, sha256: str) -> Path:
        """A local file with the bytes of a blob, not to be changed. Raises NotFound("blob_not_found")."""
        ...

    def exists(self, sha256: str) -> bool:
        """Whether a blob of that digest is kept."""
        ...

    def iter_digests(self) -> Iterator[str]:
        """The digests of all blobs, in order."""
        ...

    def delete(self, sha256: str) -> None:
        """Forget a blob; nothing happens where there is none."""
        ...

    def check(self, digests: Collection[str]) -> Iterator[BlobFault]:
        """Read every blob of `digests` and tell those that are missing or altered."""
        ...

    def sweep(self, keep: Collection[str], *, older_than: dt.datetime) -> int:
        """Remove what is not in `keep` and was put before `older_than`, leftovers of broken puts too; how many."""
        ...
