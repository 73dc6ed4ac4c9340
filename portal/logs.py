"""Logs that cannot be forged: one record is one line, whatever a person typed."""

from __future__ import annotations

import datetime as dt
import logging
import sys
import threading
import time
from pathlib import Path
from typing import Any

import orjson

from datasets.clock import SHANGHAI
from portal.settings import Settings

_CONTROL = {number: f"\\x{number:02x}" for number in (*range(32), 127, *range(0x80, 0xA0))}
_CONTROL |= {ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t", 0x2028: "\\u2028", 0x2029: "\\u2029"}
_CONTROL |= {number: f"\\u{number:04x}" for number in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def one_line(text: str) -> str:
    """`text` with every line break, control and direction character written out."""
    return text.translate(_CONTROL)


class TextFormatter(logging.Formatter):
    """`2026-07-10 10:00:00 INFO portal.worker message`, tracebacks indented and escaped line by line."""

    def format(self, record: logging.LogRecord) -> str:
        moment = dt.datetime.fromtimestamp(record.created, SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
        request_id = getattr(record, "request_id", "")
        parts = [moment, record.levelname, record.name, *([f"[{request_id}]"] if request_id else [])]
        line = " ".join([*parts, one_line(record.getMessage())])
        if record.exc_info:
            trace = self.formatException(record.exc_info)
            line += "".join(f"\n    {one_line(row)}" for row in trace.split("\n"))
        return line


class JsonFormatter(logging.Formatter):
    """One JSON object a line: at, level, logger, message, request_id, trace."""

    def format(self, record: logging.LogRecord) -> str:
        row: dict[str, Any] = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := getattr(record, "request_id", ""):
            row["request_id"] = request_id
        if record.exc_info:
            row["trace"] = self.formatException(record.exc_info)
        return orjson.dumps(row, default=str).decode()


def set_up_logging(settings: Settings) -> None:
    """Log to standard error in the form that LOG_FORMAT names."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if settings.log_format == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for noisy in ("alembic", "flask_limiter", "sqlalchemy"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)


class AccessLog:
    """Who fetched what: JSON lines in `logs/access-YYYY-MM-DD.jsonl`, written in batches by a thread of their own.

    Processes share a day's file: a batch is one append. A crash loses at most the last second.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rows: list[bytes] = []
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def record(self, *, address: str, method: str, path: str, status: int, seconds: float, agent: str) -> None:
        """Note one answered request; costs some microseconds."""
        row = orjson.dumps(
            {
                "at": dt.datetime.fromtimestamp(time.time(), SHANGHAI).isoformat(timespec="milliseconds"),
                "address": address,
                "method": method,
                "path": path,
                "status": status,
                "ms": round(seconds * 1000, 1),
                "agent": agent[:200],
            },
            option=orjson.OPT_APPEND_NEWLINE,
        )
        with self._lock:
            self._rows.append(row)
            if self._thread is None:
                self._thread = threading.Thread(target=self._write_on, name="access-log", daemon=True)
                self._thread.start()

    def flush(self) -> None:
        """Write what has gathered."""
        with self._lock:
            rows, self._rows = self._rows, []
        if rows:
            day = dt.datetime.fromtimestamp(time.time(), SHANGHAI).date()
            try:
                with (self._folder / f"access-{day}.jsonl").open("ab", buffering=0) as file:
                    file.write(b"".join(rows))
            except OSError:
                logging.getLogger(__name__).warning("the access log cannot be written")

    def _write_on(self) -> None:
        while True:
            time.sleep(1.0)
            self.flush()
