"""Fixtures of the catalog's tests: people, and entries in every state reached by real steps."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from datasets.db import Base
from datasets.engine import make_engine
from tests.catalog.lifecycle import Lifecycle, People, make_people


@pytest.fixture
def people(session: Session) -> People:
    """黄石港区民政局 with an editor and a reviewer, and the data office."""
    return make_people(session)


@pytest.fixture
def lifecycle(session: Session, people: People, now: dt.datetime) -> Lifecycle:
    """Makes entries of that department in any state, at the instant of `now`."""
    return Lifecycle(session, people, now)


@pytest.fixture
def own_engine(tmp_path: Path) -> Iterator[Engine]:
    """A database of this test alone, in which transactions really commit: for tests of two at a time."""
    server = os.environ.get("TEST_DATABASE_URL")
    if not server:
        engine = make_engine(f"sqlite:///{tmp_path / 'own.db'}")
        Base.metadata.create_all(engine)
        yield engine
        engine.dispose()
        return
    name = f"kaifang_test_{uuid.uuid4().hex[:12]}"
    admin = make_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine = make_engine(admin.url.set(database=name).render_as_string(hide_password=False), pool_size=25)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()
