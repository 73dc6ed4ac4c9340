"""robots.txt, sitemap and Atom feed: valid, absolute, only addresses that answer."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from flask.testing import FlaskClient

from catalog.feeds import newest
from portal.house import House
from tests.catalog.records import department, publish, record

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def entries(house: House) -> None:
    """Three public entries, one with characters that XML does not know."""
    with house.database.work() as session:
        of = department(session)
        for number, title in enumerate(["养老机构名录", 'A<B & "C"\'', "带控制符\x0b的标题"], start=1):
            publish(
                session,
                record(of, title, ordinal=number, modified_at=f"2026-07-0{number}T00:00:00Z", tags=["<标签>"]),
            )


def test_robots_name_the_sitemap_and_close_the_workspaces(client: FlaskClient, house: House) -> None:
    answer = client.get("/robots.txt")
    assert answer.mimetype == "text/plain"
    lines = answer.get_data(as_text=True).splitlines()
    assert f"Sitemap: {house.settings.base_url}/sitemap.xml" in lines
    assert {"Disallow: /desk", "Disallow: /office", "Disallow: /account"} <= set(lines)


def test_sitemap_names_every_public_page(client: FlaskClient, house: House) -> None:
    answer = client.get("/sitemap.xml")
    root = ET.fromstring(answer.data)
    addresses = [node.text or "" for node in root.iter(f"{MAP}loc")]
    assert root.tag == f"{MAP}urlset"
    assert len(addresses) == len(set(addresses)) == 9
    assert all(address.startswith(house.settings.base_url + "/") for address in addresses)
    assert next(node.text for node in root.iter(f"{MAP}lastmod")) == "2026-07-01T00:00:00Z"
    etag = answer.headers["ETag"]
    assert client.get("/sitemap.xml", headers={"If-None-Match": etag}).status_code == 304


def test_large_sitemap_is_an_index_of_parts(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newest, "ENTRIES_PER_SITEMAP", 2)
    root = ET.fromstring(client.get("/sitemap.xml").data)
    assert root.tag == f"{MAP}sitemapindex"
    parts = [(node.text or "").rpartition("/")[2] for node in root.iter(f"{MAP}loc")]
    assert parts == ["sitemap-1.xml", "sitemap-2.xml"]
    found = [ET.fromstring(client.get(f"/{part}").data).findall(f"{MAP}url") for part in parts]
    assert [len(urls) for urls in found] == [8, 1]
    assert client.get("/sitemap-3.xml").status_code == 404


def test_atom_feed_is_newest_first_and_conditional(client: FlaskClient, house: House) -> None:
    answer = client.get("/feed.atom")
    assert answer.mimetype == "application/atom+xml"
    root = ET.fromstring(answer.data)
    assert [node.text for node in root.findall(f"{ATOM}entry/{ATOM}title")] == [
        "带控制符的标题",
        'A<B & "C"\'',
        "养老机构名录",
    ]
    ids = [node.text for node in root.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids)) == 4
    updated = root.findtext(f"{ATOM}updated") or ""
    assert all(updated >= (node.text or "") for node in root.iter(f"{ATOM}updated"))
    self_link = next(link for link in root.findall(f"{ATOM}link") if link.get("rel") == "self")
    assert self_link.get("href") == f"{house.settings.base_url}/feed.atom"
    assert client.get("/feed.atom", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("path", ["/robots.txt", "/sitemap.xml", "/feed.atom"])
def test_head_agrees_with_get(client: FlaskClient, path: str) -> None:
    answer, head = client.get(path), client.head(path)
    assert (head.status_code, head.content_length, head.data) == (200, len(answer.data), b"")
    assert "Set-Cookie" not in answer.headers
