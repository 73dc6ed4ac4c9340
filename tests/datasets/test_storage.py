"""Blobs: kept whole or not at all, addressed by their digest, found altered, swept when nothing names them."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from datasets.errors import Busy, Invalid, NotFound, TooLarge
from datasets.storage import files
from datasets.storage.interface import BlobFault
from datasets.storage.local import LocalStore
from datasets.storage.row_stores import RowStores

TEXT = "黄石港区\n".encode()
DIGEST = hashlib.sha256(TEXT).hexdigest()
MANY = 1 << 30
LATER = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
EARLIER = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "files")


def left_over(store: LocalStore) -> list[Path]:
    return [path for path in store.root.rglob("*") if path.is_file()]


class CutStream:
    """Gives some bytes, then breaks like a lost connection."""

    def __init__(self) -> None:
        self.blocks = [b"half of it"]

    def read(self, size: int = -1) -> bytes:
        if self.blocks:
            return self.blocks.pop()
        raise ConnectionResetError("the client is gone")


def test_blob_is_found_by_the_digest_of_its_bytes(store):
    blob = store.put(io.BytesIO(TEXT), max_bytes=MANY)
    assert (blob.sha256, blob.byte_size) == (DIGEST, 13)
    assert store.open(DIGEST).read() == TEXT
    assert list(store.iter_digests()) == [DIGEST]
    assert store.path(DIGEST).stat().st_mode & 0o777 == 0o444


def test_putting_the_same_bytes_twice_keeps_one_blob(store):
    assert store.put(io.BytesIO(TEXT), max_bytes=MANY) == store.put(io.BytesIO(TEXT), max_bytes=MANY)
    assert len(left_over(store)) == 1


def test_empty_file_is_a_blob(store):
    assert store.put(io.BytesIO(b""), max_bytes=0).byte_size == 0


def test_too_large_file_is_refused_with_figures_and_leaves_nothing(store):
    with pytest.raises(TooLarge) as caught:
        store.put(io.BytesIO(TEXT), max_bytes=12)
    assert (caught.value.code, caught.value.params) == ("file_too_large", {"limit": 12, "size": 13})
    assert left_over(store) == []


def test_announced_size_is_refused_before_a_byte_is_read(store):
    stream = io.BytesIO(TEXT)
    with pytest.raises(TooLarge):
        store.put(stream, max_bytes=12, expected_size=13)
    assert stream.tell() == 0


def test_wrong_digest_is_refused_and_leaves_nothing(store):
    with pytest.raises(Invalid, match="digest_differs"):
        store.put(io.BytesIO(TEXT), max_bytes=MANY, expected_sha256="0" * 64)
    assert left_over(store) == []
    assert store.put(io.BytesIO(TEXT), max_bytes=MANY, expected_sha256=DIGEST.upper()).sha256 == DIGEST


def test_upload_that_ends_early_is_refused(store):
    with pytest.raises(Invalid) as caught:
        store.put(io.BytesIO(TEXT[:5]), max_bytes=MANY, expected_size=13)
    assert (caught.value.code, caught.value.params) == ("upload_cut_short", {"expected": 13, "received": 5})


def test_broken_stream_leaves_nothing(store):
    with pytest.raises(ConnectionResetError):
        store.put(CutStream(), max_bytes=MANY)
    assert left_over(store) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_full_disk_while_writing_is_busy_and_leaves_nothing(store, monkeypatch, number):
    def fail(path: Path) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files, "sync_file", fail)
    with pytest.raises(Busy, match="disk_full"):
        store.put(io.BytesIO(TEXT), max_bytes=MANY)
    assert left_over(store) == []
    monkeypatch.undo()
    assert store.put(io.BytesIO(TEXT), max_bytes=MANY).sha256 == DIGEST


def test_put_keeps_the_reserve_of_the_disk(tmp_path):
    store = LocalStore(tmp_path, reserve_bytes=1 << 60)
    with pytest.raises(Busy, match="disk_full"):
        store.put(io.BytesIO(TEXT), max_bytes=MANY)


@pytest.mark.parametrize("name", ["", "x", "../" + "0" * 61, DIGEST.upper(), "0" * 64, DIGEST + "\n"])
def test_what_is_no_digest_is_not_found(store, name):
    store.put(io.BytesIO(TEXT), max_bytes=MANY)
    assert not store.exists(name)
    with pytest.raises(NotFound):
        store.open(name)
    store.delete(name)
    assert store.exists(DIGEST)


def test_missing_and_altered_blobs_are_told_and_a_new_put_repairs(store):
    store.put(io.BytesIO(TEXT), max_bytes=MANY)
    path = store.path(DIGEST)
    assert list(store.check([DIGEST])) == []
    path.chmod(0o644)
    path.write_bytes(b"other")
    assert list(store.check([DIGEST, "0" * 64])) == [BlobFault(DIGEST, "altered"), BlobFault("0" * 64, "missing")]
    store.put(io.BytesIO(TEXT), max_bytes=MANY)
    assert list(store.check([DIGEST])) == []


def test_sweep_removes_only_old_blobs_that_nothing_names(store):
    kept = store.put(io.BytesIO(b"kept"), max_bytes=MANY).sha256
    lost = store.put(io.BytesIO(b"lost"), max_bytes=MANY).sha256
    (store.root / "incoming" / "broken.part").write_bytes(b"x")
    assert store.sweep({kept}, older_than=EARLIER) == 0
    assert store.sweep({kept}, older_than=LATER) == 2
    assert store.exists(kept)
    assert not store.exists(lost)
    assert len(left_over(store)) == 1


def test_blob_put_again_counts_as_new(store):
    digest = store.put(io.BytesIO(TEXT), max_bytes=MANY).sha256
    os.utime(store.path(digest), (0, 0))
    store.put(io.BytesIO(TEXT), max_bytes=MANY)
    assert store.sweep(set(), older_than=EARLIER) == 0


KILLED = """
import sys, time
from pathlib import Path
from datasets.storage.local import LocalStore

class Slow:
    def read(self, size=-1):
        print("reading", flush=True)
        time.sleep(0.05)
        return b"x" * 1000

LocalStore(Path(sys.argv[1])).put(Slow(), max_bytes=1 << 40)
"""


def test_killed_put_leaves_no_blob_and_its_leftover_is_swept(store):
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(store.root)], stdout=subprocess.PIPE)
    for _ in range(3):
        child.stdout.readline()
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert list(store.iter_digests()) == []
    assert len(left_over(store)) == 1
    time.sleep(0.01)
    assert store.sweep(set(), older_than=LATER) == 1
    assert left_over(store) == []


def test_new_file_appears_only_when_its_block_ends_well(tmp_path):
    with pytest.raises(ZeroDivisionError), files.new_file(tmp_path / "a") as path:
        path.write_text("half")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []
    with files.new_file(tmp_path / "a") as path:
        path.write_text("whole")
        assert not (tmp_path / "a").exists()
    assert (tmp_path / "a").read_text() == "whole"


def test_row_stores_are_found_by_key_and_swept(tmp_path):
    stores = RowStores(tmp_path)
    stores.path_of("abc1").write_bytes(b"1")
    stores.path_of("abd2").write_bytes(b"2")
    (tmp_path / "ab" / ".x.part").write_bytes(b"3")
    assert list(stores.iter_keys()) == ["abc1", "abd2"]
    assert stores.get("abc1").read_bytes() == b"1"
    assert stores.sweep({"abc1"}, older_than=LATER) == 2
    assert list(stores.iter_keys()) == ["abc1"]


@pytest.mark.parametrize("key", ["", "..", "../x", "a/b", "a" * 81, "-a", "a.b"])
def test_what_is_no_key_has_no_row_store(tmp_path, key):
    stores = RowStores(tmp_path)
    assert not stores.exists(key)
    with pytest.raises(NotFound, match="row_store_not_found"):
        stores.path_of(key)
