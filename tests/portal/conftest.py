"""Fixtures of the portal's tests: a house of its own for each test, an application over it, a clock that can be set."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
import ssl
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text
from sqlalchemy.pool import Pool

from datasets.engine import make_engine
from datasets.query.pool import QueryPool
from portal import migrating
from portal.app import create_app
from portal.edge import Edge
from portal.house import House, build_house
from portal.security import limiter
from portal.settings import Settings, load_settings
from tests.portal.certificates import make_self_signed
from tests.portal.workspace import District, make_district


@event.listens_for(Pool, "checkout")
def do_not_wait_for_the_disk(connection: Any, _record: Any, _proxy: Any) -> None:
    """Databases of tests need not outlive a power cut: waiting for the disk is half of their time."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


SECRET = "a-key-for-tests-" + "0123456789abcdefghij" * 2


@dataclass
class FakeClock:
    """A clock that stands still until it is moved."""

    moment: dt.datetime

    def __call__(self) -> dt.datetime:
        return self.moment

    def advance(self, **parts: float) -> None:
        """Move on by `timedelta(**parts)`."""
        self.moment += dt.timedelta(**parts)


@pytest.fixture
def clock(now: dt.datetime) -> FakeClock:
    """Friday 2026-07-10, 10:00 in Shanghai, until moved."""
    return FakeClock(now)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite database to copy from."""
    path = tmp_path_factory.mktemp("migrated") / "kaifang.db"
    engine = make_engine(f"sqlite:///{path}")
    migrating.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_template() -> Iterator[str]:
    """The name of a migrated, empty PostgreSQL database to copy from."""
    name = f"kaifang_template_{uuid.uuid4().hex[:10]}"
    admin = make_engine(os.environ["TEST_DATABASE_URL"], isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine = make_engine(admin.url.set(database=name).render_as_string(hide_password=False))
    migrating.upgrade(engine)
    engine.dispose()
    yield name
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture
def own_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database that belongs to this test alone."""
    server = os.environ.get("TEST_DATABASE_URL")
    if not server:
        shutil.copyfile(request.getfixturevalue("migrated_file"), tmp_path / "kaifang.db")
        yield f"sqlite:///{tmp_path / 'kaifang.db'}"
        return
    template = request.getfixturevalue("postgresql_template")
    name = f"kaifang_test_{uuid.uuid4().hex[:12]}"
    admin = make_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    yield admin.url.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture
def empty_database(tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table, of the kind the other tests use."""
    server = os.environ.get("TEST_DATABASE_URL")
    if not server:
        yield f"sqlite:///{tmp_path / 'empty' / 'kaifang.db'}"
        return
    name = f"kaifang_empty_{uuid.uuid4().hex[:12]}"
    admin = make_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield admin.url.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture
def make_settings(own_database: str, tmp_path: Path) -> Callable[..., Settings]:
    """Settings over this test's database and folder; fields may be given."""

    def make(**fields: object) -> Settings:
        given = {
            "home": tmp_path / "home",
            "database_url": own_database,
            "secret_key": SECRET,
            "site_name": "黄石港区公共数据开放平台",
            "access_log": False,
            **fields,
        }
        return load_settings(**given)

    return make


@pytest.fixture
def house(make_settings: Callable[..., Settings], clock: FakeClock) -> Iterator[House]:
    """A furnished house with an empty database."""
    house = build_house(make_settings(), clock=clock)
    yield house
    house.close()


@pytest.fixture(scope="session")
def built_apps() -> dict[tuple[object, ...], Flask]:
    """Applications by what of the settings they were built from: rules and templates are compiled once."""
    return {}


@pytest.fixture
def app(house: House, built_apps: dict[tuple[object, ...], Flask]) -> Flask:
    """The application over `house`; a test that changes its application makes one with `create_app`."""
    settings = house.settings
    built_from = (settings.secret_key, settings.upload_limit_mb, settings.is_https, settings.redis_url)
    if (app := built_apps.get(built_from)) is None:
        return built_apps.setdefault(built_from, create_app(house=house))
    limiter.reset()
    app.extensions["kaifang"] = house
    app.extensions["cache"].clear()
    house.cache.init_app(app)
    app.wsgi_app = Edge(app.wsgi_app.app, house, app.config["SESSION_COOKIE_NAME"])  # type: ignore[attr-defined,method-assign]
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """An anonymous client; form tokens are checked as in life."""
    return app.test_client()


@pytest.fixture(scope="session")
def shared_pool() -> Iterator[QueryPool]:
    """Query children that live as long as the tests: starting them is what takes time."""
    pool = QueryPool(size=1)
    yield pool
    pool.close()


@pytest.fixture
def quick_house(house: House, shared_pool: QueryPool) -> Iterator[House]:
    """`house`, answering questions about rows through the shared children."""
    house.__dict__["pool"] = shared_pool
    yield house
    del house.__dict__["pool"]


@pytest.fixture
def district(app: Flask, house: House) -> District:
    """Two departments, the office and the administrators, each signed in with a browser of their own."""
    return make_district(app, house)


@pytest.fixture(scope="session")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server's certificate that nobody vouches for."""
    return make_self_signed(tmp_path_factory.mktemp("certificate"))
