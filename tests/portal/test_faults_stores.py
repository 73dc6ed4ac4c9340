"""What the worker does about damaged stores: it mends them by itself, and gives up in words where it cannot."""

from __future__ import annotations

import logging

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from datasets.models import DataVersion
from datasets.rowfile import is_row_file_whole, row_file_of
from portal.house import House
from portal.mending import mend_marked
from tests.portal.public_data import RESOURCE, SCHOOLS, publish_table

CHANGED = SCHOOLS.replace("磁湖小学".encode(), "磁湖学校".encode())


def only_version(house: House) -> DataVersion:
    with house.database.reading() as session:
        return session.scalars(select(DataVersion)).one()


def test_a_damaged_row_file_costs_no_answer_and_is_made_again(client: FlaskClient, house: House) -> None:
    name = publish_table(house).name
    version = only_version(house)
    store = house.row_stores.path_of(version.row_store)
    row_file_of(store).write_bytes(b"no row file")
    assert "磁湖小学" in client.get(f"/dataset/{name}/explore").text
    assert house.marks.list_keys() == [version.row_store]
    mend_marked(house)
    assert house.marks.list_keys() == []
    assert row_file_of(store).stat().st_size > 100
    assert is_row_file_whole(store, row_count=version.row_count)
    assert "磁湖小学" in client.get(f"/dataset/{name}/explore").text


def test_a_store_whose_original_is_lost_is_given_up_once_in_words_and_pages_stay(
    client: FlaskClient, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    name = publish_table(house).name
    version = only_version(house)
    house.row_stores.path_of(version.row_store).write_bytes(b"broken")
    house.store.delete(version.blob_sha256)
    with caplog.at_level(logging.ERROR, "datasets.mending"):
        for _ in range(3):
            assert client.get(f"/dataset/{name}/explore?_sort=-名称").status_code == 503
            mend_marked(house)
    assert [record.getMessage() for record in caplog.records if record.name == "datasets.mending"] == [
        f"row store {version.row_store} could not be made again: blob_not_found"
    ]
    assert house.marks.list_keys() == [version.row_store], "tried again when an original may be back"
    assert client.get(f"/dataset/{name}").status_code == 200


def test_a_damaged_difference_is_made_again(client: FlaskClient, house: House) -> None:
    name = publish_table(house, deliveries=(SCHOOLS, CHANGED)).name
    address = f"/dataset/{name}/resource/{RESOURCE}/version/2/changes"
    assert "磁湖学校" in client.get(address).text
    [key] = house.differences.stores.iter_keys()
    house.differences.stores.path_of(key).write_bytes(b"broken")
    assert "磁湖学校" in client.get(address).text
    house.marks.add(house.differences.stores.path_of(key))
    mend_marked(house)
    assert (house.marks.list_keys(), house.differences.stores.exists(key)) == ([], False)
    assert "磁湖学校" in client.get(address).text
