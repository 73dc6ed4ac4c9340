"""Atom feeds of a dataset, a department and a domain, read as a feed reader reads them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from catalog.feeds.records import FeedRecord
from portal.house import House
from tests.catalog.records import department, file_resource, publish, record, withdraw

ATOM = "{http://www.w3.org/2005/Atom}"
DELETED = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
PATHS = ("/dataset/{name}/feed.atom", "/department/{slug}/feed.atom", "/domain/{domain}/feed.atom")


def publish_entry(house: House, title: str = "养老机构名录", **facts: object) -> FeedRecord:
    """A published entry of 民政局 in the domain "living" with a file in its first version."""
    with house.database.work() as session:
        resources = [file_resource()]
        made = record(
            department(session, slug="minzhengju"), title, **{"domain": "living", "resources": resources, **facts}
        )
        publish(session, made)
    return made


def update(house: House, made: FeedRecord, **facts: object) -> FeedRecord:
    """The next public change of the entry."""
    changed = replace(made, **facts)  # type: ignore[arg-type]
    with house.database.work() as session:
        publish(session, changed, "updated")
    return changed


def read(client: FlaskClient, path: str) -> ElementTree.Element:
    """The feed at `path`, with all that RFC 4287 asks of every feed."""
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "application/atom+xml")
    root = ElementTree.fromstring(answer.data)
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.findall(f"{ATOM}entry")):
        for needed in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{needed}")) == 1, needed
        assert dt.datetime.fromisoformat(element.findtext(f"{ATOM}updated", "").replace("Z", "+00:00")).tzinfo
    assert root.find(f"{ATOM}author") is not None
    return root


def titles(root: ElementTree.Element) -> list[str]:
    return [entry.findtext(f"{ATOM}title", "") for entry in root.findall(f"{ATOM}entry")]


def link(root: ElementTree.Element, rel: str) -> str:
    return next(one.get("href", "") for one in root.findall(f"{ATOM}link") if one.get("rel") == rel)


@pytest.mark.parametrize("path", PATHS)
def test_a_feed_names_itself_and_its_page_and_answers_304(client: FlaskClient, house: House, path: str) -> None:
    made = publish_entry(house)
    path = path.format(name=made.name, slug=made.department_slug, domain=made.domain)
    root = read(client, path)
    base = house.settings.base_url
    assert root.findtext(f"{ATOM}id") == link(root, "self") == base + path
    assert link(root, "alternate") == base + path.removesuffix("/feed.atom")
    etag = client.get(path).headers["ETag"]
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    publish_entry(house, "社区名单", ordinal=2)
    update(house, made, summary="新的摘要", modified_at="2026-07-09T02:00:00Z")
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 200


def test_a_dataset_tells_its_changes_one_by_one(client: FlaskClient, house: House) -> None:
    made = publish_entry(house)
    made = update(house, made, resources=[file_resource(rows=15, number=2)])
    made = update(house, made, summary="全区养老机构。")
    update(house, made)
    root = read(client, f"/dataset/{made.name}/feed.atom")
    assert titles(root) == [
        "养老机构名录：更新情况有变化",
        "养老机构名录：目录信息更新",
        "养老机构名录：数据更新",
        "养老机构名录：发布",
    ]
    entries = root.findall(f"{ATOM}entry")
    assert "第 2 版，15 行" in entries[2].findtext(f"{ATOM}summary", "")
    uri = f"{house.settings.base_url}/dataset/{made.name}"
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [f"{uri}#change-{n}" for n in (4, 3, 2, 1)]


@pytest.mark.parametrize("kind", ["withdrawn", "suspended"])
def test_what_left_the_catalog_shows_its_tombstone_and_nothing_of_its_content(
    client: FlaskClient, house: House, kind: str
) -> None:
    gone = publish_entry(house, "含敏感信息的名单", summary="不该公开的话")
    kept = publish_entry(house, "社区名单", ordinal=2)
    with house.database.work() as session:
        withdraw(session, gone, kind, "数据源停用")
    root = read(client, f"/dataset/{gone.name}/feed.atom")
    assert titles(root) == ["数据集已下架" if kind == "withdrawn" else "数据集已暂停公开"]
    assert root.find(f"{ATOM}entry").findtext(f"{ATOM}summary") == "数据源停用"  # type: ignore[union-attr]
    for path in (f"/department/{kept.department_slug}/feed.atom", "/domain/living/feed.atom"):
        root = read(client, path)
        assert titles(root) == ["社区名单"]
        (deleted,) = root.findall(DELETED)
        assert deleted.get("ref") == f"{house.settings.base_url}/dataset/{gone.name}"
        assert "不该公开的话" not in client.get(path).text


def test_what_came_back_has_no_tombstone(client: FlaskClient, house: House) -> None:
    made = publish_entry(house)
    with house.database.work() as session:
        withdraw(session, made, "suspended", "核查")
        publish(session, made, "resumed")
    root = read(client, f"/department/{made.department_slug}/feed.atom")
    assert titles(root) == ["养老机构名录"]
    assert root.findall(DELETED) == []
    assert titles(read(client, f"/dataset/{made.name}/feed.atom"))[0] == "养老机构名录：恢复公开"


def test_a_feed_keeps_to_its_scope(client: FlaskClient, house: House) -> None:
    publish_entry(house, "养老机构名录")
    publish_entry(house, "学校名录", ordinal=2, domain="education", modified_at="2026-07-05T02:00:00Z")
    assert titles(read(client, "/domain/education/feed.atom")) == ["学校名录"]
    assert titles(read(client, "/department/minzhengju/feed.atom")) == ["学校名录", "养老机构名录"]
    assert read(client, "/department/minzhengju/feed.atom").findtext(f"{ATOM}updated") == "2026-07-05T02:00:00Z"
    assert titles(read(client, "/domain/weather/feed.atom")) == []


@pytest.mark.parametrize(
    "path", ["/dataset/nichts/feed.atom", "/department/nichts/feed.atom", "/domain/nichts/feed.atom"]
)
def test_an_unknown_scope_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.usefixtures("quick_house")
def test_pages_tell_readers_where_their_feed_is(client: FlaskClient, house: House) -> None:
    made = publish_entry(house, resources=[])
    for page in (f"/dataset/{made.name}", f"/en/department/{made.department_slug}", "/domain/living"):
        feed = page.removeprefix("/en") + "/feed.atom"
        assert 'type="application/atom+xml" title="' in client.get(page).text
        assert f'href="{house.settings.base_url}{feed}"' in client.get(page).text
