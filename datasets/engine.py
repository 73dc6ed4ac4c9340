"""Database engines set up the way the house relies on: WAL, foreign keys, and SAVEPOINT that works on SQLite."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine, event

BUSY_TIMEOUT_MS = 5000


def make_engine(url: str, **options: Any) -> Engine:
    """Create an engine for `url`.

    SQLite: WAL, synchronous FULL, foreign keys on, five seconds of busy timeout, and BEGIN IMMEDIATE for
    transactions that were opened for writing (`execution_options(isolation_mode="write")`); the driver's own
    transaction handling is switched off because it breaks SAVEPOINT before Python 3.12.
    """
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, **{"pool_pre_ping": not url.startswith("sqlite"), **options})
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    write = connection.get_execution_options().get("isolation_mode") == "write"
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
