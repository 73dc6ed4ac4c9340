"""The real server: one socket, slow clients, killed processes, stops that lose no request."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.serving import pause

ROOT = Path(__file__).parent.parent.parent
SLOW_CLIENTS = 200


def environment(home: Path, **more: str) -> dict[str, str]:
    """A clean environment for the command line."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH") if name in os.environ}
    given = {
        "KAIFANG_HOME": str(home),
        "PORT": "0",
        "LANG": "en_GB.UTF-8",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }
    return {**kept, **given, **more}


def kaifang(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    command = [sys.executable, "-m", "portal", *arguments]
    return subprocess.run(
        command, env=environment(home, **more), capture_output=True, text=True, timeout=120, check=False
    )


class Server:
    """A running `kaifang serve`."""

    def __init__(self, home: Path, **more: str) -> None:
        command = [sys.executable, "-m", "portal", "serve"]
        self.log = (home.parent / "serve.log").open("w")
        self.process = subprocess.Popen(
            command, env=environment(home, **more), stdout=subprocess.PIPE, stderr=self.log, text=True
        )
        assert self.process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:(\d+)", self.process.stdout.readline())
        assert found, (home.parent / "serve.log").read_text()
        self.port = int(found[1])
        self.wait_until_up()

    def get(self, path: str = "/healthz", timeout: float = 10) -> tuple[int, bytes]:
        """One request on a connection of its own."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=timeout) as answer:
            return answer.status, answer.read()

    def wait_until_up(self) -> None:
        """Until the first answer."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with contextlib.suppress(OSError, urllib.error.URLError):
                self.get(timeout=2)
                return
            time.sleep(0.1)
        raise AssertionError("the server does not answer")

    def children(self) -> list[int]:
        """Process ids of web processes and worker."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return sorted(int(pid) for pid in path.read_text().split())

    def stop(self) -> int:
        """Ask it to stop and wait."""
        self.process.terminate()
        status = self.process.wait(60)
        self.log.close()
        return status


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a migrated SQLite database."""
    home = tmp_path_factory.mktemp("serving") / "home"
    done = kaifang(home, "db", "upgrade")
    assert done.returncode == 0, done.stderr
    return home


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Server]:
    """Two web processes and a worker."""
    server = Server(home)
    yield server
    server.stop()


def test_two_web_processes_and_a_worker_share_one_port(server: Server) -> None:
    assert len(server.children()) == 3
    assert server.get("/readyz") == (200, b"ready\n")


def test_signal_wakes_the_supervisor_once_and_then_it_sleeps_again() -> None:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.write(writer, b"\x11\x11")
    begun = time.monotonic()
    pause(reader, 5)
    assert time.monotonic() - begun < 1
    pause(reader, 0.2)
    assert time.monotonic() - begun >= 0.2
    os.close(reader)
    os.close(writer)


def test_busy_port_is_one_sentence(server: Server, home: Path) -> None:
    done = kaifang(home, "serve", PORT=str(server.port))
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1] == (
        f"Port {server.port} is in use. Stop the program that uses it, or choose another one: PORT=8080 kaifang serve"
    )


def test_database_without_schema_is_one_sentence(tmp_path: Path) -> None:
    done = kaifang(tmp_path / "new", "serve")
    assert done.returncode == 1
    assert "kaifang db upgrade" in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_setting_is_one_sentence(home: Path) -> None:
    done = kaifang(home, "serve", PORT="eighty")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "PORT" in done.stderr


def test_killed_processes_come_back(server: Server) -> None:
    before = server.children()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    server.wait_until_up()
    until = time.monotonic() + 20
    while len(server.children()) < 3 and time.monotonic() < until:
        time.sleep(0.1)
    after = server.children()
    assert len(after) == 3
    assert not set(after) & set(before)


def test_slow_clients_do_not_hold_up_the_others(server: Server) -> None:
    slow = [trickle(server.port, number) for number in range(SLOW_CLIENTS)]
    stop = threading.Event()
    feeder = threading.Thread(target=feed, args=(slow, stop))
    feeder.start()
    try:
        times = []
        for _ in range(40):
            started = time.monotonic()
            assert server.get()[0] == 200
            times.append(time.monotonic() - started)
    finally:
        stop.set()
        feeder.join()
        for sock in slow:
            sock.close()
    assert max(times) < 1.0


def trickle(port: int, number: int) -> socket.socket:
    """A client that has begun a request and will not finish it: every other one is in its body."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=10)
    if number % 2:
        sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    else:
        sock.sendall(b"POST /account/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
    return sock


def feed(sockets: list[socket.socket], stop: threading.Event) -> None:
    """One byte each, again and again."""
    while not stop.wait(0.1):
        for sock in sockets:
            with contextlib.suppress(OSError):
                sock.send(b"a")


def test_large_header_is_refused_and_both_length_and_chunks_too(server: Server) -> None:
    large = b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 40_000 + b"\r\n\r\n"
    assert b" 431 " in raw(server.port, large).splitlines()[0]
    twice = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 30\r\n\r\nabcd"
    assert b" 400 " in raw(server.port, twice).splitlines()[0]


def raw(port: int, data: bytes) -> bytes:
    """The answer to these bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
        sock.sendall(data)
        with contextlib.suppress(OSError):  # the server may have refused and left already
            sock.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            return sock.recv(4000)
    return b""


def test_stopping_finishes_running_requests_and_ends_all_processes(home: Path) -> None:
    server = Server(home)
    children = server.children()
    answers: list[tuple[float, int]] = []

    def ask() -> None:
        until = time.monotonic() + 0.6
        while time.monotonic() < until:
            began = time.monotonic()
            try:
                answers.append((began, server.get("/readyz")[0]))
            except OSError as error:
                if isinstance(getattr(error, "reason", None), ConnectionRefusedError):
                    return
                answers.append((began, 0))

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    time.sleep(0.3)
    stopped_at = time.monotonic()
    assert server.stop() == 0
    for asker in askers:
        asker.join()
    taken = [status for began, status in answers if began < stopped_at - 0.05]
    assert taken, "what came later may have waited at a door that closed"
    assert set(taken) == {200}
    assert not any(Path(f"/proc/{pid}").exists() for pid in children)


def test_children_end_when_the_supervisor_is_killed(home: Path) -> None:
    server = Server(home)
    children = server.children()
    server.process.kill()
    server.process.wait()
    until = time.monotonic() + 40
    while any(Path(f"/proc/{pid}").exists() for pid in children) and time.monotonic() < until:
        time.sleep(0.2)
    assert not any(Path(f"/proc/{pid}").exists() for pid in children)
