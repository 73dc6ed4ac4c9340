"""A version whose rows were masked: its delivered file reaches the people who decide, and no public channel."""

from __future__ import annotations

import json
import uuid

import pytest
from sqlalchemy import select

from datasets.ingest.intakes import get_intake, read_intake
from datasets.ingest.reading import ReadOptions
from datasets.models import DataVersion
from datasets.query.pool import QueryPool
from portal.house import House
from tests.portal.test_packages import ask, make, manifest_of, open_package
from tests.portal.workspace import CSV, District, plain

SECRET = "13812345678"
MASKED = "138****5678"
DELIVERED = f"社区名称,办公电话,户数\r\n桂花湾社区,{SECRET},1\r\n师院社区,0714-6250001,2\r\n"
PHRASE = "含有不宜公开的内容，不提供"


@pytest.fixture(autouse=True)
def _pool(house: House, shared_pool: QueryPool) -> None:
    house.__dict__["pool"] = shared_pool


@pytest.fixture
def name(district: District, house: House) -> str:
    """An entry published with a file whose telephones are masked."""
    name = district.entry()
    intake = district.upload(name, DELIVERED.encode())
    refused = district.people["editor"].post(f"{intake}/confirm")
    assert refused.status_code == 422 and SECRET not in plain(refused)
    with house.database.work() as session:
        read_intake(
            session, get_intake(session, uuid.UUID(intake.rsplit("/", 1)[1])), store=house.store,
            row_stores=house.row_stores, now=house.now(), options=ReadOptions(masking={"办公电话": "mask"}),
        )  # fmt: skip
    assert district.people["editor"].post(f"{intake}/confirm").status_code == 303
    steps = (("editor", "desk/entries", "submit"), ("reviewer", "desk/entries", "sign"))
    for who, room, step in (*steps, ("office", "office/review", "approve"), ("office", "office/review", "publish")):
        assert district.people[who].post(f"/{room}/{name}/steps", step=step).status_code == 303, step
    return name


def test_no_public_channel_gives_the_delivered_file(district: District, house: House, name: str) -> None:
    visitor = district.app.test_client()
    file = f"/dataset/{name}/resource/{district.resources(name)[0].resource.id}"
    assert MASKED in visitor.get(f"{file}/data.csv").get_data(as_text=True)
    for address in (f"{file}/original", f"{file}/version/1/original"):
        answer = visitor.get(address)
        assert answer.status_code == 404 and "请下载数据文件" in plain(answer)
    page = visitor.get(f"/dataset/{name}").get_data(as_text=True)
    assert PHRASE in page and "/original" not in page
    with house.database.reading() as session:
        digest = session.scalars(select(DataVersion.blob_sha256)).one()
    channels = (
        f"/dataset/{name}",
        f"/api/v1/entries/{name}",
        f"/dataset/{name}.jsonld",
        "/catalog.jsonld",
        f"{file}/data.json",
        f"{file}/bundle.zip",
    )
    for address in channels:
        answer = visitor.get(address)
        assert answer.status_code == 200, address
        assert SECRET not in answer.get_data(as_text=False).decode("utf-8", "replace"), address
        assert digest not in answer.get_data(as_text=False).decode("utf-8", "replace"), address


def test_package_notes_what_it_leaves_out(district: District, house: House, name: str) -> None:
    ask(district, originals="1")
    make(house)
    archive = open_package(house)
    lines = manifest_of(archive)
    assert [(line["kind"], line["note"]) for line in lines] == [("catalog", ""), ("data", "原始文件不公开")]
    assert SECRET.encode() not in b"".join(archive.read(path) for path in archive.namelist() if path.endswith("csv"))


def test_people_who_decide_still_get_it(district: District, house: House, name: str) -> None:
    with house.database.reading() as session:
        version = session.scalars(select(DataVersion)).one()
        assert (version.is_original_public, version.recipe["masking"]) == (False, [["办公电话", "mobile", "mask"]])
        assert SECRET not in json.dumps([version.findings, version.profile, version.columns], ensure_ascii=False)
    answer = district.people["office"].get(f"/office/review/{name}/version/{version.id}/original")
    assert answer.get_data() == DELIVERED.encode()


def test_other_originals_are_offered_as_before(district: District, house: House) -> None:
    name = district.published_with_data()
    visitor = district.app.test_client()
    file = f"/dataset/{name}/resource/{district.resources(name)[0].resource.id}"
    assert visitor.get(f"{file}/original").get_data() == CSV.encode()
    assert f"{file}/original" in visitor.get(f"/dataset/{name}").get_data(as_text=True)
