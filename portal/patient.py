"""A web process: waitress, made quick for pages that lie ready and strict with clients that never finish.

One thread reads and writes all connections, so slow headers, slow bodies and slow readers cost a buffer, never a
worker thread. A page that lies in this process's memory is answered by that thread at once, without a hand-over.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
import time
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import Error

from datasets.storage.files import FULL
from portal.edge import Edge
from portal.messages import text_of
from portal.settings import Settings

log = logging.getLogger(__name__)

HEADER_SECONDS = 30
"""A request whose header is not complete after this time is cut off."""
BODY_BYTES_PER_SECOND = 500
"""A body must come at least this fast, averaged after the first `HEADER_SECONDS`."""
IDLE_SECONDS = 60
NEW_SECONDS = 1.0
"""How long a stopping process waits for a connection that has not asked yet."""
MAX_THROWN_AWAY = 4
"""So many times the largest body is taken in of one that is refused; a larger one is cut off at once."""
DRAIN_SECONDS = 25
"""How long a stopping process lets running requests and downloads go on."""


class DiskFull(Error):  # type: ignore[misc]
    """There is no room to take the body in."""

    code = 507
    reason = "Insufficient Storage"


class PatientParser(HTTPRequestParser):  # type: ignore[misc]
    """One request coming in. The body of a refused one is taken to its end and thrown away before the answer goes
    out: a browser that is still sending sees a reset connection and never the sentence that says why.
    """

    unread = 0
    """Bytes of a refused body that are still to come."""

    def received(self, data: bytes) -> int:
        """Take in bytes; how many. A full disk under a large body is an answer, not a broken connection."""
        if self.unread:
            return self._throw_away(data)
        try:
            taken = int(super().received(data))
        except OSError as error:
            if error.errno not in FULL:
                raise
            taken = self._give_up(data)
        rest = self.content_length - self.body_bytes_received
        if self.error is not None and 0 < rest <= self.adj.max_request_body_size * MAX_THROWN_AWAY:
            self.completed, self.unread = False, rest
        return taken

    def _give_up(self, data: bytes) -> int:
        with contextlib.suppress(OSError):
            self.close()
        self.body_rcv = None
        taken = min(len(data), max(0, self.content_length - self.body_bytes_received)) or len(data)
        self.body_bytes_received += taken
        self.error = DiskFull("\n".join(text_of("disk_full", {}, language) for language in ("zh", "en")))
        self.completed = True
        return taken

    def _throw_away(self, data: bytes) -> int:
        taken = min(len(data), self.unread)
        self.unread -= taken
        self.body_bytes_received += taken
        self.completed = not self.unread
        return taken


class PatientChannel(HTTPChannel):  # type: ignore[misc]
    """One connection, which knows since when its present request has been coming in."""

    parser_class = PatientParser
    request_since: float | None = None
    is_due = False

    def received(self, data: bytes) -> bool:
        """Take in bytes; answer at once what lies ready, hand the rest to a thread."""
        if self.request is None:
            self.request_since = time.time()
        taken = bool(super().received(data))
        if self.request is None:
            self.request_since = None
        if self.is_due:
            self.is_due = False
            self._start()
        return taken

    def _start(self) -> None:
        if self.server.lies_ready(self.requests[0]):
            self.server.is_answering = True
            self.service()
            self.server.is_answering = False
            self._flush_exception(self._flush_some)
        else:
            self.server.task_dispatcher.add_task(self)

    def is_dawdling(self, now: float) -> bool:
        """Whether the present request has had its time and is still not complete."""
        since, request = self.request_since, self.request
        if since is None or request is None or now - since < HEADER_SECONDS:
            return False
        if not request.headers_finished:
            return True
        return bool(request.body_bytes_received / (now - since) < BODY_BYTES_PER_SECOND)


class PatientServer(TcpWSGIServer):  # type: ignore[misc]
    """Waitress' server with drain on stop and a deadline for requests that trickle in."""

    channel_class = PatientChannel
    is_stopping = False
    is_answering = False
    """Whether the reading thread itself is writing an answer, so that it need not be woken."""
    edge: Edge | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._main_thread = threading.get_ident()
        super().__init__(*args, **kwargs)

    def add_task(self, task: Any) -> None:
        """From the reading thread: leave it to the channel; from a worker (pipelined requests): queue it."""
        if threading.get_ident() == self._main_thread:
            task.is_due = True
        else:
            self.task_dispatcher.add_task(task)

    def pull_trigger(self) -> None:
        """Wake the reading thread, unless it is the one that asks."""
        if not (self.is_answering and threading.get_ident() == self._main_thread):
            super().pull_trigger()

    def lies_ready(self, request: Any) -> bool:
        """Whether the answer to `request` is a page in this process's memory."""
        return (
            self.edge is not None
            and request.error is None
            and self.edge.lies_ready(request.command, request.path, request.query, request.headers)
        )

    def maintenance(self, now: float) -> None:
        """Cut off idle connections and those that dawdle."""
        super().maintenance(now)
        for channel in list(self.active_channels.values()):
            if channel.is_dawdling(now):
                channel.will_close = True

    def run_until_stopped(self, parent: int | None) -> None:
        """Serve until `stop` or until the supervising process is gone; then finish what has begun."""
        while not self.is_stopping and (parent is None or os.getppid() == parent):
            wasyncore.poll2(1.0, self._map)
        self._drain()
        self.task_dispatcher.shutdown(cancel_pending=False, timeout=5)

    def stop(self) -> None:
        """Ask the loop to end; may be called from a signal handler."""
        self.is_stopping = True
        self.pull_trigger()

    def _drain(self) -> None:
        """Take in what already knocked, close the door, finish what has begun, close what is idle."""
        for _ in range(self.adj.backlog):
            before = len(self.active_channels)
            self.handle_accept()
            if len(self.active_channels) == before:
                break
        self.accepting = False
        self.del_channel()
        self.socket.close()
        until = time.monotonic() + DRAIN_SECONDS
        while self.active_channels and time.monotonic() < until:
            for channel in list(self.active_channels.values()):
                if not _is_busy(channel, time.time()):
                    channel.handle_close()
            wasyncore.poll2(0.1, self._map)


def make_server(app: Any, sock: socket.socket, settings: Settings) -> PatientServer:
    """A server on a bound socket, which several processes may share."""
    options: dict[str, Any] = {
        "threads": settings.threads,
        "connection_limit": settings.connection_limit,
        "channel_timeout": IDLE_SECONDS,
        "cleanup_interval": 5,
        "asyncore_use_poll": True,
        "max_request_header_size": 32_768,
        "max_request_body_size": (settings.upload_limit_mb + 1) * 1_000_000,
        "ident": None,
        "backlog": 2048,
        "send_bytes": 65_536,
        "expose_tracebacks": False,
        "clear_untrusted_proxy_headers": True,
        "url_scheme": "https" if settings.is_https else "http",
    }
    if settings.trusted_proxies:
        options |= {
            "trusted_proxy": settings.trusted_proxies,
            "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
        }
    adjustments = Adjustments(sockets=[sock], **options)
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(adjustments.threads)
    server = PatientServer(
        app,
        {},
        True,
        sock,
        dispatcher=dispatcher,
        adj=adjustments,
        bind_socket=False,
        sockinfo=(sock.family, sock.type, sock.proto, sock.getsockname()),
    )
    edge = getattr(app, "wsgi_app", None)
    server.edge = edge if isinstance(edge, Edge) else None
    return server


def _is_busy(channel: Any, now: float) -> bool:
    """Whether a request runs, an answer goes out, or a new connection may just be about to ask."""
    is_new = channel.last_activity == channel.creation_time and now - channel.creation_time < NEW_SECONDS
    is_asking = channel.request is not None and now - channel.last_activity < NEW_SECONDS
    return bool(channel.requests or channel.total_outbufs_len or is_new or is_asking)
