"""Data versions: one published at a time, all former ones at their address, columns compared."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from datasets.columns import Column, columns_from
from datasets.errors import NotFound
from datasets.models import DataVersion
from datasets.versions import ColumnChanges, compare_columns, get_version, list_versions, publish_version

COLUMNS = [Column(0, "name", "名称"), Column(1, "beds", "床位", "integer")]


def add_version(session, resource_id: uuid.UUID, number: int, now: dt.datetime, state: str = "prepared") -> DataVersion:
    version = DataVersion(
        resource_id=resource_id, number=number, state=state, blob_sha256="a" * 64, file_name="社区.csv",
        file_format="csv", byte_size=10, recipe={}, columns=[column.as_dict() for column in COLUMNS], row_count=3,
        row_store=f"key{number}", content_sha256="b" * 64, csv_sha256="c" * 64, csv_byte_size=20, created_at=now,
    )  # fmt: skip
    session.add(version)
    session.flush()
    return version


def test_publishing_supersedes_the_former_version_only(session, now):
    resource, other = uuid.uuid4(), uuid.uuid4()
    first, second = add_version(session, resource, 1, now), add_version(session, resource, 2, now)
    foreign = add_version(session, other, 1, now)
    waiting = add_version(session, resource, 3, now, "department_review")
    publish_version(session, foreign, now=now)
    publish_version(session, first, now=now)
    publish_version(session, second, now=now + dt.timedelta(days=1))
    assert [version.state for version in (first, second, foreign, waiting)] == [
        "superseded", "published", "published", "department_review",
    ]  # fmt: skip
    assert second.published_at == now + dt.timedelta(days=1)
    assert first.published_at == now


def test_versions_are_listed_by_number_with_their_facts(session, now):
    resource = uuid.uuid4()
    for number in (2, 1, 3):
        add_version(session, resource, number, now)
    add_version(session, uuid.uuid4(), 1, now)
    listed = list_versions(session, resource)
    assert [facts.number for facts in listed] == [1, 2, 3]
    assert listed[0] == get_version(session, resource, 1)
    assert columns_from(listed[0].columns) == COLUMNS
    assert (listed[0].row_store, listed[0].published_at) == ("key1", None)


def test_version_that_is_not_there_is_not_found(session):
    with pytest.raises(NotFound) as caught:
        get_version(session, uuid.uuid4(), 7)
    assert (caught.value.code, caught.value.params) == ("version_not_found", {"number": 7})


def test_equal_columns_have_no_changes():
    assert compare_columns(COLUMNS, COLUMNS).is_empty


def test_column_changes_are_told_by_name():
    new = [Column(0, "area", "面积", "decimal"), Column(1, "beds", "床位")]
    assert compare_columns(COLUMNS, new) == ColumnChanges(
        added=["面积"], removed=["名称"], retyped=[("床位", "integer", "text")], is_reordered=False
    )


def test_changed_order_of_columns_is_a_change():
    assert compare_columns(COLUMNS, COLUMNS[::-1]) == ColumnChanges([], [], [], is_reordered=True)
    assert not compare_columns(COLUMNS, [Column(0, "new", "新"), *COLUMNS]).is_reordered
