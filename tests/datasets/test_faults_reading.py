"""The child that reads dies, hangs or finds the disk full at any stage: it is told in words, and nothing is left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from datasets import sandbox
from datasets.errors import DomainError
from datasets.ingest import reader
from datasets.ingest.reader import read_file
from datasets.ingest.reading import Reading, ReadOptions
from datasets.sandbox import Limits
from tests.datasets.ingesting import TWO_ROWS, make_workbook

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems lack some limits")

CHILD = """
import errno, json, os, signal, time
from pathlib import Path
from datasets.ingest import child
from datasets.sandbox import serve_child
plan = json.loads(Path(__file__).with_name("plan.json").read_text())

def fail():
    if plan["fault"] == "memory":
        raise MemoryError
    if plan["fault"] == "full":
        raise OSError(errno.ENOSPC, "No space left on device")
    if plan["fault"] == "hang":
        time.sleep(60)
    os.kill(os.getpid(), getattr(signal, plan["fault"]))

def handle(request, progress):
    def tell(step):
        progress(step)
        if step["stage"] == plan["stage"]:
            fail()
    return child.handle(request, tell)

def main():
    serve_child(handle)

if __name__ == "__main__":
    main()
"""
STAGES = ("checking", "decoding", "reading", "typing", "searching", "masking", "storing", "digesting")
CODES = {
    "SIGKILL": "file_needs_too_much_memory",
    "SIGABRT": "file_needs_too_much_memory",
    "SIGSEGV": "file_cannot_be_read",
    "memory": "file_needs_too_much_memory",
    "full": "disk_full",
    "hang": "file_takes_too_long",
}
"""What befalls the child → what the clerk is told."""
FAULTS = (
    [(stage, "SIGKILL") for stage in STAGES]
    + [(stage, fault) for stage in ("reading", "digesting") for fault in ("SIGABRT", "SIGSEGV", "memory", "full")]
    + [("reading", "hang")]
)
TEXT = "编号,街道,手机\n" + "".join(f"{number:05d},街道{number % 7},1381234{number:04d}\n" for number in range(3000))
MASKED = ReadOptions(masking={"手机": "mask"})


@pytest.fixture
def delivered(tmp_path: Path) -> Path:
    path = tmp_path / "masked.csv"
    path.write_bytes(TEXT.encode("gb18030"))
    return path


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where children work; looked at for what they leave."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that says at which stage what befalls the child."""
    (tmp_path / "faulty_child.py").write_text(CHILD, encoding="utf-8")
    plain = sandbox._environment

    def environment(folder: str) -> dict[str, str]:
        found = plain(folder)
        return {**found, "PYTHONPATH": f"{found['PYTHONPATH']}{os.pathsep}{tmp_path}"}

    monkeypatch.setattr(sandbox, "_environment", environment)
    monkeypatch.setattr(sandbox, "CAN_FORK", False)
    monkeypatch.setattr(reader, "CHILD", "faulty_child")
    return tmp_path / "plan.json"


def outcome(path: Path, store: Path, limits: Limits | None = None) -> str | Reading:
    """The reading, or the code of the refusal."""
    options = MASKED if path.name == "masked.csv" else None
    try:
        return read_file(path, file_name=path.name, row_store=store, options=options, limits=limits)
    except DomainError as error:
        return error.code


@pytest.mark.parametrize(("stage", "fault"), FAULTS, ids=[f"{stage}-{fault}" for stage, fault in FAULTS])
def test_child_fails_at_a_stage(
    delivered: Path, temporary: Path, plan: Path, tmp_path: Path, stage: str, fault: str
) -> None:
    store = tmp_path / "stores" / "rows.duckdb"
    plan.write_text(json.dumps({"stage": stage, "fault": fault}))
    limits = Limits(wall_seconds=2) if fault == "hang" else None
    if stage == "checking":
        delivered = make_workbook(tmp_path / "book.xlsx", TWO_ROWS)
    assert outcome(delivered, store, limits) == CODES[fault]
    assert list(store.parent.iterdir()) == []
    assert list(temporary.iterdir()) == []


def test_what_failed_once_is_read_the_next_time(delivered: Path, temporary: Path, tmp_path: Path) -> None:
    store = tmp_path / "stores" / "rows.duckdb"
    assert outcome(delivered, store, Limits(wall_seconds=0.01)) == "file_takes_too_long"
    told = []
    reading = read_file(delivered, file_name="a", row_store=store, options=MASKED, on_progress=told.append)
    assert reading.row_count == 3000
    assert {step["stage"] for step in told} == set(STAGES) - {"checking"}, "only packed files are checked first"
    assert sorted(path.name for path in store.parent.iterdir()) == ["rows.duckdb", "rows.rows"]


@pytest.fixture
def small_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A disk of so many kilobytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={request.param}k", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file whose row store takes about 1.5 MB, its row file about 0.5 MB."""
    path = tmp_path_factory.mktemp("large") / "delivered.csv"
    path.write_text("编号,备注\n" + "".join(f"{n:06d},{n * n * 7919 % 10**12:012d}x\n" for n in range(60_000)))
    return path


@pytest.mark.parametrize("small_disk", [100, 600, 1300], indirect=True)
def test_full_disk_is_told_and_leaves_nothing(large: Path, small_disk: Path) -> None:
    assert outcome(large, small_disk / "rows.duckdb") == "disk_full"
    assert list(small_disk.iterdir()) == []


@pytest.mark.parametrize("kilobytes", [100, 600])
def test_file_that_makes_too_long_a_file_is_told(large: Path, tmp_path: Path, kilobytes: int) -> None:
    store = tmp_path / "stores" / "rows.duckdb"
    assert outcome(large, store, Limits(file_bytes=kilobytes << 10)) == "file_makes_too_much_data"
    assert list(store.parent.iterdir()) == []
