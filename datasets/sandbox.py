"""Untrusted files are opened only here: in a child process with hard limits set by the operating system.

A library's own limits are not enough: DuckDB ignored interrupts for 13 s and memory caps by a factor of ten, a 4.6 KB
workbook made pandas ask for 3 GB. So the child gets RLIMIT_DATA, RLIMIT_AS, RLIMIT_CPU, RLIMIT_FSIZE, no core file, low
priority, an empty environment and a temporary directory of its own, and the parent kills its whole process group when
the wall clock or the resident memory passes the limit.

Request and answers are JSON lines over pipes. The child answers `{"progress": …}` any number of times, then `{"ok": …}`
or `{"error": {"class", "code", "params", "problems"}}`, which the parent raises again as the DomainError it was.
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from datasets.errors import Busy, Conflict, DomainError, Gone, Invalid, NotAllowed, NotFound, Problem, TooLarge
from datasets.nursery import CAN_FORK, Child, Nursery

Process = subprocess.Popen[bytes] | Child
Progress = Callable[[dict[str, Any]], None]
Handler = Callable[[dict[str, Any], Progress], dict[str, Any]]

log = logging.getLogger(__name__)

POLL_SECONDS = 0.05
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
NICENESS = 5
"""Behind the pages of visitors, yet not starved on a busy machine until the wall clock ends it."""
LOGGED_BYTES = 2000
ANSWER_BYTES = 64 << 20
"""An answer longer than this is not an answer but an attack on the parent's memory."""

_ERRORS: dict[str, type[DomainError]] = {
    kind.__name__: kind for kind in (NotFound, Gone, Invalid, Conflict, NotAllowed, TooLarge, Busy, DomainError)
}
_nursery = Nursery()
_TIME_SIGNALS = {getattr(signal, "SIGXCPU", 0)}
_MEMORY_SIGNALS = {signal.SIGABRT, signal.SIGKILL}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one child may use. Bytes and seconds; `file_bytes` bounds each file that it writes."""

    memory_bytes: int = 1 << 30
    cpu_seconds: int = 60
    wall_seconds: float = 60
    file_bytes: int = 16 << 30
    open_files: int = 64


def run_limited(
    module: str, request: dict[str, Any], *, limits: Limits | None = None, on_progress: Progress | None = None
) -> dict[str, Any]:
    """Run `python -m module` on `request` under `limits` and give its answer.

    Raises the DomainError that the child answered; TooLarge("file_takes_too_long" | "file_needs_too_much_memory" |
    "file_makes_too_much_data") when a limit ended it; Invalid("file_cannot_be_read") when it died otherwise.
    """
    limits = limits or Limits()
    with (
        tempfile.TemporaryDirectory(prefix="kaifang-", ignore_cleanup_errors=True) as folder,
        tempfile.TemporaryFile() as complaints,
    ):
        process = _start(module, folder, complaints)
        try:
            answer, ended_by = _converse(process, {"limits": asdict(limits), "request": request}, limits, on_progress)
        finally:
            _kill(process)
        if answer is None:
            code = process.returncode or 0
            _log_death(module, code, ended_by, complaints)
            raise _explain_death(code, ended_by, limits)
    return _unpack(answer)


def _start(module: str, folder: str, complaints: IO[bytes]) -> Process:
    """A child for `module`: forked from the warm nursery, or a fresh interpreter where that is not possible."""
    environment = _environment(folder)
    if CAN_FORK:
        with contextlib.suppress(OSError):
            return _nursery.start(module, folder, complaints, environment)
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        cwd=folder,
        env=environment,
        start_new_session=True,
        close_fds=True,
    )


def serve_child(handler: Handler) -> None:
    """The main function of a child module: read one request, apply the limits, answer, leave.

    `handler(request, progress)` returns a JSON-able dict or raises a DomainError. Nothing that a library prints
    can disturb the answer, because standard output is moved aside first.
    """
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    envelope = json.loads(sys.stdin.readline())
    apply_limits(Limits(**envelope["limits"]), is_watched=True)

    def send(message: dict[str, Any]) -> None:
        channel.write(json.dumps(message, ensure_ascii=True, allow_nan=False) + "\n")
        channel.flush()

    try:
        answer = {"ok": handler(envelope["request"], lambda step: send({"progress": step}))}
    except DomainError as error:
        answer = {"error": _pack(error)}
    except MemoryError:
        answer = {"error": _pack(TooLarge("file_needs_too_much_memory"))}
    except OSError as error:
        answer = {"error": _pack(_explain_os_error(error))}
    send(answer)


def apply_limits(limits: Limits, *, is_watched: bool = False) -> None:
    """Bind this process to `limits` as far as the operating system knows them (it tells by AttributeError or OSError).

    RLIMIT_DATA bounds what is allocated; RLIMIT_AS is the second fence and wider, because libraries and DuckDB reserve
    address space that they never touch. Where somebody watches the resident memory (`is_watched`), which is what the
    limit is about, RLIMIT_DATA is half as wide again: allocators keep what they have given back, in a table of 2,000
    columns 600 MB.
    """
    with contextlib.suppress(OSError, AttributeError):
        os.nice(NICENESS)
    try:
        import resource
    except ImportError:
        return
    cpu = limits.cpu_seconds
    data_bytes = limits.memory_bytes * 3 // 2 if is_watched else limits.memory_bytes
    for name, soft, hard in (
        ("RLIMIT_CORE", 0, 0),
        ("RLIMIT_CPU", cpu, cpu + 2),
        ("RLIMIT_FSIZE", limits.file_bytes, limits.file_bytes),
        ("RLIMIT_NOFILE", limits.open_files, limits.open_files),
        ("RLIMIT_DATA", data_bytes, data_bytes),
        ("RLIMIT_AS", 2 * limits.memory_bytes, 2 * limits.memory_bytes),
    ):
        with contextlib.suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (soft, hard))


def _environment(folder: str) -> dict[str, str]:
    """Nothing of the parent's environment but where the code lies; one thread for numeric libraries."""
    root = str(Path(__file__).resolve().parent.parent)
    fixed = {"TMPDIR": folder, "HOME": folder, "PYTHONPATH": root, "LANG": "C.UTF-8", "PYTHONUTF8": "1"}
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    system = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    return {**system, **fixed, **threads, "MALLOC_ARENA_MAX": "2"}


def _converse(
    process: Process, envelope: dict[str, Any], limits: Limits, on_progress: Progress | None
) -> tuple[dict[str, Any] | None, str | None]:
    """Send the request, relay progress, watch clock and memory; gives (answer, None) or (None, limit that ended it)."""
    assert process.stdin is not None and process.stdout is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(json.dumps(envelope, ensure_ascii=True).encode() + b"\n")
        process.stdin.close()
    deadline = time.monotonic() + limits.wall_seconds
    buffer = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if time.monotonic() > deadline:
                return None, "time"
            if _resident_bytes(process.pid) > limits.memory_bytes:
                return None, "memory"
            if not selector.select(POLL_SECONDS):
                continue
            chunk = os.read(process.stdout.fileno(), 1 << 16)
            if not chunk or len(buffer) > ANSWER_BYTES:
                return None, None
            *lines, buffer = (buffer + chunk).split(b"\n")
            for line in lines:
                message = _parse_line(line)
                if "progress" not in message:
                    return message, None
                if on_progress:
                    on_progress(message["progress"])


def _parse_line(line: bytes) -> dict[str, Any]:
    try:
        message = json.loads(line)
    except ValueError:
        message = None
    return message if isinstance(message, dict) else {"error": _pack(Invalid("file_cannot_be_read"))}


def _resident_bytes(pid: int) -> int:
    """Memory that the child really holds; 0 where the system has no /proc."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
    except (OSError, IndexError, ValueError):
        return 0


def _kill(process: Process) -> None:
    """End the child and whatever it started, and collect it."""
    if process.stdout is not None:
        _close(process.stdout)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(1)
    if isinstance(process, Child):
        process.kill_group()
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _close(stream: IO[bytes]) -> None:
    with contextlib.suppress(OSError):
        stream.close()


def _log_death(module: str, returncode: int, ended_by: str | None, complaints: IO[bytes]) -> None:
    """For operators: how the child ended and the last thing it said, on one line."""
    complaints.seek(0, os.SEEK_END)
    complaints.seek(max(0, complaints.tell() - LOGGED_BYTES))
    said = complaints.read().decode("utf-8", "replace")
    log.warning("child %s ended with %s (limit: %s): %r", module, returncode, ended_by, said)


def _explain_death(returncode: int, ended_by: str | None, limits: Limits) -> DomainError:
    cause = -returncode
    if ended_by == "time" or cause in _TIME_SIGNALS:
        return TooLarge("file_takes_too_long", seconds=round(min(limits.wall_seconds, limits.cpu_seconds)))
    if ended_by == "memory" or cause in _MEMORY_SIGNALS:
        return TooLarge("file_needs_too_much_memory", megabytes=limits.memory_bytes >> 20)
    return Invalid("file_cannot_be_read")


def _explain_os_error(error: OSError) -> DomainError:
    if error.errno == errno.EFBIG:
        return TooLarge("file_makes_too_much_data")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Busy("disk_full")
    if error.errno == errno.ENOMEM:
        return TooLarge("file_needs_too_much_memory")
    return Invalid("file_cannot_be_read")


def _pack(error: DomainError) -> dict[str, Any]:
    problems = [problem.as_dict() for problem in getattr(error, "problems", [])]
    return {"class": type(error).__name__, "code": error.code, "params": error.params, "problems": problems}


def _unpack(answer: dict[str, Any]) -> dict[str, Any]:
    if "ok" in answer:
        result = answer["ok"]
        if isinstance(result, dict):
            return result
        raise Invalid("file_cannot_be_read")
    packed = answer["error"]
    kind = _ERRORS.get(packed["class"], Invalid)
    if kind is not Invalid:
        raise kind(packed["code"], **packed["params"])
    problems = [Problem(item["where"], item["code"], **item["params"]) for item in packed["problems"]]
    raise Invalid(packed["code"], problems=problems, **packed["params"])
