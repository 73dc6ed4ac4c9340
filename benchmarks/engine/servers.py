"""The servers of all contestants, started and ended by this run, on free ports of this machine alone."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.engine.data import Question
from benchmarks.engine.measuring import ROOT, Address

DATASETTE = ROOT / ".venv-bench" / "bin" / "datasette"
LEAN = ["sql_time_limit_ms", "600000", "suggest_facets", "off", "allow_facet", "off"]
"""Settings of the lean one, beside counting, which its addresses switch off."""
ALWAYS = ["max_csv_mb", "0"]
QUIET = subprocess.DEVNULL
PAST_THE_CACHE = ("Range", "rows=0-")
"""Our page cache stands aside for requests with a Range; a unit that nobody knows is ignored (RFC 9110, 14.2)."""
BARE = """
import sys, threading, duckdb, orjson, waitress
from flask import Flask, Response, request
app = Flask(__name__)
root = duckdb.connect(sys.argv[1], read_only=True, config={"threads": 1})
@app.get("/")
def rows():
    found = root.cursor().execute(request.args["sql"]).fetchall()
    return Response(orjson.dumps({"rows": found}, default=str), mimetype="application/json")
waitress.serve(app, host="127.0.0.1", port=int(sys.argv[2]), threads=6, _quiet=True)
"""
"""What somebody writes in an afternoon: Flask and DuckDB under the same waitress, no types, no checks, no totals."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running contestant."""

    name: str
    port: int
    pid: int
    rows_path: str = ""

    def address(self, question: Question) -> Address:
        """Where it answers `question` as JSON."""
        if self.name == OURS:
            path = f"/api/v1/dataset/{self.rows_path}/rows?{question.path}"
            return Address(self.port, path, (PAST_THE_CACHE,))
        if self.name == BARE_NAME:
            return Address(self.port, f"/?{urlencode({'sql': question.sql})}")
        return Address(self.port, question.datasette_path(lean=self.name == LEAN_NAME))


OURS, INSTALLED_NAME, LEAN_NAME, BARE_NAME = "ours", "Datasette as installed", "Datasette lean", "bare Flask + DuckDB"


@contextmanager
def portal(home: Path, rows_path: str) -> Iterator[Server]:
    """`kaifang serve` on this home; limits per address stay on, a trusted proxy tells the addresses."""
    port = free_port()
    environment = {**os.environ, "KAIFANG_HOME": str(home), "PORT": str(port), "TRUSTED_PROXY": "127.0.0.1"}
    command = [sys.executable, "-m", "portal", "serve"]
    with _running(command, port, "/healthz", environment) as process:
        yield Server(OURS, port, process.pid, rows_path)


@contextmanager
def datasette(database: Path, *, lean: bool) -> Iterator[Server]:
    """Datasette on a database that is called cases.db."""
    port = free_port()
    said = [*ALWAYS, *(LEAN if lean else ())]
    settings = [part for pair in zip(said[::2], said[1::2], strict=True) for part in ("--setting", *pair)]
    command = [DATASETTE, "serve", database, "-p", port, *settings]
    with _running([str(part) for part in command], port, "/-/versions.json", None) as process:
        yield Server(LEAN_NAME if lean else INSTALLED_NAME, port, process.pid)


@contextmanager
def bare(database: Path) -> Iterator[Server]:
    """Flask and DuckDB without anything else."""
    port = free_port()
    command = [sys.executable, "-c", BARE, str(database), str(port)]
    with _running(command, port, "/?sql=SELECT+1", None) as process:
        yield Server(BARE_NAME, port, process.pid)


def free_port() -> int:
    """A port nobody uses at the moment."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def _running(
    command: list[str], port: int, path: str, environment: dict[str, str] | None
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=QUIET, stderr=QUIET)
    try:
        _wait(port, path, process)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(port: int, path: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        time.sleep(0.05)
    raise SystemExit(f"the server does not answer: {process.args!r}")
