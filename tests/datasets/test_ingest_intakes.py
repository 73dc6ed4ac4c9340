"""From a delivered file to a prepared data version."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from datasets import mending
from datasets.errors import Conflict, Invalid, NotFound
from datasets.ingest import intakes
from datasets.ingest.reading import ReadOptions
from datasets.models import DataVersion, Intake
from datasets.storage.local import LocalStore
from datasets.storage.row_stores import RowStores
from datasets.versions import publish_version

COMMUNITIES = "代码,名称\n420202005001,桂花湾社区\n420202005002,师院社区\n".encode("gbk")
PHONES = "姓名,电话\n张三,13812345678\n".encode()


class Place:
    """A store, row stores and a resource."""

    def __init__(self, root: Path, session: Session, now: dt.datetime) -> None:
        self.store, self.row_stores = LocalStore(root / "store", reserve_bytes=0), RowStores(root / "rows")
        self.session, self.now, self.resource_id = session, now, uuid.uuid4()

    def receive(self, content: bytes, file_name: str = "社区.csv") -> Intake:
        return intakes.receive(
            self.session, self.store, resource_id=self.resource_id, stream=io.BytesIO(content), file_name=file_name,
            by_id=None, now=self.now, max_bytes=1 << 20,
        )  # fmt: skip

    def read(self, content: bytes, options: ReadOptions | None = None) -> Intake:
        intake = self.receive(content)
        intakes.read_intake(
            self.session, intake, store=self.store, row_stores=self.row_stores, now=self.now, options=options
        )
        return intake

    def confirm(self, intake: Intake, **how: object) -> DataVersion:
        return intakes.confirm_intake(self.session, intake, now=self.now, by_id=None, **how)  # type: ignore[arg-type]


@pytest.fixture
def place(tmp_path: Path, session: Session, now: dt.datetime) -> Place:
    return Place(tmp_path, session, now)


def test_confirmed_file_becomes_the_next_version(place: Place) -> None:
    intake = place.read(COMMUNITIES)
    version = place.confirm(intake, keys={"代码": "code"})
    assert (intake.state, version.number, version.state, version.row_count) == ("confirmed", 1, "prepared", 2)
    assert [(column["key"], column["name"], column["type"]) for column in version.columns] == [
        ("code", "代码", "text"),
        ("名称", "名称", "text"),
    ]
    assert place.row_stores.exists(version.row_store)
    assert version.recipe["encoding"] == "gb18030"
    assert intake.reading is not None and intake.reading["row_store"] == version.row_store


def test_refused_file_says_why_and_cannot_be_confirmed(place: Place) -> None:
    intake = place.read(b"MZ\x90\x00" + bytes(100))
    assert intake.state == "refused"
    assert intake.problem == {"code": "file_is_a_program", "params": {"kind": "Windows EXE"}, "problems": []}
    with pytest.raises(Conflict, match="intake_is_not_read"):
        place.confirm(intake)


def test_personal_data_blocks_until_a_legal_basis_is_given(place: Place) -> None:
    intake = place.read(PHONES)
    with pytest.raises(Invalid, match="personal_data_found") as caught:
        place.confirm(intake, override_basis="  ")
    assert [(problem.where, problem.code) for problem in caught.value.problems] == [("电话", "personal_data_mobile")]
    version = place.confirm(intake, override_basis="《企业信息公示暂行条例》第八条")
    assert version.override_basis == "《企业信息公示暂行条例》第八条"


def test_unchanged_file_is_told_apart_from_an_update(place: Place) -> None:
    version = place.confirm(place.read(COMMUNITIES))
    publish_version(place.session, version, now=place.now)
    with pytest.raises(Conflict, match="data_unchanged"):
        place.confirm(place.read(COMMUNITIES))
    second = place.confirm(place.read(COMMUNITIES + "420202005003,沈家营社区\n".encode("gbk")))
    assert second.number == 2


def test_other_options_read_the_same_file_anew(place: Place) -> None:
    version = place.confirm(place.read(COMMUNITIES, ReadOptions(has_header=False)))
    assert version.row_count == 3


def test_discarded_intake_is_closed(place: Place) -> None:
    intake = place.read(COMMUNITIES)
    assert [item.id for item in intakes.list_open_intakes(place.session, place.resource_id)] == [intake.id]
    intakes.discard_intake(place.session, intake, now=place.now)
    assert intakes.list_open_intakes(place.session, place.resource_id) == []
    with pytest.raises(Conflict, match="intake_is_closed"):
        place.confirm(intake)


def test_lost_row_store_is_built_again_from_the_original(place: Place) -> None:
    version = place.confirm(place.read(COMMUNITIES))
    path = place.row_stores.path_of(version.row_store)
    path.unlink()
    original = mending.find_original(place.session, version.row_store)
    assert original is not None and mending.mend(place.store, place.row_stores, original)
    assert path.is_file()


def test_store_that_comes_out_different_is_not_put_in_place(place: Place) -> None:
    version = place.confirm(place.read(COMMUNITIES))
    path = place.row_stores.path_of(version.row_store)
    path.write_bytes(b"damaged")
    original = mending.find_original(place.session, version.row_store)
    assert original is not None
    other = replace(original, csv_sha256="0" * 64)
    assert not mending.mend(place.store, place.row_stores, other)
    assert path.read_bytes() == b"damaged"
    assert [one.name for one in path.parent.iterdir() if one.name.startswith("building")] == []


def test_unknown_intake_is_not_found(place: Place) -> None:
    with pytest.raises(NotFound, match="intake_not_found"):
        intakes.get_intake(place.session, uuid.uuid4())


@pytest.mark.parametrize(
    ("delivered", "kept"),
    [
        ("C:\\桌面\\报表.xlsx", "报表.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nb.csv", "ab.csv"),
        ("", "file"),
        ("长" * 300 + ".csv", "长" * 251 + ".csv"),
    ],
)
def test_file_name_is_kept_without_its_path(delivered: str, kept: str) -> None:
    assert intakes.plain_file_name(delivered) == kept
