"""A database of the first release becomes one of this release with its obligations and their facts, and back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, Table, Uuid, insert, inspect, select, text

from datasets.db import UTCDateTime
from datasets.engine import make_engine
from portal import migrating

DEPARTMENT, ENTRY, RESOURCE, REVISION = (uuid.UUID(int=number) for number in range(1, 5))
CREATED = dt.datetime(2026, 5, 1, 2, 0, tzinfo=dt.UTC)

PUBLISHED = [
    dt.datetime(2026, 6, 30, 15, 59, 59, tzinfo=dt.UTC),  # 23:59:59 on 30 June in Shanghai
    dt.datetime(2026, 6, 30, 16, 0, 0, tzinfo=dt.UTC),  # midnight: 1 July in Shanghai
    dt.datetime(2026, 7, 1, 9, 0, 0, tzinfo=dt.UTC),  # the same day again
    None,  # never went public
]
"""When the versions of the resource went public."""

OBLIGATIONS = [
    # kind, period, state
    ("update", "2026-05", "missed"),
    ("update", "2026-06", "on_time"),
    ("update", "2026-07", "late"),
    ("freshness", "2026-06", "on_time"),
    ("update", "2026-08", "open"),
]


@pytest.fixture
def first_release(empty_database: str) -> Iterator[Engine]:
    """A database as the first release left it, with one entry, its versions and its obligations."""
    path = empty_database.removeprefix("sqlite:///")
    if path != empty_database:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = make_engine(empty_database)
    migrating.upgrade(engine, "0001")
    _fill(engine)
    yield engine
    engine.dispose()


def _fill(engine: Engine) -> None:
    moment = {"created_at": CREATED}
    _insert(engine, "department", [{"id": DEPARTMENT, "slug": "mz", "name": "民政局", "short_name": "民政"} | moment])
    _insert(
        engine,
        "entry",
        [{"id": ENTRY, "name": "minglu", "department_id": DEPARTMENT, "state": "published", **moment}],
    )
    _insert(engine, "resource", [{"id": RESOURCE, "entry_id": ENTRY, "kind": "file", "title": "名录", **moment}])
    versions = [
        {"id": uuid.UUID(int=100 + number), "resource_id": RESOURCE, "number": number + 1, "published_at": at, **moment}
        for number, at in enumerate(PUBLISHED)
    ]
    _insert(engine, "data_version", versions)
    rows = [
        {
            "id": uuid.UUID(int=200 + number),
            "entry_id": ENTRY,
            "department_id": DEPARTMENT,
            "kind": kind,
            "period": period,
            "starts_on": dt.date(2026, 5, 1),
            "due_on": dt.date(2026, 5, 31),
            "grace_on": dt.date(2026, 6, 5),
            "state": state,
            **moment,
        }
        for number, (kind, period, state) in enumerate(OBLIGATIONS)
    ]
    _insert(engine, "obligation", rows)


def _insert(engine: Engine, name: str, rows: list[dict[str, Any]]) -> None:
    """Insert rows into a table as the database has it; what a row leaves out and the table wants is filled in."""
    table = Table(name, MetaData(), autoload_with=engine)
    for column in table.columns:
        if column.name.endswith("_at"):
            column.type = UTCDateTime()
        elif column.name == "id" or column.name.endswith("_id"):
            column.type = Uuid()
    fillers = {
        column.name: _filler(column)
        for column in table.columns
        if not column.nullable and column.name not in rows[0] and column.server_default is None
    }
    with engine.begin() as connection:
        connection.execute(insert(table), [{**fillers, **row} for row in rows])


def _filler(column: Any) -> Any:
    kind = str(column.type).upper()
    if "JSON" in kind:
        return []
    if "BOOL" in kind:
        return False
    return 1 if "INT" in kind else "x"


def rows_of(engine: Engine, statement: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_the_subject_of_every_obligation_so_far_is_its_entry(first_release: Engine) -> None:
    migrating.upgrade(first_release)
    assert migrating.current_revision(first_release) == migrating.head_revision()
    assert rows_of(first_release, "SELECT count(*) FROM obligation WHERE subject_id = entry_id") == [(5,)]


def test_what_was_settled_was_settled_by_data_or_by_its_share(first_release: Engine) -> None:
    migrating.upgrade(first_release)
    found = rows_of(first_release, "SELECT kind, period, state, settled_by FROM obligation ORDER BY kind, period")
    assert found == [
        ("freshness", "2026-06", "on_time", "share"),
        ("update", "2026-05", "missed", None),
        ("update", "2026-06", "on_time", "data"),
        ("update", "2026-07", "late", "data"),
        ("update", "2026-08", "open", None),
    ]


def test_every_day_on_which_data_went_public_is_one_delivery(first_release: Engine) -> None:
    migrating.upgrade(first_release)
    found = rows_of(first_release, "SELECT delivered_on, kind, by_name FROM delivery ORDER BY delivered_on")
    assert [(str(on), kind, name) for on, kind, name in found] == [
        ("2026-06-30", "data", ""),
        ("2026-07-01", "data", ""),
    ]


def test_a_database_goes_back_to_the_first_release_and_forward_again(first_release: Engine) -> None:
    before = set(inspect(first_release).get_table_names())
    keys = "SELECT entry_id, kind, period, state FROM obligation ORDER BY kind, period"
    rows = rows_of(first_release, keys)
    migrating.upgrade(first_release)
    migrating.downgrade(first_release, "0001")
    assert set(inspect(first_release).get_table_names()) == before
    assert rows_of(first_release, keys) == rows
    columns = {column["name"] for column in inspect(first_release).get_columns("obligation")}
    assert not columns & {"subject_id", "settled_by", "first_due_on", "label"}
    migrating.upgrade(first_release)
    assert rows_of(first_release, "SELECT count(*) FROM delivery") == [(2,)]


def test_obligations_of_departments_do_not_survive_the_way_back(first_release: Engine) -> None:
    """The first release knows obligations of entries only; the way back says so by leaving the others out."""
    migrating.upgrade(first_release)
    table = Table("obligation", MetaData(), autoload_with=first_release)
    with first_release.begin() as connection:
        values = dict(connection.execute(select(table).limit(1)).one()._mapping)
        node = {"id": _like(values["id"], 300), "entry_id": None, "kind": "node", "period": "2026H1#1"}
        connection.execute(insert(table), [{**values, **node}])
    migrating.downgrade(first_release, "0001")
    assert rows_of(first_release, "SELECT count(*) FROM obligation") == [(5,)]


def _like(value: Any, number: int) -> Any:
    """Another id in the form in which the database gave one."""
    made = uuid.UUID(int=number)
    return made if isinstance(value, uuid.UUID) else made.hex
