"""Fixtures that every test folder shares: a database, a session, a clock, the shared data folder."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

import catalog.models  # noqa: F401  registers the tables
import datasets.models  # noqa: F401  registers the tables
from datasets.db import Base
from datasets.engine import make_engine

NOW = dt.datetime(2026, 7, 10, 2, 0, tzinfo=dt.UTC)
"""Friday 2026-07-10, 10:00 in Shanghai."""

SHARED = Path(os.environ.get("KAIFANG_SHARED_DATA", Path(__file__).parent.parent.parent / "shared" / "data"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests of the shared data, saying why, where that folder is absent."""
    if SHARED.is_dir():
        return
    skip = pytest.mark.skip(reason=f"no shared data at {SHARED}: set KAIFANG_SHARED_DATA")
    for item in items:
        if "shared" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real catalogs, tables and corpora; mark the test `shared` to skip where it is absent."""
    return SHARED


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty database of this worker: SQLite, or PostgreSQL where TEST_DATABASE_URL names a server."""
    server = os.environ.get("TEST_DATABASE_URL")
    if not server:
        yield f"sqlite:///{tmp_path_factory.mktemp('db') / 'test.db'}"
        return
    name = f"kaifang_test_{uuid.uuid4().hex[:12]}"
    admin = make_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield str(admin.url.set(database=name).render_as_string(hide_password=False))
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """The worker's engine with all tables."""
    engine = make_engine(database_url)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session in an outer transaction that is rolled back: the code may flush and nest freely."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(bind=connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield session
        outer.rollback()


@pytest.fixture
def now() -> dt.datetime:
    """The instant at which tests take place: Friday 2026-07-10, 10:00 in Shanghai."""
    return NOW
