"""The index on disk: one folder per build, a file that names the current one, and what Whoosh does inside.

Rebuilding writes a new folder and then switches the name, so readers never see half an index. A process that dies
while writing leaves files that the next writer sweeps. Whoosh's files hold pickles: the folder is private.
"""

from __future__ import annotations

import errno
import fcntl
import shutil
import uuid
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from whoosh import fields, formats
from whoosh.codec.whoosh3 import W3Codec
from whoosh.filedb.filestore import FileStorage
from whoosh.index import LockError

from catalog.errors import Busy
from catalog.feeds.records import FeedRecord
from catalog.search.documents import SEARCH_FIELDS, document_of, layout
from catalog.search.results import IndexDamaged
from catalog.search.snapshot import Leaf, Snapshot, StoredDocument

NOTE = "note"
"""Key of the one document that is no entry: it stores how far in the change log the index is."""

BLOCK = 1024
LOCK_SECONDS = 10.0


class TokenField(fields.FieldType):  # type: ignore[misc]
    """A field whose value is a set of tokens, each of which a document has or has not."""

    def __init__(self) -> None:
        super().__init__(formats.Existence(), analyzer=None)

    def index(self, value: Iterable[str], **_options: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Postings of one document: (token, frequency, weight, no payload)."""
        return ((token.encode(), 1, 1.0, b"") for token in sorted(value))


class GroupedPostings:
    """Collects the postings of a build by token, in place of Whoosh's sorting pool.

    That pool keeps five-tuples and spills them to disk; ours are plain existence, so four bytes each will do.
    """

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, bytes], array[int]] = {}

    def add(self, posting: tuple[str, bytes, int, float, bytes]) -> None:
        """Note that a document has a token; documents come in ascending order."""
        field_name, token, number, _weight, _payload = posting
        numbers = self._numbers.get((field_name, token))
        if numbers is None:
            numbers = self._numbers[field_name, token] = array("I")
        numbers.append(number)

    def iter_postings(self) -> Iterator[tuple[str, bytes, int, float, bytes]]:
        """All postings by field, token and document."""
        for field_name, token in sorted(self._numbers):
            for number in self._numbers[field_name, token]:
                yield field_name, token, number, 1.0, b""

    def cleanup(self) -> None:
        """Forget everything."""
        self._numbers.clear()


def make_codec() -> W3Codec:
    """Whoosh's file format with larger blocks and without field lengths, which plain existence does not need."""
    codec = W3Codec(blocklimit=BLOCK)
    codec.length_stats = False
    return codec


def make_schema() -> fields.Schema:
    """The Whoosh schema of `SEARCH_FIELDS`, with what ranking needs stored beside them."""
    schema = fields.Schema(
        entry_id=fields.ID(stored=True, unique=True),
        title_key=fields.STORED(),
        ordinal=fields.STORED(),
        change_number=fields.STORED(),
        fingerprint=fields.STORED(),
    )
    for searched in SEARCH_FIELDS:
        schema.add(searched.name, TokenField())
    return schema


@contextmanager
def guarding(doing: str) -> Iterator[None]:
    """Turn whatever a damaged index makes Whoosh raise into IndexDamaged.

    It raises EOFError, TypeError, zlib.error, struct.error, KeyError and bare Exception, depending on where the
    damage lies; so this is one of the few places that catch everything. A full disk is Busy("disk_full").
    """
    try:
        yield
    except (Busy, IndexDamaged, MemoryError):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Busy("disk_full") from error
        raise IndexDamaged("search_index_damaged", doing=doing, cause=type(error).__name__) from error


class IndexFolder:
    """The folder of an index: which build is current, and reading and writing it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._pointer = root / "current"
        self._damage = root / "damaged"

    def current(self) -> Path:
        """Folder of the current build. Raises IndexDamaged when there is none of this release's layout."""
        try:
            name = self._pointer.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise IndexDamaged("search_index_missing") from error
        if not name.startswith(f"{layout()}-") or "/" in name or not (self.root / name).is_dir():
            raise IndexDamaged("search_index_missing")
        return self.root / name

    def report_damage(self) -> None:
        """Leave word for the writer that the index could not be read."""
        try:
            self._damage.touch()
        except OSError:
            return

    @property
    def is_damaged(self) -> bool:
        """Whether a reader has reported damage since the last build."""
        return self._damage.exists()

    def state(self) -> tuple[str, int]:
        """What changes with every commit: the build and Whoosh's generation in it. Costs one directory listing."""
        folder = self.current()
        with guarding("state"):
            generation: int = FileStorage(str(folder)).open_index().latest_generation()
        return folder.name, generation

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to write; raises Busy("search_index_busy") when another process has it."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.root / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise Busy("search_index_busy") from error
            yield

    def begin_build(self) -> Path:
        """A new empty folder to build in; `switch_to` makes it current. Removes what broken-off builds left."""
        self._sweep(self._pointer.read_text(encoding="utf-8").strip() if self._pointer.exists() else "")
        folder = self.root / f"{layout()}-{uuid.uuid4().hex[:12]}"
        folder.mkdir(mode=0o700)
        return folder

    def switch_to(self, folder: Path) -> None:
        """Make `folder` the current build, atomically, and remove all others."""
        fresh = self.root / f"current.{uuid.uuid4().hex[:8]}"
        fresh.write_text(folder.name, encoding="ascii")
        fresh.replace(self._pointer)
        self._damage.unlink(missing_ok=True)
        self._sweep(folder.name)

    def _sweep(self, kept: str) -> None:
        for other in self.root.iterdir():
            if other.is_dir() and other.name != kept:
                shutil.rmtree(other, ignore_errors=True)
            elif other.name.startswith("current."):
                other.unlink(missing_ok=True)


class IndexWriter:
    """Writes entries into one build; all or nothing per `commit`."""

    def __init__(self, folder: Path, *, is_new: bool) -> None:
        self._storage = FileStorage(str(folder))
        with guarding("open"):
            index = self._storage.create_index(make_schema()) if is_new else self._storage.open_index()
            try:
                self._writer = index.writer(timeout=LOCK_SECONDS, codec=make_codec())
            except LockError as error:
                raise Busy("search_index_busy") from error
            self._writer.pool = GroupedPostings()
            if not is_new:
                self._sweep(folder, index)

    def _sweep(self, folder: Path, index: Any) -> None:
        """Remove what writers that died have left: files of no segment of the current generation."""
        own = {segment.segment_id() for segment in index._segments()} | {self._writer.newsegment.segment_id()}
        keep = {f"_{index.indexname}_{index.latest_generation()}.toc", f"{index.indexname}_WRITELOCK"}
        for file in folder.iterdir():
            if file.is_file() and file.name not in keep and not any(segment in file.name for segment in own):
                file.unlink(missing_ok=True)

    def put(self, record: FeedRecord, *, is_new: bool = False) -> None:
        """Write one entry, replacing what is there unless `is_new`."""
        document = document_of(record)
        if not is_new:
            self.remove(document["entry_id"])
        with guarding("put"):
            self._writer.add_document(**document)

    def remove(self, entry_id: str) -> None:
        """Forget the entry with this id (32 hexadecimal digits); unknown ones are no fault."""
        with guarding("remove"):
            self._writer.delete_by_term("entry_id", entry_id)

    def commit(self, *, change_number: int, fingerprint: str) -> None:
        """Make everything visible at once, together with how far the index now is."""
        self.remove(NOTE)
        with guarding("commit"):
            self._writer.add_document(entry_id=NOTE, change_number=change_number, fingerprint=fingerprint)
            self._writer.commit()

    def cancel(self) -> None:
        """Forget everything since the last commit; what cannot be undone is swept by the next writer."""
        with suppress(IndexDamaged, Busy), guarding("cancel"):
            self._writer.cancel()


def read_note(folder: Path) -> tuple[int, str]:
    """How far the build in `folder` is: (change number, fingerprint of that change)."""
    with guarding("note"), FileStorage(str(folder)).open_index().searcher() as searcher:
        note = searcher.document(entry_id=NOTE)
        return int(note["change_number"]), str(note["fingerprint"])


def open_snapshot(folder: Path, known: dict[str, list[StoredDocument]]) -> Snapshot:
    """Open the build in `folder` for reading; `known` caches stored documents by segment, as segments never change."""
    with guarding("read"):
        reader = FileStorage(str(folder)).open_index().reader()
        leaves: list[Leaf] = []
        documents: list[StoredDocument] = []
        used: dict[str, list[StoredDocument]] = {}
        for leaf, offset in reader.leaf_readers():
            count = leaf.doc_count_all()
            if not count:
                continue
            segment = leaf.segment().segment_id()
            used[segment] = known.get(segment) or [_stored(leaf.stored_fields(number)) for number in range(count)]
            documents.extend(used[segment])
            deleted = frozenset(number for number in range(count) if leaf.is_deleted(number))
            leaves.append(Leaf(leaf, offset, deleted))
        known.clear()
        known.update(used)
        return Snapshot(leaves=leaves, documents=documents, document_count=reader.doc_count())


def _stored(values: dict[str, Any]) -> StoredDocument:
    if values["entry_id"] == NOTE:
        return StoredDocument(None, "", 0)
    return StoredDocument(uuid.UUID(values["entry_id"]), values["title_key"], values["ordinal"])
