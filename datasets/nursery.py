"""A warm parent of limited children: it has imported what they need, and forks one for each request.

Importing pandas and DuckDB takes longer than reading an ordinary office file. The nursery imports them once, opens no
file and reads no request's content; each forked child applies its own limits before it opens anything untrusted and
leaves after one answer. The nursery goes after a minute without work, so that an idle portal pays nothing for it.
Where a system cannot fork or pass file descriptors, `start_child` starts a fresh interpreter instead.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

IDLE_SECONDS = 60.0
MESSAGE_BYTES = 4096
CAN_FORK = hasattr(os, "fork") and hasattr(socket, "send_fds")


class Child:
    """A process that is the nursery's child and ours to feed, to watch and to kill: the part of Popen that is used."""

    def __init__(self, pid: int, stdin: IO[bytes], stdout: IO[bytes], status: IO[bytes]) -> None:
        self.pid = pid
        self.stdin = stdin
        self.stdout = stdout
        self.returncode: int | None = None
        self._status = status

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, negative for a signal; raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            ready, _, _ = select.select([self._status], [], [], timeout)
            if not ready:
                raise subprocess.TimeoutExpired("child", timeout or 0)
            line = self._status.readline()
            self.returncode = int(line) if line.strip() else -signal.SIGKILL
            self._status.close()
        return self.returncode

    def kill_group(self) -> None:
        """End the child and whatever it started, unless it has been collected already."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)


class Nursery:
    """This process's nursery; started by the first request, started again when it has gone. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    @property
    def pid(self) -> int | None:
        """Process id of the nursery; None before the first request."""
        return self._process.pid if self._process else None

    def start(self, module: str, folder: str, complaints: IO[bytes], environment: Mapping[str, str]) -> Child:
        """Fork a child that answers one request with `module.main()`. Raises OSError where that is impossible."""
        stdin_read, stdin_write = os.pipe()
        stdout_read, stdout_write = os.pipe()
        status_read, status_write = os.pipe()
        given = [stdin_read, stdout_write, complaints.fileno(), status_write]
        message = json.dumps({"module": module, "folder": folder}).encode()
        status = os.fdopen(status_read, "rb", buffering=0)
        try:
            try:
                self._send(message, given, environment)
            finally:
                for one in (stdin_read, stdout_write, status_write):
                    os.close(one)
            line = status.readline()
            if not line.strip():
                raise OSError("the nursery has gone")
        except OSError:
            status.close()
            for one in (stdin_write, stdout_read):
                os.close(one)
            raise
        return Child(int(line), os.fdopen(stdin_write, "wb"), os.fdopen(stdout_read, "rb"), status)

    def _send(self, message: bytes, descriptors: list[int], environment: Mapping[str, str]) -> None:
        with self._lock:
            for is_last in (False, True):
                if self._control is None or self._owner != os.getpid():
                    if self._process is not None and self._owner == os.getpid():
                        self._process.poll()
                    self._control, self._process = _open_nursery(environment)
                    self._owner = os.getpid()
                try:
                    socket.send_fds(self._control, [message], descriptors)
                    return
                except OSError:
                    self._control.close()
                    self._control = None
                    if is_last:
                        raise


def _open_nursery(environment: Mapping[str, str]) -> tuple[socket.socket, subprocess.Popen[bytes]]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "datasets.nursery", str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=dict(environment),
            pass_fds=(theirs.fileno(),),
            cwd="/",
            start_new_session=True,
        )
    return ours, process


def serve(control: socket.socket) -> None:
    """The nursery itself: fork for every message, report exits, leave when idle or when the parent is gone."""
    waking_read, waking_write = os.pipe()
    os.set_blocking(waking_write, False)
    os.set_blocking(waking_read, False)
    signal.set_wakeup_fd(waking_write)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    waiting: dict[int, int] = {}
    idle_since = time.monotonic()
    while True:
        ready, _, _ = select.select([control.fileno(), waking_read], [], [], 1.0)
        if waking_read in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(waking_read, 4096)
            _report_exits(waiting)
        if control.fileno() in ready:
            data, descriptors, _, _ = socket.recv_fds(control, MESSAGE_BYTES, 4)
            if not data:
                return
            _fork(json.loads(data), descriptors, control, waiting)
        if waiting or ready:
            idle_since = time.monotonic()
        elif time.monotonic() - idle_since > IDLE_SECONDS:
            return


def _fork(message: dict[str, Any], descriptors: list[int], control: socket.socket, waiting: dict[int, int]) -> None:
    stdin, stdout, stderr, status = descriptors
    module = _prepare(message["module"])
    pid = os.fork()
    if pid == 0:
        _become_child(module, message["folder"], (stdin, stdout, stderr), control)
    with contextlib.suppress(OSError):
        os.setpgid(pid, pid)
    for one in (stdin, stdout, stderr):
        os.close(one)
    waiting[pid] = status
    _tell(status, pid)


def _prepare(name: str) -> Any:
    """Import the child's module and the heavy libraries it names in WARM, so that every later fork has them."""
    module = importlib.import_module(name)
    for library in getattr(module, "WARM", ()):
        importlib.import_module(library)
    return module


def _become_child(module: Any, folder: str, streams: tuple[int, int, int], control: socket.socket) -> None:
    """In the child: stand alone, take the streams, answer one request, leave without the nursery's exit handlers."""
    code = 1
    try:
        os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        control.close()
        for target, source in enumerate(streams):
            os.dup2(source, target)
        os.closerange(3, 64)
        os.chdir(folder)
        os.environ.update({"TMPDIR": folder, "HOME": folder})
        module.main()
        code = 0
    finally:
        os._exit(code)


def _report_exits(waiting: dict[int, int]) -> None:
    while waiting:
        try:
            pid, state = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        status = waiting.pop(pid, None)
        if status is not None:
            _tell(status, os.waitstatus_to_exitcode(state))
            os.close(status)


def _tell(status: int, number: int) -> None:
    with contextlib.suppress(BrokenPipeError):
        os.write(status, f"{number}\n".encode())


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=int(sys.argv[1])) as parent:
        serve(parent)
