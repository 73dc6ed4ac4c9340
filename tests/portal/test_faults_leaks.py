"""What was masked, left out or closed later is in no answer of the portal, whichever way somebody asks for it."""

from __future__ import annotations

import io
import zipfile

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from datasets.models import DataVersion
from portal.house import House
from tests.portal.public_data import RESOURCE, SCHOOLS, publish_table

MASKED = SCHOOLS.replace("磁湖小学".encode(), "磁**学".encode())
THIRD = MASKED.replace("花湖小学".encode(), "花湖学校".encode())
SECRET = "磁湖小学"
FILE = f"/resource/{RESOURCE}"
OF_VERSION_1 = (
    f"{FILE}/version/1/data.csv",
    f"{FILE}/version/1/data.json",
    f"{FILE}/version/1/data.csv?_limit=1",
    f"{FILE}/version/1/original",
    f"{FILE}/version/2/changes",
    f"{FILE}/version/2/changes.csv",
    f"{FILE}/version/2/changes.json",
    f"{FILE}/version/3/changes?_against=1",
    f"{FILE}/version/3/changes.csv?_against=1",
)
OPEN = (
    "",
    "/explore",
    f"{FILE}/data.csv",
    f"{FILE}/data.json",
    f"{FILE}/data.xml",
    f"{FILE}/bundle.zip",
    f"{FILE}/original",
    f"{FILE}/version/2/data.csv",
    f"{FILE}/version/3/changes",
    f"{FILE}/version/3/changes.csv",
)


@pytest.fixture
def masked(house: House) -> str:
    """A file of three versions; since the second one its names are masked."""
    name = publish_table(house, deliveries=(SCHOOLS, MASKED, THIRD)).name
    with house.database.work() as session:
        for version in session.scalars(select(DataVersion).where(DataVersion.number > 1)):
            version.recipe = {**version.recipe, "masking": [["名称", "", "mask"]]}
    return f"/dataset/{name}"


@pytest.mark.parametrize("path", OF_VERSION_1)
def test_a_version_that_shows_what_is_masked_now_is_refused_in_words(
    client: FlaskClient, masked: str, path: str
) -> None:
    answer = client.get(masked + path)
    assert (answer.status_code, SECRET in answer.text) == (410, False), path
    assert "后来不再开放" in answer.text and "第 " in answer.text


@pytest.mark.parametrize("path", OPEN)
def test_everything_else_stays_and_holds_no_masked_value(client: FlaskClient, masked: str, path: str) -> None:
    answer = client.get(masked + path)
    assert answer.status_code == 200, path
    content = answer.data
    if path.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"".join(archive.read(name) for name in archive.namelist())
    assert SECRET.encode() not in content


def test_a_version_that_is_withheld_was_public_before(client: FlaskClient, house: House) -> None:
    name = publish_table(house, deliveries=(SCHOOLS, MASKED)).name
    for path in OF_VERSION_1[:-2]:
        assert client.get(f"/dataset/{name}{path}").status_code == 200, path


def test_the_list_of_versions_leads_to_none_that_is_withheld(client: FlaskClient, masked: str) -> None:
    page = client.get(masked).text
    assert "含后来不再公开的列" in page
    assert [f"{FILE}/version/{number}/data.csv" in page for number in (1, 2, 3)] == [False, True, True]
    assert [f"{FILE}/version/{number}/changes" in page for number in (2, 3)] == [False, True]
