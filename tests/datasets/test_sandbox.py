"""The child process: answers, failures and every limit, tried with a small child of the tests' own."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from datasets import sandbox
from datasets.errors import Busy, DomainError, Invalid, Problem, TooLarge
from datasets.sandbox import Limits, run_limited

CHILD = '''
import os, signal, sys, time
from datasets.errors import Conflict, Invalid, Problem
from datasets.sandbox import serve_child

def handle(request, progress):
    what = request["do"]
    if what == "echo":
        print("noise on standard output")
        progress({"stage": "half"})
        return {"said": request["say"], "environment": sorted(os.environ), "folder": os.getcwd()}
    if what == "refuse":
        raise Invalid("bad_row", problems=[Problem("C7", "too_long", limit=3)], row=7)
    if what == "conflict":
        raise Conflict("moved_on", number=2)
    if what == "memory":
        return {"size": len(bytearray(1 << 40))}
    if what == "resident":
        kept = []
        while True:
            kept.append(bytearray(os.urandom(1 << 20)))
    if what == "spin":
        while True:
            pass
    if what == "sleep":
        time.sleep(60)
    if what == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if what == "big file":
        with open("big", "wb") as file:
            file.write(bytes(1 << 22))
    if what == "fork":
        if os.fork() == 0:
            time.sleep(60)
            open(request["path"], "w").close()
        time.sleep(60)
    return {}

serve_child(handle)
'''  # fmt: skip


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a module that the child can import."""
    (tmp_path / "handmade_child.py").write_text(CHILD, encoding="utf-8")
    plain = sandbox._environment

    def environment(folder: str) -> dict[str, str]:
        found = plain(folder)
        return {**found, "PYTHONPATH": f"{found['PYTHONPATH']}{os.pathsep}{tmp_path}"}

    monkeypatch.setattr(sandbox, "_environment", environment)
    return "handmade_child"


def test_answer_and_progress_come_back_whatever_is_printed(child: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    steps: list[dict[str, object]] = []
    answer = run_limited(child, {"do": "echo", "say": "黄石港"}, on_progress=steps.append)
    assert (answer["said"], steps) == ("黄石港", [{"stage": "half"}])
    assert "DATABASE_URL" not in answer["environment"]
    assert not Path(answer["folder"]).exists(), "the child's folder goes with it"


def test_refusal_is_raised_again_with_its_problems(child: str) -> None:
    with pytest.raises(Invalid) as caught:
        run_limited(child, {"do": "refuse"})
    assert (caught.value.code, caught.value.params) == ("bad_row", {"row": 7})
    assert caught.value.problems == [Problem("C7", "too_long", limit=3)]


LIMITED: list[tuple[str, Limits, type[DomainError], str]] = [
    ("memory", Limits(), TooLarge, "file_needs_too_much_memory"),
    ("resident", Limits(memory_bytes=200 << 20), TooLarge, "file_needs_too_much_memory"),
    ("spin", Limits(cpu_seconds=1), TooLarge, "file_takes_too_long"),
    ("sleep", Limits(wall_seconds=0.5), TooLarge, "file_takes_too_long"),
    ("big file", Limits(file_bytes=1 << 20), TooLarge, "file_makes_too_much_data"),
    ("crash", Limits(), Invalid, "file_cannot_be_read"),
]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems lack some limits")
@pytest.mark.parametrize(("what", "limits", "kind", "code"), LIMITED, ids=[case[0] for case in LIMITED])
def test_limit_ends_the_child_with_its_reason(
    child: str, what: str, limits: Limits, kind: type[DomainError], code: str
) -> None:
    with pytest.raises(kind) as caught:
        run_limited(child, {"do": what}, limits=limits)
    assert caught.value.code == code


def test_what_the_child_started_ends_with_it(child: str, tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(TooLarge):
        run_limited(child, {"do": "fork", "path": str(tmp_path / "late")}, limits=Limits(wall_seconds=1))
    assert time.monotonic() - started < 10
    assert not (tmp_path / "late").exists()


def test_full_disk_is_busy_not_a_fault_of_the_file() -> None:
    assert isinstance(sandbox._explain_os_error(OSError(28, "No space left on device")), Busy)
