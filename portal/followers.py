"""Knowing, without asking the database at every request, that something public has changed."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from catalog.changes import change_number
from catalog.departments import names_mark
from portal.db import Database

RECHECK_SECONDS = 1.0
"""A change made on another machine is seen after this time at the latest."""
LOOK_SECONDS = 0.02
"""A change made by another process of this machine is seen after this time at the latest."""


class Generation:
    """The number of the last public change, as pages and feeds of this process see it.

    A committed unit of work touches the wake file, which every process of this machine notices at its next request;
    a commit elsewhere is noticed within `RECHECK_SECONDS`.
    """

    def __init__(self, database: Database, wake_file: Path) -> None:
        self._database = database
        self._wake_file = wake_file
        self._lock = threading.Lock()
        self._number = -1
        self._names = ""
        self._seen = 0
        self._checked = float("-inf")
        self._looked = float("-inf")
        self._last_stamp = 0

    def wake(self) -> None:
        """Tell all processes of this machine that something was committed."""
        descriptor = os.open(self._wake_file, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.utime(descriptor)
        finally:
            os.close(descriptor)
        self._looked = float("-inf")

    def stamp(self) -> int:
        """The wake file's time in nanoseconds, not older than `LOOK_SECONDS`; 0 before the first commit."""
        now = time.monotonic()
        if now - self._looked > LOOK_SECONDS:
            try:
                self._last_stamp = self._wake_file.stat().st_mtime_ns
            except FileNotFoundError:
                self._last_stamp = 0
            self._looked = now
        return self._last_stamp

    def known_number(self) -> int | None:
        """The change number if it is known without asking the database: no wake since, and younger than a second."""
        is_fresh = self.stamp() == self._seen and time.monotonic() - self._checked <= RECHECK_SECONDS
        return self._number if is_fresh else None

    def number(self) -> int:
        """The change number; asks the database only when `known_number` does not know it."""
        if self.known_number() is None:
            with self._lock:
                stamp = self.stamp()
                moment = time.monotonic()
                with self._database.reading() as session:
                    self._number, self._names = change_number(session), names_mark(session)
                self._seen, self._checked = stamp, moment
        return self._number

    def known_mark(self) -> str | None:
        """`mark` if it is known without asking the database."""
        number = self.known_number()
        return None if number is None else f"{number}.{self._names}"

    def mark(self) -> str:
        """The state of all that the public sees: the last change, and what the departments are called."""
        return f"{self.number()}.{self._names}"
