"""`kaifang serve`: several web processes on one socket, one worker, watched over and restarted when one dies.

The supervisor loads the application once and forks, so that processes share memory. It opens no thread and no
connection of its own before that.
"""

from __future__ import annotations

import gc
import logging
import os
import resource
import select
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from flask import Flask

from catalog.errors import Busy
from portal.app import create_app
from portal.house import House
from portal.patient import DRAIN_SECONDS, make_server
from portal.settings import Settings
from portal.worker import Worker

log = logging.getLogger(__name__)

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
RESTART_SECONDS = (0.0, 0.5, 2.0, 5.0, 15.0, 30.0)
"""Pause before the first, second, … restart in a row of a process that dies at once."""
STEADY_SECONDS = 30.0
"""A process that lived this long starts again at the first pause."""


def bind(settings: Settings) -> socket.socket:
    """A listening socket on HOST and PORT. Raises Busy("port_busy") or Busy("address_unusable")."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((settings.host, settings.port))
        sock.listen(2048)
    except OSError as error:
        sock.close()
        if error.errno in (98, 48, 10048):
            raise Busy("port_busy", port=settings.port) from error
        raise Busy("address_unusable", host=settings.host, port=settings.port, reason=error.strerror or "") from error
    sock.setblocking(False)
    return sock


def address_of(sock: socket.socket, settings: Settings) -> str:
    """The address to open in a browser on this machine."""
    host, port = sock.getsockname()[:2]
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104  compared, not bound
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def know_address(house: House, sock: socket.socket) -> None:
    """With PORT=0 and no BASE_URL: absolute links name the port that was picked, not 0."""
    if house.settings.base_url.endswith(":0"):
        house.settings = replace(house.settings, base_url=address_of(sock, house.settings))


def prepare(settings: Settings) -> None:
    """Private temporary files, as many open files as the system allows."""
    tempfile.tempdir = str(settings.folder("tmp"))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = hard if hard != resource.RLIM_INFINITY else 65_536
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def run_web(app: Flask, sock: socket.socket, settings: Settings, *, parent: int | None = None) -> None:
    """Serve pages in this process until SIGTERM, SIGINT or the end of `parent`."""
    server = make_server(app, sock, settings)
    for number in STOP_SIGNALS:
        signal.signal(number, lambda *_: server.stop())
    server.run_until_stopped(parent)
    house: House = app.extensions["kaifang"]
    house.close()


def run_worker(house: House, *, parent: int | None = None) -> None:
    """Do jobs in this process until SIGTERM, SIGINT or the end of `parent`."""
    worker = Worker(house, run_apart=lambda run: in_child(house, run))
    for number in STOP_SIGNALS:
        signal.signal(number, lambda *_: worker.stop())
    worker.run(is_alone=lambda: parent is not None and os.getppid() != parent)
    house.close()


def in_child(house: House, run: Callable[[], None]) -> None:
    """Run in a forked process, on database connections of its own, and wait: what it loads is given back at its end."""
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)
        return
    status = 1
    try:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        house.database.engine.dispose(close=False)
        run()
        status = 0
    except Exception:
        log.exception("a chore failed")
    finally:
        os._exit(status)


def pause(reader: int, seconds: float) -> None:
    """Wait until a signal has written to the pipe `reader`, at most `seconds`; what was written is used up."""
    if select.select([reader], [], [], seconds)[0]:
        with suppress(BlockingIOError):
            os.read(reader, 4096)


@dataclass
class Child:
    """A supervised process: how to run it, and how it has fared."""

    name: str
    run: Callable[[], None]
    pid: int = 0
    started: float = 0.0
    quick_deaths: int = 0
    due: float = field(default_factory=time.monotonic)


class Supervisor:
    """Keeps its children running until it is told to stop, then lets them finish."""

    def __init__(self, children: list[Child], *, sock: socket.socket) -> None:
        self.children = children
        self.sock = sock
        self.is_stopping = False

    def run(self) -> None:
        """Run until SIGTERM or SIGINT and all children have ended."""
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in STOP_SIGNALS:
            signal.signal(number, self._stop)
        while not self.is_stopping:
            self._start_due()
            pause(reader, 1.0)
            self._collect()
        self._end_all()

    def _stop(self, *_: object) -> None:
        self.is_stopping = True

    def _start_due(self) -> None:
        for child in self.children:
            if not child.pid and time.monotonic() >= child.due and not self.is_stopping:
                self._start(child)

    def _start(self, child: Child) -> None:
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            self._become(child)
        child.pid, child.started = pid, time.monotonic()

    def _become(self, child: Child) -> None:
        """In the forked process: run and never return."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            child.run()
            status = 0
        except Exception:
            log.exception("%s died", child.name)
        finally:
            os._exit(status)

    def _collect(self) -> None:
        for child in self.children:
            if not child.pid:
                continue
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if pid:
                self._note_death(child, status)

    def _note_death(self, child: Child, status: int) -> None:
        lived = time.monotonic() - child.started
        child.quick_deaths = child.quick_deaths + 1 if lived < STEADY_SECONDS else 0
        pause = RESTART_SECONDS[min(child.quick_deaths, len(RESTART_SECONDS) - 1)]
        child.pid, child.due = 0, time.monotonic() + pause
        if not self.is_stopping:
            reason = os.waitstatus_to_exitcode(status)
            log.error("%s ended (%s) after %.0f s, starting again in %.1f s", child.name, reason, lived, pause)

    def _end_all(self) -> None:
        """Let go of the socket, ask every child to end, wait for drains, end the stubborn."""
        self.sock.close()
        for child in self.children:
            if child.pid:
                os.kill(child.pid, signal.SIGTERM)
        until = time.monotonic() + DRAIN_SECONDS + 10
        while any(child.pid for child in self.children) and time.monotonic() < until:
            self._collect()
            time.sleep(0.05)
        for child in self.children:
            if child.pid:
                os.kill(child.pid, signal.SIGKILL)


def supervise(house: House, sock: socket.socket) -> None:
    """Run web processes and the worker over `house` until told to stop.

    Templates are compiled before the fork, so that no person waits for that and all processes share it.
    """
    settings = house.settings
    app = create_app(house=house)
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)
    house.database.engine.dispose()
    parent = os.getpid()
    web = [
        Child(f"web {number + 1}", lambda: run_web(app, sock, settings, parent=parent))
        for number in range(settings.processes)
    ]

    def work_on() -> None:
        sock.close()
        run_worker(house, parent=parent)

    gc.collect()
    gc.freeze()
    Supervisor([*web, Child("worker", work_on)], sock=sock).run()
