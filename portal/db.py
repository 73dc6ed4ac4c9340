"""The one place that opens and commits transactions.

`work()` is a unit of work: one session, one transaction, committed once at the end, rolled back on exceptions.
Functions given to `on_commit` only wake what follows the change log; what must not be lost is a row.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from catalog.errors import Busy

log = logging.getLogger(__name__)

_LOCK_MARKS = ("locked", "lock timeout", "deadlock detected")
"""What SQLite and PostgreSQL say when another transaction stood in the way: trying again helps."""


class Database:
    """An engine with the two ways to use it: `reading()` and `work()`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._wakers: list[Callable[[], None]] = []

    def on_commit(self, wake: Callable[[], None]) -> None:
        """Register a follower to be woken after every committed unit of work."""
        self._wakers.append(wake)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session whose changes, if any, are thrown away."""
        with Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextmanager
    def work(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises.

        Raises Busy("database_locked") when another writer holds the database longer than the busy timeout.
        """
        try:
            with self.engine.connect().execution_options(isolation_mode="write") as connection:
                session = Session(bind=connection, expire_on_commit=False)
                try:
                    yield session
                    session.commit()
                except BaseException:
                    session.rollback()
                    raise
                finally:
                    session.close()
        except OperationalError as error:
            if any(mark in str(error).lower() for mark in _LOCK_MARKS):
                raise Busy("database_locked") from error
            raise
        for wake in self._wakers:
            try:
                wake()
            except OSError:
                log.exception("a follower could not be woken")
