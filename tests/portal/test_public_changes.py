"""What people see of a version's changes, and row stores that are made again by themselves."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import replace

from flask.testing import FlaskClient
from sqlalchemy import select

from datasets.models import DataVersion
from portal.house import House
from portal.jobs import CHORES
from portal.mending import mark_unbuilt
from portal.sweeping import sweep_files, sweep_rows
from tests.portal.pages import Page
from tests.portal.public_data import RESOURCE, SCHOOLS, publish_table

NEXT = (
    "学校代码,名称,街道,学生数,成立日期\r\n"
    "00042,磁湖小学,沈家营街道,1210,1986-09-01\r\n"
    "00043,花湖小学,花湖街道,845,1999-09-01\r\n"
    "00045,延安路小学,胜阳港街道,300,2026-09-01\r\n"
).encode()
"""One pupil figure altered, one school gone, one new."""


def _changes(name: str, number: int = 2, query: str = "") -> str:
    return f"/dataset/{name}/resource/{RESOURCE}/version/{number}/changes{query}"


def _mend(house: House) -> None:
    next(chore for chore in CHORES if chore.name == "rows.mend").run(house)


def test_page_tells_the_sentence_the_key_and_every_row(client: FlaskClient, house: House) -> None:
    name = publish_table(house, deliveries=(SCHOOLS, NEXT)).name
    page = Page(client.get(_changes(name)).text)
    assert "新增 1 行，修改 1 行，删除 1 行" in page.text
    assert "学校代码" in page.text and "与第 1 版" in page.text
    changed = Page(client.get(_changes(name, query="?change__in=修改前,修改后")).text)
    assert "1203" in changed.text and "1210" in changed.text
    assert "延安路小学" not in changed.text
    added = Page(client.get(_changes(name, query="?change=新增")).text)
    assert "延安路小学" in added.text and "黄石港小学" not in added.text


def test_changes_are_a_file_too(client: FlaskClient, house: House) -> None:
    name = publish_table(house, deliveries=(SCHOOLS, NEXT)).name
    answer = client.get(_changes(name).replace("/changes", "/changes.csv") + "?change=新增")
    assert answer.get_data(as_text=True).lstrip("\ufeff").splitlines() == [
        "变化,原行号,现行号,学校代码,名称,街道,学生数,成立日期",
        "新增,,3,00045,延安路小学,胜阳港街道,300,2026-09-01",
    ]
    assert answer.headers["ETag"] == f'"{hashlib.sha256(answer.data).hexdigest()}"'
    assert client.get(_changes(name).replace("/changes", "/changes.exe")).status_code == 404


def test_page_is_complete_in_english(client: FlaskClient, house: House) -> None:
    name = publish_table(house, deliveries=(SCHOOLS, NEXT)).name
    assert "1 rows added, 1 rows changed, 1 rows removed" in client.get("/en" + _changes(name)).text


def test_first_version_has_nothing_to_compare_with(client: FlaskClient, house: House) -> None:
    name = publish_table(house, deliveries=(SCHOOLS, NEXT)).name
    assert client.get(_changes(name, 1)).status_code == 404
    assert client.get(_changes(name, 3)).status_code == 404
    assert client.get(_changes(name, 2, "?nonsense=1")).status_code == 422


def test_a_version_can_be_compared_with_any_public_one_before(client: FlaskClient, house: House) -> None:
    name = publish_table(house, deliveries=(SCHOOLS, NEXT, SCHOOLS)).name
    assert "内容与上一版相同" in client.get(_changes(name, 3, "?_against=1")).text
    assert "新增 1 行" in client.get(_changes(name, 3)).text


def test_what_waits_for_review_is_in_no_comparison(client: FlaskClient, house: House) -> None:
    name = publish_table(house, deliveries=(SCHOOLS, NEXT)).name
    with house.database.work() as session:
        version = session.scalars(select(DataVersion).where(DataVersion.number == 1)).one()
        version.state = "office_review"
    assert client.get(_changes(name, 2)).status_code == 404
    assert client.get(_changes(name, 2, "?_against=1")).status_code == 404


def test_a_damaged_row_store_answers_busy_and_is_whole_again_after_the_worker_turned(
    client: FlaskClient, house: House
) -> None:
    name = publish_table(house).name
    with house.database.reading() as session:
        key = session.scalars(select(DataVersion.row_store)).one()
    path = house.row_stores.path_of(key)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    answer = client.get(f"/dataset/{name}/explore?_sort=-名称")
    assert (answer.status_code, answer.headers["Retry-After"].isdigit()) == (503, True)
    assert "正在自动重建" in answer.text
    assert house.marks.list_keys() == [key]
    _mend(house)
    assert house.marks.list_keys() == []
    assert "磁湖小学" in client.get(f"/dataset/{name}/explore?_sort=-名称").text


def test_a_lost_row_store_is_found_at_night_and_made_again(client: FlaskClient, house: House) -> None:
    publish_table(house)
    with house.database.reading() as session:
        key = session.scalars(select(DataVersion.row_store)).one()
    house.row_stores.path_of(key).unlink()
    assert mark_unbuilt(house) == 1
    _mend(house)
    assert house.row_stores.exists(key)


def test_a_whole_store_that_was_marked_by_mistake_is_left_as_it_is(house: House) -> None:
    publish_table(house)
    with house.database.reading() as session:
        key = session.scalars(select(DataVersion.row_store)).one()
    path = house.row_stores.path_of(key)
    before = path.stat().st_mtime_ns
    house.marks.add(path)
    _mend(house)
    assert (house.marks.list_keys(), path.stat().st_mtime_ns) == ([], before)


def test_only_so_many_versions_are_kept_and_the_record_of_the_others_stays(client: FlaskClient, house: House) -> None:
    others = tuple(NEXT.replace(b"300", str(count).encode()) for count in (301, 302, 303))
    name = publish_table(house, deliveries=(SCHOOLS, *others)).name
    house.settings = replace(house.settings, versions_kept=2)
    sweep_rows(house)
    sweep_files(house)
    with house.database.reading() as session:
        states = dict(session.execute(select(DataVersion.number, DataVersion.state)).tuples().all())
    assert states == {1: "expired", 2: "superseded", 3: "superseded", 4: "published"}
    address = f"/dataset/{name}/resource/{RESOURCE}/version"
    assert client.get(f"{address}/1/data.csv").status_code == 410
    assert client.get(f"{address}/2/data.csv").status_code == 200


def test_unknown_marks_are_forgotten(house: House) -> None:
    house.marks.add(house.row_stores.path_of(uuid.uuid4().hex))
    _mend(house)
    assert house.marks.list_keys() == []
